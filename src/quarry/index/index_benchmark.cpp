// What the index costs on real text, apart from parsing: time of adding and writing, bytes on disk a section,
// speed of decoding, opening and reading. `quarry_index_benchmark FOLDER [EXTENSION]`; with
// --refresh what an update of 10,000 files costs, with --update all stages on a real folder.
#include <fmt/core.h>
#include <sys/resource.h>

#include <ctime>
#include <filesystem>
#include <map>
#include <random>
#include <tuple>

#include "quarry/base/ascii.h"
#include "quarry/base/test_directory.h"
#include "quarry/index/segment_state.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/snapshot.h"
#include "quarry/index/test_source.h"

namespace quarry::index {
namespace {

// CPU time of this thread, so that other work on the machine counts less.
struct Clock {
  using time_point = double;
  static double now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
  }
};
double ms_since(Clock::time_point start) {
  return Clock::now() - start;
}

// Units of about 700 bytes; identifiers and their parts as terms; the first line is the signature.
Document document_of(const std::string& path, const std::string& text) {
  Document document;
  document.path = path;
  document.blob = test_blob(path);
  document.bytes = static_cast<std::uint32_t>(text.size());
  document.text = text;
  Unit file;
  file.kind = syntax::Kind::file;
  file.name = file.qualified_name = path.substr(path.rfind('/') + 1);
  file.id = hash64(path);
  document.units.push_back(file);
  std::uint32_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end =
        std::min(text.find('\n', std::min(at + 300 + hash64(path, at) % 800, text.size())), text.size());
    Unit unit;
    unit.kind = syntax::Kind::function;
    unit.start_line = line;
    for (std::size_t i = at; i < end; ++i) line += text[i] == '\n' ? 1 : 0;
    unit.end_line = line;
    unit.id = hash64(path, at + 1);
    unit.code = {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)};
    unit.signature = {static_cast<std::uint32_t>(at),
                      static_cast<std::uint32_t>(std::min(text.find('\n', at), end))};
    const auto position = static_cast<std::uint32_t>(document.units.size());
    std::map<std::pair<text::Term, Field>, std::uint16_t> counts;
    const auto put = [&](std::string_view word, std::size_t where) {
      const Field field = where < unit.signature.end ? Field::signature
                          : where < at + 150         ? Field::doc
                                                     : Field::body;
      ++counts[{hash64(word), field}];
      if (unit.lengths[static_cast<std::size_t>(field)]++ == 0 && unit.name.size() < 4) unit.name = word;
    };
    for (std::size_t i = at; i < end;) {
      if (!ascii::is_word(text[i])) {
        ++i;
        continue;
      }
      std::size_t stop = i;
      while (stop < end && ascii::is_word(text[stop])) ++stop;
      const std::string_view word = std::string_view(text).substr(i, stop - i);
      std::size_t parts = 0;
      for (std::size_t p = i; p < stop;) {
        std::size_t q = p + 1;
        while (q < stop && text[q] != '_' && !(text[q] <= 'Z' && text[q - 1] >= 'a')) ++q;
        put(std::string_view(text).substr(p, q - p), i);
        ++parts;
        p = q;
      }
      if (parts > 1) put(word, i);
      i = stop;
    }
    unit.qualified_name = "Container." + unit.name;
    for (const auto& [key, count] : counts)
      document.occurrences.push_back({key.first, position, key.second, count});
    document.units.push_back(unit);
    at = end + 1;
  }
  document.lines = line;
  return document;
}

void print_sections(const Segment& segment, std::uint64_t bytes) {
  const double all = static_cast<double>(bytes);
  const auto share = [&](const char* name, std::uint32_t from, std::uint32_t to) {
    std::uint64_t size = 0;
    for (std::uint32_t id = from; id <= to; ++id) size += segment.state().file->section(id).size();
    fmt::print("  {:<12} {:6.2f} % of the source\n", name, 100.0 * static_cast<double>(size) / all);
  };
  share("text", 1, 2);
  share("postings", 3, 4);
  share("dictionary", 5, 7);
  share("units", 10, 26);
  share("  names", 17, 20);
  share("files", 30, 37);
  fmt::print("  {:<12} {:6.2f} %\n", "all", 100.0 * static_cast<double>(segment.size_in_bytes()) / all);
}

int run(const std::filesystem::path& folder, const std::string& extension) {
  std::vector<Document> documents;
  std::uint64_t bytes = 0;
  std::uint64_t units = 0;
  std::uint64_t occurrences = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink() || entry.path().extension() != extension) continue;
    auto text = posix_file_system().read(entry.path(), 1U << 20);
    if (!text || bytes > (64U << 20)) continue;
    documents.push_back(document_of(entry.path().lexically_relative(folder).string(), *text));
    bytes += text->size();
    units += documents.back().units.size();
    occurrences += documents.back().occurrences.size();
  }
  const double mb = static_cast<double>(bytes) / 1e6;
  fmt::print("{} files, {:.1f} MB, {} units, {} occurrences ({:.1f} a KB)\n", documents.size(), mb, units,
             occurrences, static_cast<double>(occurrences) / mb / 1000);

  const TestDirectory place;
  const auto path = place.path() / "s.seg";
  SegmentWriter writer({});
  auto start = Clock::now();
  for (Document& document : documents) writer.add(std::move(document));
  const double add_ms = ms_since(start);
  const double held = static_cast<double>(writer.memory_in_bytes());
  start = Clock::now();
  if (!writer.finish(posix_file_system(), path)) return 1;
  const double finish_ms = ms_since(start);
  fmt::print("add {:.2f} ms/MB, finish {:.2f} ms/MB, held {:.2f} of the source\n", add_ms / mb,
             finish_ms / mb, held / static_cast<double>(bytes));

  start = Clock::now();
  const auto segment = Segment::open(posix_file_system(), path).value();
  const double open_ms = ms_since(start);
  start = Clock::now();
  if (!segment->prepare()) return 1;
  fmt::print("open {:.3f} ms, prepare {:.3f} ms\n", open_ms, ms_since(start));

  print_sections(*segment, bytes);
  for (int round = 0; round < 3; ++round) {
    start = Clock::now();
    std::uint64_t postings = 0;
    std::uint64_t sum = 0;
    const Dictionary& dictionary = segment->state().dictionary;
    for (std::uint32_t t = 0; t < dictionary.size(); ++t) {
      const TermRange range = dictionary.range(t);
      const auto part = segment->state().postings.subspan(range.begin, range.end - range.begin);
      if (!segment->state().file->verify(part)) return 1;
      PostingCursor cursor(part, segment->unit_count(), segment->state().shapes.postings());
      for (Posting posting; cursor.next(posting); ++postings) sum += posting.counts[4];
    }
    const double took = ms_since(start);
    fmt::print("decode: {} postings of {} terms, {:.1f} M postings/s ({})\n", postings, dictionary.size(),
               static_cast<double>(postings) / took / 1000, sum);
  }
  // The longest lists alone, as a search reads them.
  std::vector<std::pair<std::uint64_t, std::uint32_t>> longest;
  const Dictionary& dictionary = segment->state().dictionary;
  for (std::uint32_t t = 0; t < dictionary.size(); ++t)
    longest.emplace_back(dictionary.range(t).end - dictionary.range(t).begin, t);
  std::sort(longest.rbegin(), longest.rend());
  start = Clock::now();
  std::uint64_t postings = 0;
  for (int round = 0; round < 10; ++round) {
    for (std::size_t i = 0; i < std::min<std::size_t>(50, longest.size()); ++i) {
      const TermRange range = dictionary.range(longest[i].second);
      PostingCursor cursor(segment->state().postings.subspan(range.begin, range.end - range.begin),
                           segment->unit_count(), segment->state().shapes.postings());
      for (Posting posting; cursor.next(posting);) postings += posting.fields != 0 ? 1 : 0;
    }
  }
  fmt::print("decode the 50 longest lists: {:.1f} M postings/s\n",
             static_cast<double>(postings) / ms_since(start) / 1000);
  std::mt19937 random(1);
  start = Clock::now();
  for (int i = 0; i < 100; ++i) {
    if (!segment->text(static_cast<std::uint32_t>(random() % segment->unit_count()))) return 1;
  }
  fmt::print("text of a unit, cold: {:.1f} us\n", ms_since(start) * 10);
  return 0;
}

double wall_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

// 10,000 files of about a kilobyte in a source without a walk: what an update costs apart from it.
int refresh() {
  const TestDirectory place;
  const auto index = place.path() / "index";
  TestSource source;
  std::mt19937 random(1);
  const auto words = [&] {
    std::string text;
    for (int w = 0; w < 150; ++w) text += fmt::format("word{}{}", random() % 20'000, w % 8 == 7 ? '\n' : ' ');
    return text;
  };
  for (int i = 0; i < 10'000; ++i)
    source.write(fmt::format("source/folder{}/file{}.py", i % 100, i), words());
  const auto measure = [&](const char* what) {
    const double wall = wall_ms();
    const double cpu = Clock::now();
    const auto writer = IndexWriter::open(posix_file_system(), index, test_hooks(source));
    const auto report = (*writer)->update(source, {});
    fmt::print("{:<16} {:8.1f} ms, {:7.1f} ms of CPU on the calling thread; parsed {}, {} segments\n", what,
               wall_ms() - wall, ms_since(cpu), report ? report->parsed : 0,
               Snapshot::open(posix_file_system(), index).value()->segments().size());
  };
  measure("first");
  for (int i = 0; i < 3; ++i) measure("nothing changed");
  for (int i = 0; i < 9; ++i) {
    source.write(fmt::format("source/folder{}/file{}.py", i, i), words());
    measure("one changed");
  }
  for (int i = 0; i < 3; ++i) {
    const double wall = wall_ms();
    const auto snapshot = Snapshot::open(posix_file_system(), index).value();
    const double opened = wall_ms();
    for (const auto& segment : snapshot->segments()) {
      if (!segment->prepare()) return 1;
    }
    fmt::print("open {:.2f} ms, prepare {:.2f} ms\n", opened - wall, wall_ms() - opened);
  }
  // What a commit waits for.
  double wall = wall_ms();
  for (int i = 0; i < 5; ++i) (void)write_atomically(posix_file_system(), place.path() / "x", {});
  fmt::print("one file written atomically (two syncs): {:.1f} ms\n", (wall_ms() - wall) / 5);
  return 0;
}

// All stages on a folder, as a user indexes it.
int update(const std::string& folder) {
  const TestDirectory place;
  const auto index = place.path() / "index";
  for (const char* what : {"first", "again"}) {
    const double wall = wall_ms();
    const auto source = corpus::open_source(posix_file_system(), folder);
    if (!source) {
      fmt::print("{}\n", source.error().message);
      return 1;
    }
    const auto writer = IndexWriter::open(posix_file_system(), index);
    const auto report = (*writer)->update(**source, {});
    const double took = wall_ms() - wall;
    timespec cpu{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto snapshot = Snapshot::open(posix_file_system(), index).value();
    const ViewInfo& view = snapshot->views()[0];
    fmt::print(
        "{}: {} files, {} units, {:.1f} MB in {:.0f} ms; process so far {:.1f} s of CPU, {} MB at most\n",
        what, view.files, view.units, static_cast<double>(view.source_bytes) / 1e6, took,
        static_cast<double>(cpu.tv_sec) + static_cast<double>(cpu.tv_nsec) / 1e9, usage.ru_maxrss / 1024);
    fmt::print(
        "  index {:.1f} % of the source, {} segments, parsed {}\n",
        100.0 * static_cast<double>(snapshot->size_in_bytes()) / static_cast<double>(view.source_bytes),
        snapshot->segments().size(), report ? report->parsed : 0);
    if (snapshot->segments().size() == 1) print_sections(*snapshot->segments()[0], view.source_bytes);
  }
  return 0;
}

}  // namespace
}  // namespace quarry::index

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print("usage: quarry_index_benchmark FOLDER [EXTENSION] | --refresh | --update FOLDER\n");
    return 2;
  }
  if (std::string_view(argv[1]) == "--refresh") return quarry::index::refresh();
  if (std::string_view(argv[1]) == "--update" && argc > 2) return quarry::index::update(argv[2]);
  return quarry::index::run(argv[1], argc > 2 ? argv[2] : ".py");
}

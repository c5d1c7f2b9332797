// Times what the corpus does before anything is parsed: open, list, read; beside `find`-like walking as the
// floor.
//   quarry_corpus_benchmark FOLDER... [--rev REVISION]    without a folder: a synthetic tree of 10,000 files
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/source.h"

namespace {

using quarry::corpus::ListOptions;

template <class Work>
void measure(const char* what, std::size_t count, const Work& work) {
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(times);
  fmt::print("  {:<22} median {:8.2f} ms   (min {:.2f}, max {:.2f}; {} files)\n", what,
             times[times.size() / 2], times.front(), times.back(), count);
}

int run(const std::string& where, const std::string& revision) {
  auto& files = quarry::posix_file_system();
  quarry::corpus::OpenOptions open;
  open.revision = revision;
  auto source = quarry::corpus::open_source(files, where, open);
  if (!source) {
    fmt::print("{}\n", source.error().message);
    return 1;
  }
  const ListOptions options;
  const auto listing = (*source)->list(options);
  if (!listing) {
    fmt::print("{}\n", listing.error().message);
    return 1;
  }
  fmt::print("{} {}\n", where, revision);
  measure("open", 0, [&] { (void)quarry::corpus::open_source(files, where, open); });
  if (revision.empty()) {
    std::size_t seen = 0;
    measure("floor: bare walk", listing->files.size(), [&] {
      const auto skip = std::filesystem::directory_options::skip_permission_denied;
      for (const auto& entry : std::filesystem::recursive_directory_iterator(where, skip)) {
        std::error_code error;
        seen += entry.is_regular_file(error) && entry.file_size(error) > 0 ? 1 : 0;
      }
    });
  }
  measure("list", listing->files.size(), [&] { (void)(*source)->list(options); });
  std::size_t bytes = 0;
  std::size_t skipped = 0;
  measure("read all", listing->files.size(), [&] {
    bytes = skipped = 0;
    for (const auto& file : listing->files) {
      const auto content = (*source)->read(file, options);
      if (content)
        bytes += content->text.size();
      else
        ++skipped;
    }
  });
  fmt::print("  {} bytes of text, {} skipped while reading, {} while listing\n", bytes, skipped,
             listing->skipped.size());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> folders;
  std::string revision;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rev" && i + 1 < argc)
      revision = argv[++i];
    else
      folders.emplace_back(argv[i]);
  }
  if (!folders.empty()) {
    int failed = 0;
    for (const std::string& folder : folders) failed |= run(folder, revision);
    return failed;
  }
  const quarry::TestDirectory tree;
  tree.write(".gitignore", "*.o\nbuild/\n/out\n*.log\n!keep.log\n**/cache/\ndoc/*.html\n");
  for (int folder = 0; folder < 500; ++folder) {
    for (int file = 0; file < 20; ++file) {
      tree.write(fmt::format("package{}/module{}/file{}.py", folder % 25, folder, file),
                 "def f():\n    return 1\n");
    }
  }
  return run(tree.path().string(), "");
}

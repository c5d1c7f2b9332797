// A segment too big to scan: what a walk through its graph costs beside the scan, and what it misses.
//
// usage: quarry_graph_bench [--units N] [--dimensions N] [--queries N] FOLDER
// Clustered vectors, written as an index below FOLDER with a graph and without. The two are asked in turn, so
// that a busy machine slows them alike. Recall is of the hundred nearest by cosine over the stored vectors.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/hash.h"
#include "quarry/index/index_writer.h"
#include "quarry/index/test_encoder.h"
#include "quarry/index/test_source.h"
#include "quarry/ranking/search_space.h"
#include "quarry/ranking/vector_scan.h"

namespace {

using namespace quarry;
using Clock = std::chrono::steady_clock;
using Vector = std::vector<std::int8_t>;

constexpr std::size_t kCount = 100;  // nearest units: as many as a search asks for
constexpr std::size_t kUnitsPerFile = 100;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// As many centres as the square root of the units; every function a step away from one.
class Clusters {
 public:
  Clusters(std::size_t units, std::size_t dimensions)
      : centres_(static_cast<std::size_t>(std::sqrt(static_cast<double>(units)))), dimensions_(dimensions) {}
  Vector vector(std::uint64_t seed) const {
    std::mt19937_64 random(hash64(std::as_bytes(std::span(&seed, 1))));
    std::mt19937_64 centre(random() % centres_);
    std::normal_distribution<float> normal;
    std::vector<float> values(dimensions_);
    for (float& value : values) value = normal(centre);
    normal.reset();
    for (float& value : values) value += normal(random);
    float length = 0;
    for (const float value : values) length += value * value;
    Vector vector;
    for (const float value : values) {
      vector.push_back(
          static_cast<std::int8_t>(std::lround(std::clamp(127 * value / std::sqrt(length), -127.F, 127.F))));
    }
    return vector;
  }

 private:
  std::size_t centres_;
  std::size_t dimensions_;
};

// File n holds the n-th hundred of functions.
Result<index::Document> document_of(const Clusters& clusters, std::string_view path) {
  index::Document document;
  document.path = path;
  document.language = corpus::Language::python;
  document.blob = index::test_blob(path);
  const std::uint64_t first = std::strtoull(document.path.c_str(), nullptr, 10) * kUnitsPerFile;
  for (std::size_t i = 0; i <= kUnitsPerFile; ++i) {
    index::Unit unit;
    unit.kind = i == 0 ? syntax::Kind::file : syntax::Kind::function;
    document.units.push_back(unit);
    const Vector vector = clusters.vector(first + i);
    document.vectors.insert(document.vectors.end(), vector.begin(), vector.end());
  }
  return document;
}

Result<ranking::SearchSpace> make_index(const std::filesystem::path& folder, std::size_t units,
                                        const Clusters& clusters, const index::NoEncoder& encoder,
                                        std::uint32_t graph_units) {
  index::TestSource source;
  for (std::size_t file = 0; file * kUnitsPerFile < units; ++file)
    source.write(fmt::format("{:08}", file), "");
  index::WriterHooks hooks = index::test_hooks(source);
  hooks.make_analyse = [&](const index::UpdateOptions&) -> index::Analyse {
    return [&](std::string_view, std::string_view path, const corpus::Content&) {
      return document_of(clusters, path);
    };
  };
  auto& files = posix_file_system();
  QUARRY_TRY(const auto writer, index::IndexWriter::open(files, folder, hooks));
  index::UpdateOptions options;
  options.encoder = &encoder;
  options.graph_units = graph_units;
  QUARRY_CHECK(writer->update(source, options));
  QUARRY_TRY(auto snapshot, index::Snapshot::open(files, folder));
  std::printf("%s: %zu segments, %.1f MB\n", folder.c_str(), snapshot->segments().size(),
              static_cast<double>(snapshot->size_in_bytes()) / 1e6);
  return ranking::SearchSpace::open(std::move(snapshot), {});
}

Result<std::vector<std::uint32_t>> search(const ranking::SearchSpace& space, const Vector& query,
                                          double& took) {
  const auto start = Clock::now();
  QUARRY_TRY(const auto scan,
             ranking::VectorScan::run(space, query, kCount, [](std::uint32_t) { return true; }));
  took = milliseconds_since(start);
  return std::vector<std::uint32_t>(scan.units().begin(), scan.units().end());
}

// By looking at all of them.
Result<std::vector<std::uint32_t>> nearest(const ranking::SearchSpace& space, const Vector& query) {
  QUARRY_TRY(const auto scan, ranking::VectorScan::run(space, query, 0, [](std::uint32_t) { return false; }));
  std::vector<std::pair<float, std::uint32_t>> scored;
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    for (std::uint32_t u = 0; u < space.segment(s).unit_count(); ++u) {
      const std::uint32_t unit = space.unit_base(s) + u;
      if (space.segment(s).kind(u) != syntax::Kind::file) scored.emplace_back(-scan.cosine(unit), unit);
    }
  }
  const auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(kCount, scored.size()));
  std::partial_sort(scored.begin(), end, scored.end());
  std::vector<std::uint32_t> units;
  for (auto at = scored.begin(); at != end; ++at) units.push_back(at->second);
  return units;
}

double share(const std::vector<std::uint32_t>& of, const std::vector<std::uint32_t>& in) {
  const std::set<std::uint32_t> held(in.begin(), in.end());
  std::size_t found = 0;
  for (const std::uint32_t unit : of) found += held.count(unit);
  return static_cast<double>(found) / static_cast<double>(of.size());
}

struct Measured {
  std::vector<double> times;
  double recall = 0;
};

Status measure(const std::filesystem::path& folder, std::size_t units, std::size_t dimensions,
               std::size_t queries) {
  const Clusters clusters(units, dimensions);
  const index::NoEncoder encoder(static_cast<std::uint32_t>(dimensions));
  auto start = Clock::now();
  QUARRY_TRY(const auto plain, make_index(folder / "scanned", units, clusters, encoder, 0));
  const double without = milliseconds_since(start);
  start = Clock::now();
  QUARRY_TRY(const auto linked, make_index(folder / "walked", units, clusters, encoder, 1));
  std::printf("%zu functions, %zu dimensions: made in %.1f s without graphs, %.1f s with\n", units,
              dimensions, without / 1e3, milliseconds_since(start) / 1e3);
  std::map<std::string_view, Measured> measured;
  for (std::size_t q = 0; q < queries; ++q) {
    const Vector query = clusters.vector(1'000'000'000 + q);
    QUARRY_TRY(const auto exact, nearest(plain, query));
    for (const auto& [how, space] : {std::pair{"scan", &plain}, std::pair{"walk", &linked}}) {
      double took = 0;
      QUARRY_TRY(const auto found, search(*space, query, took));
      measured[how].times.push_back(took);
      measured[how].recall += share(exact, found) / static_cast<double>(queries);
    }
  }
  for (const auto& [how, figures] : measured) {
    const auto [least, most] = std::minmax_element(figures.times.begin(), figures.times.end());
    std::printf("%s: p50 %.2f ms (%.2f-%.2f), recall@%zu %.3f\n", how.data(), median(figures.times), *least,
                *most, kCount, figures.recall);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string_view, std::size_t> numbers{
      {"--units", 100'000}, {"--dimensions", 128}, {"--queries", 100}};
  std::filesystem::path folder;
  for (int i = 1; i < argc; ++i) {
    if (const auto found = numbers.find(argv[i]); found != numbers.end() && i + 1 < argc) {
      found->second = std::strtoull(argv[++i], nullptr, 10);
    } else {
      folder = argv[i];
    }
  }
  const auto status =
      folder.empty() ? fail(ErrorKind::invalid_argument, "no FOLDER to write to")
                     : measure(folder, numbers["--units"], numbers["--dimensions"], numbers["--queries"]);
  if (status) return 0;
  std::fprintf(stderr, "quarry_graph_bench: %s\n", status.error().message.c_str());
  return 2;
}

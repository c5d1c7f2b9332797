// Makes the graph with hnswlib and keeps what a search over mapped bytes needs of it: the links of the lowest
// layer, and the units of an upper one to begin at.
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "quarry/index/segment_format.h"
#include "quarry/index/vector_graph.h"

namespace quarry::index {
namespace {

// Measured in docs/BENCHMARKS.md, "Large segments".
constexpr std::size_t kLinks = 16;        // hnswlib's M: at most twice as many in the lowest layer
constexpr std::size_t kBuildWidth = 100;  // its ef_construction
constexpr std::size_t kSeed = 100;
constexpr std::uint32_t kStride = 256;  // units between two looks at `stop`

[[gnu::always_inline]] inline int squared(const void* left, const void* right, const void* dimensions) {
  const auto* a = static_cast<const std::int8_t*>(left);
  const auto* b = static_cast<const std::int8_t*>(right);
  const auto size = *static_cast<const std::size_t*>(dimensions);
  int sum = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const int difference = int{a[i]} - int{b[i]};
    sum += difference * difference;
  }
  return sum;
}

int squared_distance(const void* left, const void* right, const void* dimensions) {
  return squared(left, right, dimensions);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] int squared_distance_avx2(const void* left, const void* right,
                                                  const void* dimensions) {
  return squared(left, right, dimensions);
}
#endif

// The widest that this processor runs. Not by the loader (target_clones): it would ask before a sanitizer is
// ready.
hnswlib::DISTFUNC<int> widest_distance() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return squared_distance_avx2;
#endif
  return squared_distance;
}

// Stored vectors, whose components are whole numbers and whose lengths are nearly the same: close is similar.
class StoredVectorSpace final : public hnswlib::SpaceInterface<int> {
 public:
  explicit StoredVectorSpace(std::size_t dimensions) : dimensions_(dimensions) {}
  std::size_t get_data_size() override { return dimensions_; }
  hnswlib::DISTFUNC<int> get_dist_func() override { return widest_distance(); }
  void* get_dist_func_param() override { return &dimensions_; }

 private:
  std::size_t dimensions_;
};

using Hnsw = hnswlib::HierarchicalNSW<int>;

class GraphMaker {
 public:
  explicit GraphMaker(const Segment& segment)
      : segment_(segment), space_(segment.dimensions()), row_(segment.dimensions()) {}

  // Throws as hnswlib does.
  Status make(const std::stop_token& stop, const std::function<void(std::uint32_t)>& progress) {
    for (std::uint32_t unit = 0; unit < segment_.unit_count(); ++unit) {
      if (has_vector(unit)) units_.push_back(unit);
    }
    if (units_.empty()) return {};
    graph_ = std::make_unique<Hnsw>(&space_, units_.size(), kLinks, kBuildWidth, kSeed);
    for (std::size_t node = 0; node < units_.size(); ++node) {
      if (node % kStride == 0) {
        if (stop.stop_requested()) {
          return fail(ErrorKind::cancelled, "indexing was stopped; the index is as it was before");
        }
        if (progress) progress(units_[node]);
      }
      segment_.vector(units_[node], row_);
      graph_->addPoint(row_.data(), node);
    }
    return {};
  }

  Status write(FileSystem& files, const std::filesystem::path& path) const {
    std::vector<std::uint32_t> ends{0};
    std::vector<std::uint32_t> links;
    std::size_t node = 0;
    for (std::uint32_t unit = 0; unit < segment_.unit_count(); ++unit) {
      if (node < units_.size() && units_[node] == unit) append_links(node++, links);
      ends.push_back(static_cast<std::uint32_t>(links.size()));
    }
    CheckedFileWriter out(files, path, kGraphMagic, kGraphVersion);
    const auto section = [&](GraphSection id, const std::vector<std::uint32_t>& numbers) {
      out.begin_section(static_cast<std::uint32_t>(id));
      out.append(std::as_bytes(std::span(numbers)));
    };
    section(GraphSection::entries, entries());
    section(GraphSection::ends, ends);
    section(GraphSection::links, links);
    TrailerNumbers numbers{};
    numbers[0] = segment_.unit_count();
    QUARRY_CHECK(out.finish(numbers));
    return {};
  }

 private:
  bool has_vector(std::uint32_t unit) {
    if (segment_.kind(unit) == syntax::Kind::file) return false;
    segment_.vector(unit, row_);
    return std::ranges::any_of(row_, [](std::int8_t component) { return component != 0; });
  }

  // hnswlib numbers nodes in the order of adding: node i is units_[i].
  void append_links(std::size_t node, std::vector<std::uint32_t>& links) const {
    const auto* list = graph_->get_linklist0(static_cast<hnswlib::tableint>(node));
    const std::span<const hnswlib::tableint> to(list + 1, graph_->getListCount(const_cast<unsigned*>(list)));
    const std::size_t begin = links.size();
    for (const auto other : to) links.push_back(units_[other]);
    std::sort(links.begin() + static_cast<std::ptrdiff_t>(begin), links.end());
  }

  // The units of the highest layer that has a square root's worth of them: enough to begin close to anything,
  // few enough to look at all.
  std::vector<std::uint32_t> entries() const {
    const auto wanted = static_cast<std::size_t>(std::sqrt(static_cast<double>(units_.size())));
    std::vector<std::uint32_t> found = units_;
    for (int layer = 1;; ++layer) {
      std::vector<std::uint32_t> above;
      for (std::size_t node = 0; node < units_.size(); ++node) {
        if (graph_->element_levels_[node] >= layer) above.push_back(units_[node]);
      }
      if (above.size() < std::max<std::size_t>(wanted, 1)) return found;
      found = std::move(above);
    }
  }

  const Segment& segment_;
  StoredVectorSpace space_;
  std::vector<std::int8_t> row_;
  std::vector<std::uint32_t> units_;  // with a vector, ascending
  std::unique_ptr<Hnsw> graph_;       // null where units_ is empty
};

}  // namespace

Status write_vector_graph(FileSystem& files, const Segment& segment, const std::filesystem::path& path,
                          const std::stop_token& stop,
                          const std::function<void(std::uint32_t done)>& progress) {
  QUARRY_CHECK(segment.prepare_vectors());
  try {
    GraphMaker maker(segment);
    QUARRY_CHECK(maker.make(stop, progress));
    return maker.write(files, path);
  } catch (const std::exception& error) {  // of memory, in hnswlib's words
    return fail(ErrorKind::limit, "no graph for {} vectors: {}", segment.unit_count(), error.what());
  }
}

}  // namespace quarry::index

#include "quarry/ranking/vector_scan.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "quarry/ranking/graph_search.h"
#include "quarry/ranking/sign_distance.h"

namespace quarry::ranking {
namespace {

// Rows whose sign bits agree best that are worth an exact product: 300 kept recall@10 at .98 in a million.
constexpr std::size_t kRescored = 400;
// Units that a walk through a graph finds for each that is wanted, so that those wanted are among them.
constexpr std::size_t kWalkWidth = 2;

float length_of(std::span<const std::int8_t> vector) {
  return std::sqrt(static_cast<float>(dot_int8(vector, vector)));
}

std::vector<std::uint64_t> signs_of(std::span<const std::int8_t> vector) {
  std::vector<std::uint64_t> words((vector.size() + 63) / 64);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] < 0) words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return words;
}

}  // namespace

Result<VectorScan> VectorScan::run(const SearchSpace& space, std::span<const std::int8_t> query,
                                   std::size_t count, const std::function<bool(std::uint32_t)>& passes) {
  VectorScan scan;
  scan.space_ = &space;
  scan.query_.assign(query.begin(), query.end());
  scan.query_length_ = length_of(query);
  scan.row_.resize(query.size());
  const std::vector<std::uint64_t> signs = signs_of(query);

  const auto wanted = [&](std::uint32_t unit) {
    const SearchSpace::Place place = space.unit_place(unit);
    const index::Segment& segment = space.segment(place.segment);
    return segment.kind(place.ordinal) != syntax::Kind::file &&
           space.live(place.segment).contains(segment.file_of(place.ordinal)) && passes(unit);
  };
  std::vector<std::pair<float, std::uint32_t>> scored;
  std::vector<std::unique_ptr<std::uint16_t[]>> distances(space.segment_count());  // null: not scanned
  std::vector<std::uint32_t> units_at(query.size() + 1);  // a distance: how many units have it
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    if (segment.dimensions() != query.size()) {
      return fail(ErrorKind::version_mismatch, "the index holds vectors of {} dimensions, the model makes {}",
                  segment.dimensions(), query.size());
    }
    QUARRY_CHECK(segment.prepare_vectors());
    QUARRY_TRY(const bool walked, scan.walk(s, count, wanted, scored));
    if (walked) continue;
    distances[s] = std::make_unique_for_overwrite<std::uint16_t[]>(segment.unit_count());
    const std::span row(distances[s].get(), segment.unit_count());
    sign_distances(segment.sign_bits(), signs, row);
    for (const std::uint16_t distance : row) ++units_at[distance];
  }

  // Nearest first, units of one distance in their order, until enough pass: a strict filter looks further.
  const std::size_t enough = scored.size() + kRescored;
  std::vector<std::vector<std::uint32_t>> near;  // a distance from `least` on: its units
  for (std::size_t least = 0; least <= query.size() && scored.size() < enough;) {
    std::size_t most = least;
    for (std::size_t found = units_at[least]; found < 2 * kRescored && most < query.size();) {
      found += units_at[++most];
    }
    near.assign(most - least + 1, {});
    for (std::size_t distance = least; distance <= most; ++distance)
      near[distance - least].reserve(units_at[distance]);
    for (std::size_t s = 0; s < space.segment_count(); ++s) {
      if (!distances[s]) continue;
      const std::uint32_t base = space.unit_base(s);
      for (std::uint32_t u = 0; u < space.segment(s).unit_count(); ++u) {
        const std::size_t distance = distances[s][u];
        if (distance >= least && distance <= most) near[distance - least].push_back(base + u);
      }
    }
    for (const auto& units : near) {
      for (const std::uint32_t unit : units) {
        if (scored.size() == enough) break;
        if (wanted(unit)) scored.emplace_back(scan.cosine(unit), unit);
      }
    }
    least = most + 1;
  }
  const auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(count, scored.size()));
  std::partial_sort(scored.begin(), end, scored.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (!scored.empty()) scan.best_ = scored.front().first;
  for (auto at = scored.begin(); at != end; ++at) scan.units_.push_back(at->second);
  return scan;
}

Result<bool> VectorScan::walk(std::size_t s, std::size_t count,
                              const std::function<bool(std::uint32_t)>& wanted,
                              std::vector<std::pair<float, std::uint32_t>>& scored) const {
  const index::VectorGraph* graph = space_->graph(s);
  if (graph == nullptr) return false;
  const std::uint32_t base = space_->unit_base(s);
  const GraphQuery query{kWalkWidth * count, [&](std::uint32_t unit) { return cosine(base + unit); },
                         [&](std::uint32_t unit) { return wanted(base + unit); }};
  QUARRY_TRY(const auto found, search_graph(*graph, query));
  if (!found) return false;
  for (const auto& [similarity, unit] : *found) scored.emplace_back(similarity, base + unit);
  return true;
}

float VectorScan::cosine(std::uint32_t unit) const {
  const SearchSpace::Place place = space_->unit_place(unit);
  space_->segment(place.segment).vector(place.ordinal, row_);
  const float lengths = query_length_ * length_of(row_);
  return lengths > 0 ? static_cast<float>(dot_int8(query_, row_)) / lengths : 0;
}

}  // namespace quarry::ranking

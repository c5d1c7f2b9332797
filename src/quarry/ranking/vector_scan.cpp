#include "quarry/ranking/vector_scan.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "quarry/ranking/graph_search.h"
#include "quarry/ranking/sign_distance.h"

namespace quarry::ranking {
namespace {

// Rows whose sign bits agree best that are worth an exact product: 300 kept recall@10 at .98 in a million.
constexpr std::size_t kRescored = 400;
// Units that a walk through a graph finds for each that is wanted, so that those wanted are among them.
constexpr std::size_t kWalkWidth = 2;
constexpr std::size_t kRowsAtOnce = 1024;  // distances of one step, which stay in the nearest cache
constexpr std::size_t kRowsAhead = 8;      // rows to ask for before they are needed

std::vector<std::uint64_t> signs_of(std::span<const std::int8_t> vector) {
  std::vector<std::uint64_t> words((vector.size() + 63) / 64);
  for (std::size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] < 0) words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return words;
}

// The rows nearest to a query, of a stream of distances: all those within reach, which shrinks from step to
// step as long as it holds `wanted` rows. Most rows are out of reach.
class NearRows {
 public:
  NearRows(std::size_t wanted, std::size_t dimensions)
      : wanted_(wanted), reach_(dimensions), at_distance_(dimensions + 1) {}

  // At most kRowsAtOnce.
  void add(std::span<const std::uint16_t> distances, std::uint32_t first_unit) {
    std::array<std::uint16_t, kRowsAtOnce> rows;
    const std::size_t count = rows_within(distances, static_cast<std::uint16_t>(reach_), rows);
    for (const std::uint16_t row : std::span(rows).first(count)) {
      rows_.emplace_back(distances[row], first_unit + row);
      ++at_distance_[distances[row]];
    }
    held_ += count;
    while (held_ - at_distance_[reach_] >= wanted_) held_ -= at_distance_[reach_--];
  }

  // Nearest first, those of one distance in the order of their units.
  [[nodiscard]] std::vector<std::uint32_t> take() const {
    std::vector<std::size_t> place(reach_ + 2);
    for (std::size_t distance = 0; distance <= reach_; ++distance)
      place[distance + 1] = place[distance] + at_distance_[distance];
    std::vector<std::uint32_t> units(held_);
    for (const auto& [distance, unit] : rows_) {
      if (distance <= reach_) units[place[distance]++] = unit;
    }
    return units;
  }

 private:
  std::size_t wanted_;
  std::size_t reach_;
  std::size_t held_ = 0;                                       // rows within reach
  std::vector<std::size_t> at_distance_;                       // how many rows
  std::vector<std::pair<std::uint16_t, std::uint32_t>> rows_;  // some no longer within reach
};

std::vector<std::uint32_t> nearest(const SearchSpace& space, std::span<const std::size_t> segments,
                                   std::span<const std::int8_t> query, std::size_t wanted) {
  const std::vector<std::uint64_t> signs = signs_of(query);
  std::array<std::uint16_t, kRowsAtOnce> distances;
  NearRows near(wanted, query.size());
  for (const std::size_t s : segments) {
    const std::span<const std::uint64_t> bits = space.segment(s).sign_bits();
    const std::uint32_t units = space.segment(s).unit_count();
    for (std::uint32_t first = 0; first < units; first += kRowsAtOnce) {
      const std::size_t count = std::min<std::size_t>(kRowsAtOnce, units - first);
      const auto step = std::span(distances).first(count);
      sign_distances(bits.subspan(first * signs.size(), count * signs.size()), signs, step);
      near.add(step, space.unit_base(s) + first);
    }
  }
  return near.take();
}

}  // namespace

Result<VectorScan> VectorScan::run(const SearchSpace& space, std::span<const std::int8_t> query,
                                   std::size_t count, const std::function<bool(std::uint32_t)>& passes) {
  VectorScan scan;
  scan.space_ = &space;
  scan.query_.assign(query.begin(), query.end());
  scan.query_length_ = std::sqrt(static_cast<float>(dot_int8(query, query)));
  const auto wanted = [&](std::uint32_t unit) {
    const std::size_t s = space.unit_place(unit).segment;
    return space.live(s).contains(space.file_of(unit) - space.file_base(s)) && passes(unit);
  };
  std::vector<std::pair<float, std::uint32_t>> scored;
  std::vector<std::size_t> scanned;  // the segments without a graph
  std::size_t rows = 0;
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    if (segment.dimensions() != query.size()) {
      return fail(ErrorKind::version_mismatch, "the index holds vectors of {} dimensions, the model makes {}",
                  segment.dimensions(), query.size());
    }
    QUARRY_CHECK(segment.prepare_vectors());
    QUARRY_TRY(const bool walked, scan.walk(s, count, wanted, scored));
    if (walked) continue;
    scanned.push_back(s);
    rows += segment.unit_count();
  }

  // Until enough of the nearest pass: a strict filter looks further.
  const std::size_t walked = scored.size();
  for (std::size_t looked_at = kRescored + kRescored / 2; rows > 0; looked_at *= 8) {
    scored.resize(walked);
    const std::vector<std::uint32_t> near = nearest(space, scanned, query, looked_at);
    for (std::size_t i = 0; i < near.size() && scored.size() < walked + kRescored; ++i) {
      if (i + kRowsAhead < near.size()) scan.prefetch(near[i + kRowsAhead]);
      if (wanted(near[i])) scored.emplace_back(scan.cosine(near[i]), near[i]);
    }
    if (scored.size() == walked + kRescored || near.size() == rows) break;
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

void VectorScan::prefetch(std::uint32_t unit) const {
  const SearchSpace::Place place = space_->unit_place(unit);
  const index::PackedRow row = space_->segment(place.segment).packed_vector(place.ordinal);
  __builtin_prefetch(row.sizes.data());
  __builtin_prefetch(&row.sizes.back());
  __builtin_prefetch(row.signs.data());
}

float VectorScan::cosine(std::uint32_t unit) const {
  const SearchSpace::Place place = space_->unit_place(unit);
  const RowProducts products =
      row_products(space_->segment(place.segment).packed_vector(place.ordinal), query_);
  const float lengths = query_length_ * std::sqrt(static_cast<float>(products.own));
  return lengths > 0 ? static_cast<float>(products.query) / lengths : 0;
}

}  // namespace quarry::ranking

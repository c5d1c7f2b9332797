#include "quarry/ranking/vector_scan.h"

#include <algorithm>
#include <memory>

#include "quarry/ranking/sign_distance.h"

namespace quarry::ranking {
namespace {

// Rows whose sign bits agree best that are worth an exact product: 300 kept recall@10 at .98 in a million.
constexpr std::size_t kRescored = 400;

float cosine_of(std::int32_t product) {
  return static_cast<float>(product) / (127.0F * 127.0F);
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
  const std::vector<std::uint64_t> signs = signs_of(query);

  std::vector<std::unique_ptr<std::uint16_t[]>> distances(space.segment_count());
  std::vector<std::uint32_t> units_at(query.size() + 1);  // a distance: how many units have it
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    if (segment.dimensions() != query.size()) {
      return fail(ErrorKind::version_mismatch, "the index holds vectors of {} dimensions, the model makes {}",
                  segment.dimensions(), query.size());
    }
    QUARRY_CHECK(segment.prepare_vectors());
    distances[s] = std::make_unique_for_overwrite<std::uint16_t[]>(segment.unit_count());
    const std::span row(distances[s].get(), segment.unit_count());
    sign_distances(segment.sign_bits(), signs, row);
    for (const std::uint16_t distance : row) ++units_at[distance];
  }

  // Nearest first, units of one distance in their order, until enough pass: a strict filter looks further.
  std::vector<std::pair<std::int32_t, std::uint32_t>> scored;
  std::vector<std::vector<std::uint32_t>> near;  // a distance from `least` on: its units
  for (std::size_t least = 0; least <= query.size() && scored.size() < kRescored;) {
    std::size_t most = least;
    for (std::size_t found = units_at[least]; found < 2 * kRescored && most < query.size();) {
      found += units_at[++most];
    }
    near.assign(most - least + 1, {});
    for (std::size_t distance = least; distance <= most; ++distance)
      near[distance - least].reserve(units_at[distance]);
    for (std::size_t s = 0; s < space.segment_count(); ++s) {
      const std::uint32_t base = space.unit_base(s);
      for (std::uint32_t u = 0; u < space.segment(s).unit_count(); ++u) {
        const std::size_t distance = distances[s][u];
        if (distance >= least && distance <= most) near[distance - least].push_back(base + u);
      }
    }
    for (const auto& units : near) {
      for (const std::uint32_t unit : units) {
        if (scored.size() == kRescored) break;
        const SearchSpace::Place place = space.unit_place(unit);
        const index::Segment& segment = space.segment(place.segment);
        const bool wanted = segment.kind(place.ordinal) != syntax::Kind::file &&
                            space.live(place.segment).contains(segment.file_of(place.ordinal)) &&
                            passes(unit);
        if (wanted) scored.emplace_back(dot_int8(query, segment.vector(place.ordinal)), unit);
      }
    }
    least = most + 1;
  }
  const auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(count, scored.size()));
  std::partial_sort(scored.begin(), end, scored.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  if (!scored.empty()) scan.best_ = cosine_of(scored.front().first);
  for (auto at = scored.begin(); at != end; ++at) scan.units_.push_back(at->second);
  return scan;
}

float VectorScan::cosine(std::uint32_t unit) const {
  const SearchSpace::Place place = space_->unit_place(unit);
  return cosine_of(dot_int8(query_, space_->segment(place.segment).vector(place.ordinal)));
}

}  // namespace quarry::ranking

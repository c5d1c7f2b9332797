#include "quarry/ranking/search_space.h"

#include <algorithm>

namespace quarry::ranking {

using index::Field;

Result<SearchSpace> SearchSpace::open(std::shared_ptr<const index::Snapshot> snapshot,
                                      std::optional<std::size_t> view) {
  SearchSpace space;
  if (view) {
    space.views_.push_back(*view);
  } else {
    for (std::size_t v = 0; v < snapshot->views().size(); ++v) space.views_.push_back(v);
  }
  for (std::size_t s = 0; s < snapshot->segments().size(); ++s) {
    Part part;
    part.segment = snapshot->segments()[s];
    part.graph = snapshot->graphs()[s];
    part.unit_base = space.unit_count_;
    part.file_base = space.file_count_;
    part.live = index::FileSet(part.segment->file_count());
    if (space.views_.size() > 1) part.view_of_file.resize(part.segment->file_count());
    for (const std::size_t v : space.views_) {
      QUARRY_TRY(const index::FileSet live, snapshot->live_files(v, s));
      if (space.views_.size() > 1) {
        for (std::uint32_t f = 0; f < live.size(); ++f) {
          if (live.contains(f) && !part.live.contains(f))
            part.view_of_file[f] = static_cast<std::uint16_t>(v);
        }
      }
      part.live.merge(live);
    }
    const std::uint32_t live_files = part.live.count();
    if (live_files == 0) continue;
    part.all_live = live_files == part.segment->file_count();
    QUARRY_CHECK(part.segment->prepare());
    space.unit_count_ += part.segment->unit_count();
    space.file_count_ += part.segment->file_count();
    space.parts_.push_back(std::move(part));
  }
  // Views that share files count them twice here; averages do not care.
  for (const std::size_t v : space.views_) {
    QUARRY_TRY(const index::Totals totals, snapshot->totals(v));
    space.totals_.files += totals.files;
    space.totals_.units += totals.units;
    for (std::size_t f = 0; f < index::kFieldCount; ++f) space.totals_.terms[f] += totals.terms[f];
  }
  space.snapshot_ = std::move(snapshot);
  return space;
}

float SearchSpace::average_length(Field field) const {
  const bool of_files = field == Field::stem || field == Field::folder;
  const auto count = static_cast<float>(std::max<std::uint64_t>(1, of_files ? totals_.files : totals_.units));
  return std::max(1e-3F, static_cast<float>(totals_.terms[static_cast<std::size_t>(field)]) / count);
}

SearchSpace::Place SearchSpace::unit_place(std::uint32_t unit) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), unit,
                       [](std::uint32_t value, const Part& part) { return value < part.unit_base; });
  const auto s = static_cast<std::size_t>(after - parts_.begin()) - 1;
  return {s, unit - parts_[s].unit_base};
}

SearchSpace::Place SearchSpace::file_place(std::uint32_t file) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), file,
                       [](std::uint32_t value, const Part& part) { return value < part.file_base; });
  const auto s = static_cast<std::size_t>(after - parts_.begin()) - 1;
  return {s, file - parts_[s].file_base};
}

index::UnitView SearchSpace::unit(std::uint32_t unit) const {
  const Place place = unit_place(unit);
  index::UnitView view = segment(place.segment).unit(place.ordinal);
  view.file += file_base(place.segment);
  view.parent += unit_base(place.segment);
  return view;
}

index::FileView SearchSpace::file(std::uint32_t file) const {
  const Place place = file_place(file);
  index::FileView view = segment(place.segment).file(place.ordinal);
  view.first_unit += unit_base(place.segment);
  return view;
}

std::string_view SearchSpace::repository_of(std::uint32_t file) const {
  if (views_.empty()) return {};
  const Place place = file_place(file);
  const std::size_t view = views_.size() == 1 ? views_[0] : parts_[place.segment].view_of_file[place.ordinal];
  return snapshot_->views()[view].repository;
}

Result<std::uint32_t> SearchSpace::references_to(std::string_view name) const {
  const text::Term term = text::symbol_term(name);
  constexpr std::uint32_t kCountBits = 24;
  constexpr std::uint32_t kMost = (1U << kCountBits) - 1;
  // 53 bits of the term decide; the count is kept plus one, so that an empty entry is none.
  std::atomic<std::uint64_t>& entry = (*references_)[term % kReferenceEntries];
  const std::uint64_t key = term >> kCountBits << kCountBits;
  const std::uint64_t known = entry.load(std::memory_order_relaxed);
  if ((known & kMost) != 0 && (known & ~std::uint64_t{kMost}) == key)
    return static_cast<std::uint32_t>(known & kMost) - 1;

  std::uint32_t count = 0;
  for (const Part& part : parts_) {
    QUARRY_TRY(index::PostingCursor cursor, part.segment->postings(term));
    while (const index::Posting* posting = cursor.advance()) {
      const std::uint32_t used = posting->counts[static_cast<std::size_t>(Field::reference)];
      if (used != 0 && (part.all_live || part.live.contains(part.segment->file_of(cursor.unit()))))
        count += used;
    }
  }
  if (count < kMost) entry.store(key | (count + 1), std::memory_order_relaxed);
  return count;
}

}  // namespace quarry::ranking

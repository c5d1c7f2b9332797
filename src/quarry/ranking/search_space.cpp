#include "quarry/ranking/search_space.h"

#include <algorithm>
#include <bit>
#include <cmath>

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
  space.scoring_ = std::make_unique<const Bm25f>(Bm25fParameters{}, space.average_length(Field::body),
                                                 space.average_length(Field::doc));
  for (Part& part : space.parts_) {
    for (const index::Posting& shape : part.segment->shapes())
      part.gains.push_back(space.scoring_->gain_of(shape));
  }
  space.number();
  space.memory_ = std::make_unique<Memory>(space.unit_count_, space.file_count_);
  space.snapshot_ = std::move(snapshot);
  return space;
}

SearchSpace::Memory::~Memory() {
  for (const auto& facts : files) delete facts.load(std::memory_order_relaxed);
}

void SearchSpace::number() {
  unit_files_.resize(unit_count_);
  first_units_.reserve(std::size_t{file_count_} + 1);
  for (const Part& part : parts_) {
    const std::uint32_t files = part.segment->file_count();
    const std::uint32_t units = part.segment->unit_count();
    for (std::uint32_t f = 0; f < files; ++f) {
      const std::uint32_t end = std::min(part.segment->first_unit(f + 1), units);
      const std::uint32_t first = std::min(part.segment->first_unit(f), end);
      first_units_.push_back(part.unit_base + first);
      for (std::uint32_t unit = first; unit < end; ++unit)
        unit_files_[part.unit_base + unit] = part.file_base + f;
    }
  }
  first_units_.push_back(unit_count_);
}

float SearchSpace::average_length(Field field) const {
  const auto units = static_cast<float>(std::max<std::uint64_t>(1, totals_.units));
  return std::max(1e-3F, static_cast<float>(totals_.terms[static_cast<std::size_t>(field)]) / units);
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
  std::atomic<std::uint64_t>& entry = memory_->references[term % kReferenceEntries];
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

Result<SearchSpace::UnitFacts> SearchSpace::unit_facts(std::uint32_t number) const {
  constexpr std::uint64_t kKnown = std::uint64_t{1} << 63;
  UnitEntry& entry = memory_->units[number];
  std::uint64_t place = entry.place.load(std::memory_order_relaxed);
  std::uint64_t size = entry.size.load(std::memory_order_relaxed);
  if (place == 0 || size == 0) {
    const index::UnitView view = unit(number);
    std::uint32_t references = 0;
    if (view.kind != syntax::Kind::section && !view.name.empty()) {
      QUARRY_TRY(references, references_to(view.name));
    }
    const bool has_doc = view.lengths[static_cast<std::size_t>(Field::doc)] > 0;
    place = kKnown | std::uint64_t{has_doc} << 62 |
            std::uint64_t{static_cast<std::uint8_t>(view.kind)} << 48 |
            std::uint64_t{view.lengths[static_cast<std::size_t>(Field::name)]} << 32 | view.parent;
    const auto log_bits = [](std::uint32_t count) {
      return std::uint64_t{std::bit_cast<std::uint32_t>(std::log1p(static_cast<float>(count)))};
    };
    size = log_bits(view.end_line - view.start_line + 1) << 32 | log_bits(references);
    entry.place.store(place, std::memory_order_relaxed);
    entry.size.store(size, std::memory_order_relaxed);
  }
  return UnitFacts{.kind = static_cast<syntax::Kind>(place >> 48 & 0xff),
                   .name_words = static_cast<std::uint16_t>(place >> 32 & 0xffff),
                   .has_doc = (place >> 62 & 1) != 0,
                   .parent = static_cast<std::uint32_t>(place),
                   .log_lines = std::bit_cast<float>(static_cast<std::uint32_t>(size >> 32)),
                   .log_references = std::bit_cast<float>(static_cast<std::uint32_t>(size))};
}

const FileFacts& SearchSpace::file_facts(std::uint32_t number) const {
  std::atomic<const FileFacts*>& entry = memory_->files[number];
  if (const FileFacts* known = entry.load(std::memory_order_acquire)) return *known;
  auto made = std::make_unique<const FileFacts>(facts_of(file(number)));
  const FileFacts* before = nullptr;
  if (!entry.compare_exchange_strong(before, made.get(), std::memory_order_acq_rel)) return *before;
  return *made.release();
}

}  // namespace quarry::ranking

#include "quarry/index/postings_codec.h"

#include <algorithm>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

constexpr std::uint32_t kShortCodes = 15;
constexpr std::uint32_t kNoShape = 255;  // in the second byte: fields and counts follow
static_assert(kShortCodes + kNoShape == PostingCursor::kNoShape);
static_assert(kMaxShapes == PostingCursor::kNoShape);

// False at the end of the bytes and on numbers over 64 bits.
bool take_varint(const std::byte*& at, const std::byte* end, std::uint64_t& value) {
  value = 0;
  for (std::uint32_t shift = 0; at != end && shift < 64; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(*at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

Posting posting_of(Shape shape) {
  Posting posting{};
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    const auto count = static_cast<std::uint16_t>(shape >> (4 * field) & 15);
    posting.counts[field] = count;
    if (count != 0) posting.fields = static_cast<std::uint8_t>(posting.fields | 1U << field);
  }
  return posting;
}

}  // namespace

void put_varint(std::uint64_t value, std::vector<std::byte>& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::byte>(value | 0x80));
  out.push_back(static_cast<std::byte>(value));
}

Shape shape_of(const Posting& posting) {
  Shape shape = 0;
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    if (posting.counts[field] > 15) return 0;
    shape |= Shape{posting.counts[field]} << (4 * field);
  }
  return shape;
}

ShapeTable ShapeTable::make(const std::unordered_map<Shape, std::uint64_t>& counts) {
  std::vector<std::pair<Shape, std::uint64_t>> order(counts.begin(), counts.end());
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  ShapeTable table;
  for (const auto& [shape, count] : order) {
    if (table.shapes_.size() == kMaxShapes) break;
    if (shape != 0 && count != 0) table.add(shape);
  }
  return table;
}

void ShapeTable::add(Shape shape) {
  postings_[shapes_.size()] = posting_of(shape);
  shapes_.push_back(shape);
}

bool ShapeTable::open(std::span<const std::byte> bytes) {
  if (bytes.size() % sizeof(Shape) != 0 || bytes.size() / sizeof(Shape) > kMaxShapes) return false;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(Shape)) add(load<Shape>(bytes.data() + at));
  return true;
}

std::vector<std::byte> ShapeTable::bytes() const {
  const auto view = std::as_bytes(std::span(shapes_));
  return {view.begin(), view.end()};
}

PostingEncoder::PostingEncoder(const ShapeTable& table) {
  for (std::size_t code = 0; code < table.shapes_.size(); ++code) {
    codes_.emplace(table.shapes_[code], static_cast<std::uint32_t>(code));
  }
}

void PostingEncoder::add(const Posting& posting, std::vector<std::byte>& out) {
  const auto found = codes_.find(shape_of(posting));
  const std::uint32_t code = found == codes_.end() ? kShortCodes + kNoShape : found->second;
  put_varint(std::uint64_t{posting.unit - next_} << 4 | std::min(code, kShortCodes), out);
  next_ = posting.unit + 1;
  if (code < kShortCodes) return;
  out.push_back(static_cast<std::byte>(code - kShortCodes));
  if (code != kShortCodes + kNoShape) return;
  out.push_back(static_cast<std::byte>(posting.fields));
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    if ((posting.fields >> field & 1) != 0) put_varint(posting.counts[field], out);
  }
}

PostingCursor::PostingCursor(std::span<const std::byte> bytes, std::uint32_t unit_count,
                             const Posting* shapes)
    : at_(bytes.data()), end_(bytes.data() + bytes.size()), shapes_(shapes), unit_count_(unit_count) {}

const Posting* PostingCursor::take_own_counts() {
  own_ = {};
  if (at_ == end_) return nullptr;
  own_.fields = std::to_integer<std::uint8_t>(*at_++);
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    if ((own_.fields >> field & 1) == 0) continue;
    std::uint64_t count = 0;
    if (!take_varint(at_, end_, count)) return at_ = end_, nullptr;
    own_.counts[field] = static_cast<std::uint16_t>(std::min<std::uint64_t>(count, 0xffff));
  }
  return &own_;
}

bool PostingCursor::next(Posting& posting) {
  const Posting* found = advance();
  if (found == nullptr) return false;
  posting = *found;
  posting.unit = unit();
  return true;
}

}  // namespace quarry::index

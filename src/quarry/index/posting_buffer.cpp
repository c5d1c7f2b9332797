#include "quarry/index/posting_buffer.h"

#include <algorithm>
#include <array>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

constexpr std::uint32_t kChunkBits = 20;
constexpr std::uint32_t kChunkBytes = 1U << kChunkBits;
constexpr std::uint32_t kLinkBytes = 4;  // at the end of a slice, the address of the next one
constexpr std::array<std::uint32_t, 8> kSliceBytes{12, 20, 36, 68, 132, 516, 2052, 8196};
constexpr std::size_t kWriteBytes = 1U << 18;

bool take_number(const std::byte*& at, const std::byte* end, std::uint32_t& value) {
  value = 0;
  for (std::uint32_t shift = 0; at != end; shift += 7) {
    const auto byte = std::to_integer<std::uint32_t>(*at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

std::byte* put_number(std::uint32_t value, std::byte* to) {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<std::byte>(value | 0x80);
  *to++ = static_cast<std::byte>(value);
  return to;
}

}  // namespace

PostingBuffer::PostingBuffer() : slots_(1U << 12), chunk_used_(kChunkBytes) {}

void PostingBuffer::add(std::span<const Occurrence> occurrences, std::uint32_t first_unit) {
  // Two passes: the first gathers postings and touches their slots early, the second finds the slots in
  // cache.
  pending_.clear();
  for (std::size_t i = 0; i < occurrences.size();) {
    const Occurrence& head = occurrences[i];
    const std::size_t begin = i;
    Shape shape = 0;
    bool large = false;
    for (; i < occurrences.size() && occurrences[i].unit == head.unit && occurrences[i].term == head.term;
         ++i) {
      shape |= Shape{occurrences[i].count} << (4 * static_cast<std::uint32_t>(occurrences[i].field));
      large = large || occurrences[i].count > 15;
    }
    pending_.push_back({key_of(head.term), first_unit + head.unit, large ? 0 : shape,
                        occurrences.subspan(begin, i - begin)});
  }
  constexpr std::size_t kAhead = 16;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (i + kAhead < pending_.size()) __builtin_prefetch(&slots_[home(pending_[i + kAhead].key)]);
    append(list_of(pending_[i].key), pending_[i]);
  }
}

PostingBuffer::List& PostingBuffer::list_of(std::uint64_t key) {
  for (std::size_t place = home(key);; place = (place + 1) & (slots_.size() - 1)) {
    Slot& slot = slots_[place];
    if (slot.list == 0) {
      if (lists_.size() * 3 > slots_.size() * 2) {
        grow();
        return list_of(key);
      }
      slot = {key, static_cast<std::uint32_t>(lists_.size()) + 1};
      const std::uint32_t first = new_slice(0);
      lists_.push_back({key, at(first), first, 0, kSliceBytes[0] - kLinkBytes, 0});
      return lists_.back();
    }
    if (slot.key == key) return lists_[slot.list - 1];
  }
}

void PostingBuffer::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.list == 0) continue;
    std::size_t at = home(slot.key);
    while (slots_[at].list != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

std::byte* PostingBuffer::at(std::uint32_t address) {
  return chunks_[address >> kChunkBits].get() + (address & (kChunkBytes - 1));
}

std::uint32_t PostingBuffer::new_slice(std::uint32_t level) {
  const std::uint32_t size = kSliceBytes[level];
  if (chunk_used_ + size > kChunkBytes) {
    chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(kChunkBytes));
    chunk_used_ = 0;
  }
  const auto address = (static_cast<std::uint32_t>(chunks_.size() - 1) << kChunkBits) + chunk_used_;
  chunk_used_ += size;
  return address;
}

void PostingBuffer::put(List& list, std::span<const std::byte> bytes) {
  while (bytes.size() > list.room) {
    std::memcpy(list.at, bytes.data(), list.room);
    bytes = bytes.subspan(list.room);
    list.level = static_cast<std::uint16_t>(std::min<std::size_t>(list.level + 1U, kSliceBytes.size() - 1));
    const std::uint32_t slice = new_slice(list.level);
    std::memcpy(list.at + list.room, &slice, kLinkBytes);
    list.at = at(slice);
    list.room = static_cast<std::uint16_t>(kSliceBytes[list.level] - kLinkBytes);
  }
  std::memcpy(list.at, bytes.data(), bytes.size());
  list.at += bytes.size();
  list.room = static_cast<std::uint16_t>(list.room - bytes.size());
}

std::uint32_t PostingBuffer::id_of(Shape shape) {
  auto& recent = recent_shapes_[(shape ^ shape >> 8 ^ shape >> 16) % recent_shapes_.size()];
  if (recent.first == shape) return recent.second;
  const auto [entry, added] = shape_ids_.try_emplace(shape, static_cast<std::uint32_t>(shapes_.size()));
  if (added) {
    shapes_.push_back(shape);
    shape_counts_.push_back(0);
  }
  recent = *entry;
  return entry->second;
}

void PostingBuffer::append(List& list, const Pending& pending) {
  // At most five bytes for the unit, five for the id or six and three a field.
  std::array<std::byte, 5 + 2 + 3 * kFieldCount> bytes;
  std::byte* to = put_number(pending.unit - list.next_unit, bytes.data());
  list.next_unit = pending.unit + 1;
  if (pending.shape != 0) {
    const std::uint32_t id = id_of(pending.shape);
    ++shape_counts_[id];
    to = put_number(id + 1, to);
  } else {
    std::byte fields{};
    for (const Occurrence& each : pending.occurrences) fields |= std::byte{1} << static_cast<int>(each.field);
    *to++ = std::byte{0};
    *to++ = fields;
    for (const Occurrence& each : pending.occurrences) to = put_number(each.count, to);
  }
  put(list, std::span(bytes).first(static_cast<std::size_t>(to - bytes.data())));
}

std::size_t PostingBuffer::memory_in_bytes() const {
  return slots_.capacity() * sizeof(Slot) + lists_.capacity() * sizeof(List) + chunks_.size() * kChunkBytes +
         pending_.capacity() * sizeof(Pending) + shapes_.capacity() * 64;
}

void PostingBuffer::read(const List& list, std::vector<std::byte>& out) {
  out.clear();
  std::uint32_t slice = list.first;
  for (std::uint32_t level = 0;; level = std::min<std::uint32_t>(level + 1, kSliceBytes.size() - 1)) {
    const std::uint32_t size = kSliceBytes[level] - kLinkBytes;
    const std::byte* from = at(slice);
    if (level == list.level && list.at == from + (size - list.room)) {
      out.insert(out.end(), from, static_cast<const std::byte*>(list.at));
      return;
    }
    out.insert(out.end(), from, from + size);
    std::memcpy(&slice, from + size, kLinkBytes);
  }
}

bool PostingBuffer::next_posting(const std::byte*& from, const std::byte* end, std::uint32_t& next_unit,
                                 Posting& posting) const {
  std::uint32_t distance = 0;
  std::uint32_t id = 0;
  if (!take_number(from, end, distance) || !take_number(from, end, id)) return false;
  posting = {};
  posting.unit = next_unit + distance;
  next_unit = posting.unit + 1;
  std::uint32_t fields = 0;
  if (id == 0) fields = std::to_integer<std::uint32_t>(*from++);
  for (std::size_t field = 0; field < kFieldCount; ++field) {
    std::uint32_t count = id == 0 ? 0 : shapes_[id - 1] >> (4 * field) & 15;
    if ((fields >> field & 1) != 0) take_number(from, end, count);
    posting.counts[field] = static_cast<std::uint16_t>(count);
    if (count != 0) posting.fields = static_cast<std::uint8_t>(posting.fields | 1U << field);
  }
  return true;
}

std::uint32_t PostingBuffer::finish(CheckedFileWriter& out) {
  slots_ = {};
  std::sort(lists_.begin(), lists_.end(), [](const List& a, const List& b) { return a.key < b.key; });
  std::unordered_map<Shape, std::uint64_t> counts;
  for (std::size_t id = 0; id < shapes_.size(); ++id) counts.emplace(shapes_[id], shape_counts_[id]);
  const ShapeTable table = ShapeTable::make(counts);

  out.begin_section(static_cast<std::uint32_t>(SegmentSection::postings));
  PostingEncoder encoder(table);
  DictionaryWriter dictionary;
  std::vector<std::byte> raw;
  std::vector<std::byte> encoded;
  std::uint64_t written = 0;
  for (const List& list : lists_) {
    dictionary.add(list.key, written + encoded.size());
    encoder.begin_term();
    read(list, raw);
    const std::byte* from = raw.data();
    std::uint32_t next_unit = 0;
    for (Posting posting; next_posting(from, raw.data() + raw.size(), next_unit, posting);) {
      encoder.add(posting, encoded);
    }
    if (encoded.size() >= kWriteBytes) {
      out.append(encoded);
      written += encoded.size();
      encoded.clear();
    }
  }
  out.append(encoded);
  written += encoded.size();
  lists_ = {};
  chunks_.clear();
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::posting_shapes));
  out.append(table.bytes());
  const std::uint32_t terms = dictionary.size();
  dictionary.finish(written, out);
  return terms;
}

}  // namespace quarry::index

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

}  // namespace

PostingBuffer::PostingBuffer() : slots_(1U << 12), chunk_used_(kChunkBytes) {}

void PostingBuffer::add(std::span<const Occurrence> occurrences, std::uint32_t first_unit) {
  // Two passes: the first gathers postings and touches their slots early, the second finds the slots in
  // cache.
  pending_.clear();
  for (std::size_t i = 0; i < occurrences.size();) {
    const Occurrence& head = occurrences[i];
    Posting posting{};
    posting.unit = first_unit + head.unit;
    for (; i < occurrences.size() && occurrences[i].unit == head.unit && occurrences[i].term == head.term;
         ++i) {
      const auto field = static_cast<std::size_t>(occurrences[i].field);
      posting.fields = static_cast<std::uint8_t>(posting.fields | 1U << field);
      posting.counts[field] = occurrences[i].count;
    }
    pending_.push_back({key_of(head.term), posting});
  }
  constexpr std::size_t kAhead = 12;
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (i + kAhead < pending_.size()) __builtin_prefetch(&slots_[home(pending_[i + kAhead].key)]);
    append(list_of(pending_[i].key), pending_[i].posting);
  }
}

PostingBuffer::List& PostingBuffer::list_of(std::uint64_t key) {
  for (std::size_t at = home(key);; at = (at + 1) & (slots_.size() - 1)) {
    Slot& slot = slots_[at];
    if (slot.list == 0) {
      if (lists_.size() * 3 > slots_.size() * 2) {
        grow();
        return list_of(key);
      }
      slot = {key, static_cast<std::uint32_t>(lists_.size()) + 1};
      const std::uint32_t first = new_slice(0);
      lists_.push_back({key, first, first, kSliceBytes[0] - kLinkBytes, 0, 0});
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

void PostingBuffer::put(List& list, std::byte byte) {
  if (list.room == 0) {
    list.level = std::min<std::uint32_t>(list.level + 1, kSliceBytes.size() - 1);
    const std::uint32_t slice = new_slice(list.level);
    std::memcpy(at(list.at), &slice, kLinkBytes);
    list.at = slice;
    list.room = kSliceBytes[list.level] - kLinkBytes;
  }
  *at(list.at++) = byte;
  --list.room;
}

void PostingBuffer::put_number(List& list, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) put(list, static_cast<std::byte>(value | 0x80));
  put(list, static_cast<std::byte>(value));
}

void PostingBuffer::append(List& list, const Posting& posting) {
  put_number(list, posting.unit - list.next_unit);
  list.next_unit = posting.unit + 1;
  const Shape shape = shape_of(posting);
  if (shape == 0) {
    put_number(list, 0);
    put(list, static_cast<std::byte>(posting.fields));
    for (std::size_t field = 0; field < kFieldCount; ++field) {
      if ((posting.fields >> field & 1) != 0) put_number(list, posting.counts[field]);
    }
    return;
  }
  const auto [entry, added] = shape_ids_.try_emplace(shape, static_cast<std::uint32_t>(shapes_.size()));
  if (added) {
    shapes_.push_back(shape);
    shape_counts_.push_back(0);
  }
  ++shape_counts_[entry->second];
  put_number(list, entry->second + 1);
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
    if (list.at >= slice && list.at <= slice + size) {
      out.insert(out.end(), at(slice), at(slice) + (list.at - slice));
      return;
    }
    out.insert(out.end(), at(slice), at(slice) + size);
    std::memcpy(&slice, at(slice) + size, kLinkBytes);
  }
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
    const std::byte* end = from + raw.size();
    Posting posting{};
    std::uint32_t next_unit = 0;
    std::uint32_t distance = 0;
    std::uint32_t id = 0;
    while (take_number(from, end, distance) && take_number(from, end, id)) {
      const std::uint32_t unit = next_unit + distance;
      next_unit = unit + 1;
      posting = {};
      posting.unit = unit;
      if (id == 0) {
        posting.fields = std::to_integer<std::uint8_t>(*from++);
      }
      for (std::size_t field = 0; field < kFieldCount; ++field) {
        std::uint32_t count = id == 0 ? 0 : shapes_[id - 1] >> (4 * field) & 15;
        if (id == 0 && (posting.fields >> field & 1) != 0) take_number(from, end, count);
        posting.counts[field] = static_cast<std::uint16_t>(count);
        if (count != 0) posting.fields = static_cast<std::uint8_t>(posting.fields | 1U << field);
      }
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

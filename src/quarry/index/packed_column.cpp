#include "quarry/index/packed_column.h"

#include <algorithm>
#include <bit>

namespace quarry::index {
namespace {

constexpr std::size_t kFrame = 128;
constexpr std::uint64_t kLargest = (std::uint64_t{1} << kMaxColumnBits) - 1;

template <class T>
void put(std::vector<std::byte>& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

void PackedColumnWriter::add(std::uint64_t value) {
  pending_.push_back(std::min(value, kLargest));
  if (pending_.size() == kFrame) flush();
}

void PackedColumnWriter::flush() {
  const auto [least, most] = std::minmax_element(pending_.begin(), pending_.end());
  const std::uint64_t base = *least;
  const auto bits = static_cast<std::uint32_t>(std::bit_width(*most - base));
  put(table_, base | std::uint64_t{bits} << kMaxColumnBits);
  put(table_, static_cast<std::uint32_t>(frames_.size() / 16));
  BitWriter packed(bits);
  for (const std::uint64_t value : pending_) packed.add(value - base);
  std::vector<std::byte> bytes = packed.finish();
  bytes.resize((pending_.size() * bits + 127) / 128 * 16);
  frames_.insert(frames_.end(), bytes.begin(), bytes.end());
  pending_.clear();
}

std::size_t PackedColumnWriter::memory_in_bytes() const {
  return frames_.capacity() + table_.capacity() + kFrame * 8;
}

std::vector<std::byte> PackedColumnWriter::finish() {
  if (!pending_.empty()) flush();
  std::vector<std::byte> bytes = std::move(table_);
  bytes.resize((bytes.size() + 15) / 16 * 16);
  bytes.insert(bytes.end(), frames_.begin(), frames_.end());
  bytes.resize(bytes.size() + 16);
  frames_.clear();
  table_.clear();
  return bytes;
}

bool PackedColumn::open(std::span<const std::byte> bytes, std::uint64_t count) {
  const std::uint64_t frames = (count + kFrame - 1) / kFrame;
  if (frames > bytes.size() / 12) return false;
  const std::uint64_t table = (frames * 12 + 15) / 16 * 16;
  if (table + 16 > bytes.size()) return false;
  const std::uint64_t room = bytes.size() - table;
  for (std::uint64_t frame = 0; frame < frames; ++frame) {
    const std::byte* entry = bytes.data() + frame * 12;
    const std::uint64_t bits = load<std::uint64_t>(entry) >> kMaxColumnBits & 63;
    const std::uint64_t values = std::min<std::uint64_t>(kFrame, count - frame * kFrame);
    const std::uint64_t begin = load<std::uint32_t>(entry + 8) * std::uint64_t{16};
    // The last load of a frame may reach 8 bytes past its end; the padding of 16 is there for that.
    if (bits > kMaxColumnBits || begin + (values * bits + 7) / 8 + 8 > room) return false;
  }
  table_ = bytes.data();
  frames_ = bytes.data() + table;
  count_ = count;
  return true;
}

void BitWriter::add(std::uint64_t value) {
  if (bits_ == 0) return;
  word_ |= value << used_;
  used_ += bits_;
  if (used_ < 64) return;
  put(bytes_, word_);
  used_ -= 64;
  word_ = used_ == 0 ? 0 : value >> (bits_ - used_);
}

std::vector<std::byte> BitWriter::finish() {
  put(bytes_, word_);
  const std::size_t used = bytes_.size() - 8 + (used_ + 7) / 8;
  bytes_.resize(used + 8);
  return std::move(bytes_);
}

}  // namespace quarry::index

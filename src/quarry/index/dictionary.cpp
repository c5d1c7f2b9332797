#include "quarry/index/dictionary.h"

#include <algorithm>
#include <bit>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

// Eight to sixteen terms a bucket.
std::uint32_t bucket_bits_for(std::uint32_t terms) {
  return terms < 16 ? 0 : static_cast<std::uint32_t>(std::bit_width(terms)) - 4;
}

}  // namespace

void DictionaryWriter::add(std::uint64_t key, std::uint64_t begin) {
  keys_.push_back(key);
  offsets_.add(begin);
}

void DictionaryWriter::finish(std::uint64_t postings_size, CheckedFileWriter& out) {
  const std::uint32_t bucket_bits = bucket_bits_for(size());
  const std::uint32_t rest_bits = kKeyBits - bucket_bits;
  PackedColumnWriter buckets;
  BitWriter rests(rest_bits);
  std::size_t at = 0;
  for (std::uint64_t bucket = 0; bucket < std::uint64_t{1} << bucket_bits; ++bucket) {
    buckets.add(at);
    for (; at < keys_.size() && keys_[at] >> rest_bits == bucket; ++at) {
      rests.add(keys_[at] & ((std::uint64_t{1} << rest_bits) - 1));
    }
  }
  buckets.add(at);
  offsets_.add(postings_size);
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::term_buckets));
  out.append(buckets.finish());
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::term_keys));
  out.append(rests.finish());
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::term_offsets));
  out.append(offsets_.finish());
  keys_.clear();
}

bool Dictionary::open(const CheckedFile& file, std::uint32_t terms, std::uint64_t postings_size) {
  terms_ = terms;
  bucket_bits_ = bucket_bits_for(terms);
  postings_size_ = postings_size;
  const auto keys = file.section(static_cast<std::uint32_t>(SegmentSection::term_keys));
  keys_ = keys.data();
  return keys.size() >= (std::uint64_t{terms} * rest_bits() + 7) / 8 + 8 &&
         buckets_.open(file.section(static_cast<std::uint32_t>(SegmentSection::term_buckets)),
                       std::uint64_t{bucket_count()} + 1) &&
         offsets_.open(file.section(static_cast<std::uint32_t>(SegmentSection::term_offsets)),
                       std::uint64_t{terms} + 1);
}

std::optional<TermRange> Dictionary::find(std::uint64_t key) const {
  const std::uint64_t bucket = key >> rest_bits();
  const std::uint64_t wanted = key & ((std::uint64_t{1} << rest_bits()) - 1);
  const std::uint64_t end = std::min<std::uint64_t>(buckets_.get(bucket + 1), terms_);
  for (std::uint64_t at = buckets_.get(bucket); at < end; ++at) {
    if (rest(at) == wanted) return range(static_cast<std::uint32_t>(at));
  }
  return std::nullopt;
}

TermRange Dictionary::range(std::uint32_t position) const {
  const std::uint64_t end = std::min(offsets_.get(std::uint64_t{position} + 1), postings_size_);
  return {std::min(offsets_.get(position), end), end};
}

}  // namespace quarry::index

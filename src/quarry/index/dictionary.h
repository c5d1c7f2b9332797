// From a term's key to where its postings are: sorted keys, split by their first bits into buckets of about
// ten.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "quarry/index/checked_file.h"
#include "quarry/index/packed_column.h"

namespace quarry::index {

class DictionaryWriter {
 public:
  // Keys ascend; `begin` is where the key's postings start in the section of postings.
  void add(std::uint64_t key, std::uint64_t begin);
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(keys_.size()); }
  // Writes the sections term_buckets, term_keys and term_offsets.
  void finish(std::uint64_t postings_size, CheckedFileWriter& out);

 private:
  std::vector<std::uint64_t> keys_;
  PackedColumnWriter offsets_;
};

struct TermRange {
  std::uint64_t begin;  // in the section of postings
  std::uint64_t end;
};

// A view of stored, verified bytes. Answers never exceed `postings_size`.
class Dictionary {
 public:
  [[nodiscard]] bool open(const CheckedFile& file, std::uint32_t terms, std::uint64_t postings_size);
  [[nodiscard]] std::optional<TermRange> find(std::uint64_t key) const;

  // All terms in the order of their keys, for merging.
  [[nodiscard]] std::uint32_t size() const { return terms_; }
  [[nodiscard]] std::uint32_t bucket_count() const { return std::uint32_t{1} << bucket_bits_; }
  [[nodiscard]] std::uint64_t bucket_end(std::uint32_t bucket) const { return buckets_.get(bucket + 1); }
  [[nodiscard]] std::uint64_t key(std::uint32_t position, std::uint32_t bucket) const {
    return std::uint64_t{bucket} << rest_bits() | rest(position);
  }
  [[nodiscard]] TermRange range(std::uint32_t position) const;

 private:
  [[nodiscard]] std::uint32_t rest_bits() const { return kKeyBits - bucket_bits_; }
  [[nodiscard]] std::uint64_t rest(std::uint64_t position) const {
    const std::uint64_t at = position * rest_bits();
    return load<std::uint64_t>(keys_ + at / 8) >> (at % 8) & ((std::uint64_t{1} << rest_bits()) - 1);
  }

  PackedColumn buckets_;
  PackedColumn offsets_;
  const std::byte* keys_ = nullptr;
  std::uint32_t terms_ = 0;
  std::uint32_t bucket_bits_ = 0;
  std::uint64_t postings_size_ = 0;
};

}  // namespace quarry::index

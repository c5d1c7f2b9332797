// The inverted lists of a segment while it is collected in memory: a hash table of terms, each with a chain
// of growing slices of encoded postings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "quarry/index/dictionary.h"
#include "quarry/index/document.h"
#include "quarry/index/postings_codec.h"

namespace quarry::index {

// Not thread-safe.
class PostingBuffer {
 public:
  PostingBuffer();

  // `occurrences` sorted by (unit, term, field); `first_unit` is added to their units.
  void add(std::span<const Occurrence> occurrences, std::uint32_t first_unit);
  [[nodiscard]] std::size_t memory_in_bytes() const;

  // Writes the sections postings, posting_shapes and the dictionary's; answers the number of terms.
  std::uint32_t finish(CheckedFileWriter& out);

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t list = 0;  // position in lists_ + 1; 0: free
  };
  struct List {
    std::uint64_t key;
    std::uint32_t first;  // address of its first slice
    std::uint32_t at;     // where the next byte goes
    std::uint32_t room;   // bytes left in the slice
    std::uint32_t level;
    std::uint32_t next_unit;
  };

  [[nodiscard]] std::size_t home(std::uint64_t key) const { return key & (slots_.size() - 1); }
  List& list_of(std::uint64_t key);
  void grow();
  void append(List& list, const Posting& posting);
  void put(List& list, std::byte byte);
  void put_number(List& list, std::uint32_t value);
  std::uint32_t new_slice(std::uint32_t level);
  std::byte* at(std::uint32_t address);
  void read(const List& list, std::vector<std::byte>& out);

  std::vector<Slot> slots_;
  std::vector<List> lists_;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::uint32_t chunk_used_;
  std::unordered_map<Shape, std::uint32_t> shape_ids_;
  std::vector<Shape> shapes_;
  std::vector<std::uint64_t> shape_counts_;
  struct Pending {
    std::uint64_t key;
    Posting posting;
  };
  std::vector<Pending> pending_;
};

}  // namespace quarry::index

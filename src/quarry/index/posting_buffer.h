// The inverted lists of a segment while it is collected in memory: a hash table of terms, each with a chain
// of growing slices of encoded postings.
#pragma once

#include <array>
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
    std::byte* at;        // where the next byte goes
    std::uint32_t first;  // address of the first slice
    std::uint32_t next_unit;
    std::uint16_t room;  // bytes left in the slice
    std::uint16_t level;
  };
  struct Pending {
    std::uint64_t key;
    std::uint32_t unit;
    Shape shape;
    std::span<const Occurrence> occurrences;  // of the term in the unit
  };

  [[nodiscard]] std::size_t home(std::uint64_t key) const { return key & (slots_.size() - 1); }
  List& list_of(std::uint64_t key);
  void grow();
  [[nodiscard]] std::uint32_t id_of(Shape shape);
  void append(List& list, const Pending& pending);
  void put(List& list, std::span<const std::byte> bytes);
  std::uint32_t new_slice(std::uint32_t level);
  std::byte* at(std::uint32_t address);
  void read(const List& list, std::vector<std::byte>& out);
  [[nodiscard]] bool next_posting(const std::byte*& from, const std::byte* end, std::uint32_t& next_unit,
                                  Posting& posting) const;

  std::vector<Slot> slots_;
  std::vector<List> lists_;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::uint32_t chunk_used_;
  std::unordered_map<Shape, std::uint32_t> shape_ids_;
  std::array<std::pair<Shape, std::uint32_t>, 256>
      recent_shapes_{};  // in front of shape_ids_, by their low bits
  std::vector<Shape> shapes_;
  std::vector<std::uint64_t> shape_counts_;
  std::vector<Pending> pending_;
};

}  // namespace quarry::index

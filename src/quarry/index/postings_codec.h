// Postings as bytes: a variable-length number of unit distance and shape. A shape is how often each field has
// the term; the most frequent shapes of a segment get the short codes, so that most postings take two bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "quarry/index/segment.h"

namespace quarry::index {

// Four bits a field, field 0 lowest; 0 stands for a posting with a count over 15, which has no shape.
using Shape = std::uint32_t;
[[nodiscard]] Shape shape_of(const Posting& posting);

inline constexpr std::size_t kMaxShapes = 15 + 255;

// The shapes of a segment in the order of their codes.
class ShapeTable {
 public:
  // The most frequent first, equals by value: the same counts give the same table.
  [[nodiscard]] static ShapeTable make(const std::unordered_map<Shape, std::uint64_t>& counts);
  // False where the bytes are no table.
  [[nodiscard]] bool open(std::span<const std::byte> bytes);

  [[nodiscard]] std::vector<std::byte> bytes() const;
  // Ready to be copied into results; always kMaxShapes long, empty postings behind the last shape.
  [[nodiscard]] const Posting* postings() const { return postings_.data(); }

 private:
  friend class PostingEncoder;
  void add(Shape shape);

  std::vector<Shape> shapes_;
  std::vector<Posting> postings_ = std::vector<Posting>(kMaxShapes);
};

// Appends the postings of one term after another.
class PostingEncoder {
 public:
  explicit PostingEncoder(const ShapeTable& table);
  void begin_term() { next_ = 0; }
  void add(const Posting& posting, std::vector<std::byte>& out);  // units of one term ascend

 private:
  std::unordered_map<Shape, std::uint32_t> codes_;
  std::uint32_t next_ = 0;  // the least unit that may follow
};

// Little-endian base 128.
void put_varint(std::uint64_t value, std::vector<std::byte>& out);

}  // namespace quarry::index

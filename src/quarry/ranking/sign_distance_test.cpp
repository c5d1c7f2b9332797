// Every instruction set gives what one bit after another gives.
#include "quarry/ranking/sign_distance.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "quarry/index/packed_vectors.h"

namespace quarry::ranking {
namespace {

TEST(SignDistance, CountsTheBitsThatDiffer) {
  std::mt19937_64 random(1);
  for (const std::size_t words : {1, 2, 3, 4, 7}) {
    for (const std::size_t rows : {0, 1, 2, 63, 300}) {
      std::vector<std::uint64_t> query(words);
      std::vector<std::uint64_t> stored(words * rows);
      for (auto& word : query) word = random();
      for (auto& word : stored) word = random();
      std::vector<std::uint16_t> distances(rows);
      sign_distances(stored, query, distances);
      for (std::size_t row = 0; row < rows; ++row) {
        std::uint16_t expected = 0;
        for (std::size_t bit = 0; bit < words * 64; ++bit) {
          const std::uint64_t differing = stored[row * words + bit / 64] ^ query[bit / 64];
          expected = static_cast<std::uint16_t>(expected + (differing >> (bit % 64) & 1));
        }
        ASSERT_EQ(distances[row], expected) << words << " words, row " << row;
      }
    }
  }
}

TEST(SignDistance, FindsTheRowsWithinReach) {
  std::mt19937 random(4);
  for (const std::size_t count : {0, 1, 15, 16, 17, 100, 1024}) {
    std::vector<std::uint16_t> distances(count);
    for (auto& distance : distances) distance = static_cast<std::uint16_t>(random() % 40000);
    if (count > 2) distances[count / 2] = 65535;
    for (const unsigned reach : {0U, 20U, 20000U, 39999U, 65535U}) {
      std::vector<std::uint16_t> expected;
      for (std::size_t row = 0; row < count; ++row) {
        if (distances[row] <= reach) expected.push_back(static_cast<std::uint16_t>(row));
      }
      std::vector<std::uint16_t> rows(count);
      rows.resize(rows_within(distances, static_cast<std::uint16_t>(reach), rows));
      EXPECT_EQ(rows, expected) << count << " rows within " << reach;
    }
  }
}

TEST(SignDistance, MultipliesVectorsOfAnySize) {
  std::mt19937 random(2);
  for (const std::size_t size : {0, 1, 15, 16, 70, 128, 257}) {
    std::vector<std::int8_t> a(size);
    std::vector<std::int8_t> b(size);
    std::int32_t expected = 0;
    for (std::size_t i = 0; i < size; ++i) {
      a[i] = static_cast<std::int8_t>(random());
      b[i] = static_cast<std::int8_t>(random());
      expected += a[i] * b[i];
    }
    EXPECT_EQ(dot_int8(a, b), expected) << size;
  }
  const std::vector<std::int8_t> least(1000, -128);
  EXPECT_EQ(dot_int8(least, least), 128 * 128 * 1000);
}

TEST(SignDistance, MultipliesPackedRowsAsTheyRead) {
  std::mt19937_64 random(3);
  for (const std::size_t size : {1, 63, 64, 100, 128, 192, 256}) {
    const std::size_t words = index::plane_words(static_cast<std::uint32_t>(size));
    for (int round = 0; round < 50; ++round) {
      std::vector<std::uint64_t> signs(words);
      std::vector<std::uint64_t> sizes(index::kSizePlanes * words);
      for (auto& word : signs) word = random();
      for (auto& word : sizes) word = round == 0 ? 0 : round == 1 ? ~std::uint64_t{0} : random();
      std::vector<std::int8_t> query(size);
      for (auto& value : query) value = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
      std::vector<std::int8_t> row(size);
      index::unpack_vector(signs, sizes, row);
      const RowProducts products = row_products({signs, sizes}, query);
      EXPECT_EQ(products.own, dot_int8(row, row)) << size;
      EXPECT_EQ(products.query, dot_int8(row, query)) << size;
    }
  }
}

}  // namespace
}  // namespace quarry::ranking

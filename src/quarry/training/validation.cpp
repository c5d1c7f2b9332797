#include "quarry/training/validation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "quarry/training/random.h"
#include "quarry/training/vector_math.h"

namespace quarry::training {
namespace {

constexpr std::uint64_t kDraw = 7;

Result<std::vector<float>> encode(const TrainableEncoder& encoder, const Bags& bags, EncoderSide side,
                                  std::uint32_t dimensions) {
  const std::uint32_t all = encoder.dimensions();
  std::vector<float> pooled(bags.size() * all);
  QUARRY_CHECK(encoder.encode(bags, side, pooled));
  std::vector<float> unit(bags.size() * dimensions);
  for (std::size_t text = 0; text < bags.size(); ++text) {
    const float* from = pooled.data() + text * all;
    const float norm = std::sqrt(dot(from, from, dimensions));
    if (norm > 0) add_scaled(unit.data() + text * dimensions, from, 1 / norm, dimensions);
  }
  return unit;
}

Bag bag_of(std::span<const TokenId> ids) {
  std::vector<TokenId> sorted(ids.begin(), ids.end());
  std::sort(sorted.begin(), sorted.end());
  Bag bag;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i + 1;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    bag.emplace_back(sorted[i], static_cast<std::uint32_t>(end - i));
    i = end;
  }
  return bag;
}

}  // namespace

Result<ValidationResult> validate(const Dataset& held_out, const TrainableEncoder& encoder,
                                  std::uint32_t queries, std::uint32_t candidates, std::uint32_t dimensions) {
  if (dimensions == 0) dimensions = encoder.dimensions();
  std::vector<std::uint32_t> drawn(held_out.size());
  std::iota(drawn.begin(), drawn.end(), 0U);
  Random random(kDraw);
  random.shuffle(std::span(drawn));
  drawn.resize(std::min<std::size_t>(drawn.size(), candidates));

  ValidationResult result;
  result.candidates = static_cast<std::uint32_t>(drawn.size());
  result.queries = std::min(queries, result.candidates);
  if (result.queries == 0) return result;
  Bags docs;
  Bags codes;
  std::vector<std::uint64_t> hashes;
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const Example example = held_out[drawn[i]];
    if (i < result.queries) docs.add(bag_of(example.doc), example.doc);
    codes.add(Bag(example.code.begin(), example.code.end()), example.reading);
    hashes.push_back(example.code_hash);
  }
  QUARRY_TRY(const std::vector<float> asked, encode(encoder, docs, EncoderSide::query, dimensions));
  QUARRY_TRY(const std::vector<float> found, encode(encoder, codes, EncoderSide::code, dimensions));
  for (std::size_t i = 0; i < result.queries; ++i) {
    const float* query = asked.data() + i * dimensions;
    const float own = dot(query, found.data() + i * dimensions, dimensions);
    std::size_t rank = 1;
    for (std::size_t other = 0; other < drawn.size(); ++other) {
      if (hashes[other] == hashes[i]) continue;
      // A tie counts against the model: a vector of zeros must not win.
      if (dot(query, found.data() + other * dimensions, dimensions) >= own) ++rank;
    }
    result.mrr += 1.0 / static_cast<double>(rank);
    if (rank <= 10) result.hit10 += 1;
  }
  result.mrr /= result.queries;
  result.hit10 /= result.queries;
  return result;
}

}  // namespace quarry::training

#include "quarry/training/mining.h"

#include <algorithm>
#include <cmath>

#include "quarry/training/random.h"
#include "quarry/training/vector_math.h"

namespace quarry::training {
namespace {

constexpr std::uint64_t kPivotStream = 0x91707;
constexpr std::size_t kAtATime = 4096;

// Unit vectors of the codes of `pairs`.
Result<std::vector<float>> encode(const Dataset& dataset, const TrainableEncoder& encoder,
                                  const std::vector<std::uint32_t>& pairs) {
  Bags bags;
  for (const std::uint32_t pair : pairs) {
    const Example example = dataset[pair];
    bags.add(Bag(example.code.begin(), example.code.end()), example.reading);
  }
  const std::size_t dimensions = encoder.dimensions();
  std::vector<float> vectors(pairs.size() * dimensions);
  QUARRY_CHECK(encoder.encode(bags, EncoderSide::code, vectors));
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    float* vector = vectors.data() + row * dimensions;
    const float norm = std::sqrt(dot(vector, vector, dimensions));
    if (norm > 0) std::for_each_n(vector, dimensions, [norm](float& value) { value /= norm; });
  }
  return vectors;
}

}  // namespace

Result<std::vector<std::uint32_t>> mine_clusters(const Dataset& dataset, const TrainableEncoder& encoder,
                                                 std::uint64_t seed, std::uint64_t round,
                                                 std::size_t pairs_a_cluster) {
  const std::size_t dimensions = encoder.dimensions();
  Random random(seed, kPivotStream, round);
  std::vector<std::uint32_t> drawn(std::max<std::size_t>(2, dataset.size() / pairs_a_cluster));
  for (std::uint32_t& pair : drawn) pair = static_cast<std::uint32_t>(random.below(dataset.size()));
  QUARRY_TRY(const std::vector<float> pivots, encode(dataset, encoder, drawn));

  std::vector<std::uint32_t> clusters(dataset.size());
  std::vector<std::uint32_t> pairs;
  for (std::size_t begin = 0; begin < dataset.size(); begin += kAtATime) {
    pairs.clear();
    const std::size_t end = std::min(dataset.size(), begin + kAtATime);
    for (std::size_t pair = begin; pair < end; ++pair) pairs.push_back(static_cast<std::uint32_t>(pair));
    QUARRY_TRY(const std::vector<float> vectors, encode(dataset, encoder, pairs));
    for (std::size_t row = 0; row < pairs.size(); ++row) {
      float best = -2;
      for (std::size_t pivot = 0; pivot < drawn.size(); ++pivot) {
        const float cosine =
            dot(vectors.data() + row * dimensions, pivots.data() + pivot * dimensions, dimensions);
        if (cosine > best) {
          best = cosine;
          clusters[pairs[row]] = static_cast<std::uint32_t>(pivot);
        }
      }
    }
  }
  return clusters;
}

}  // namespace quarry::training

#include "quarry/training/vector_math.h"

#include <cmath>

// The loader picks the clone that fits the machine. Sums are associative here on purpose: only so can they be
// vectorised, and one machine still gives the same sum every time.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define QUARRY_CLONES __attribute__((target_clones("default", "arch=haswell", "arch=skylake-avx512")))
#else
#define QUARRY_CLONES
#endif

namespace quarry::training {

QUARRY_CLONES void add_scaled(float* to, const float* from, float factor, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) to[i] += factor * from[i];
}

QUARRY_CLONES float dot(const float* a, const float* b, std::size_t n) {
  constexpr std::size_t kLanes = 32;
  float sums[kLanes] = {};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (; i < n; ++i) sum += a[i] * b[i];
  for (const float lane : sums) sum += lane;
  return sum;
}

QUARRY_CLONES void adam(float* value, float* first, float* second, const float* gradient,
                        const AdamStep& step, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    const float g = gradient[i] * step.scale;
    first[i] = step.beta1 * first[i] + (1 - step.beta1) * g;
    second[i] = step.beta2 * second[i] + (1 - step.beta2) * g * g;
    value[i] -= step.decay * value[i] + step.rate * first[i] / (std::sqrt(second[i]) + step.epsilon);
  }
}

}  // namespace quarry::training

// The few loops over floats that training spends its time in, compiled once for each generation of
// processors.
#pragma once

#include <cstddef>

namespace quarry::training {

void add_scaled(float* to, const float* from, float factor, std::size_t n);  // to += factor * from
[[nodiscard]] float dot(const float* a, const float* b, std::size_t n);

struct AdamStep {
  float rate = 0;  // with the correction of both moments' bias
  float beta1 = 0;
  float beta2 = 0;
  float epsilon = 0;  // with the correction of the second moment's bias
  float decay = 0;    // what is taken off the value first, as a share
  float scale = 1;    // of the gradient: clipping
};
// One AdamW step over n values with their first and second moments (Loshchilov and Hutter 2019).
void adam(float* value, float* first, float* second, const float* gradient, const AdamStep& step,
          std::size_t n);

}  // namespace quarry::training

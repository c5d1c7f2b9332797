#include "quarry/training/trainable_encoder.h"

#include <cmath>

namespace quarry::training {

AdamStep adam_step(const AdamOptions& options, double rate, std::uint64_t step, double scale) {
  const double correction1 = 1 - std::pow(options.beta1, static_cast<double>(step));
  const double correction2 = std::sqrt(1 - std::pow(options.beta2, static_cast<double>(step)));
  AdamStep made;
  made.beta1 = static_cast<float>(options.beta1);
  made.beta2 = static_cast<float>(options.beta2);
  made.epsilon = static_cast<float>(options.epsilon * correction2);
  made.rate = static_cast<float>(rate * correction2 / correction1);
  made.decay = static_cast<float>(rate * options.weight_decay);
  made.scale = static_cast<float>(scale);
  return made;
}

}  // namespace quarry::training

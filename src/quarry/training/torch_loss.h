// The losses by libtorch's matrix products and automatic differentiation.
#pragma once

#include <memory>

#include "quarry/training/loss.h"

namespace quarry::training {

// `threads` bounds libtorch's own (for the whole process); its results depend on it in the last bits.
[[nodiscard]] std::unique_ptr<Loss> make_torch_loss(const LossOptions& options, std::uint32_t threads);

}  // namespace quarry::training

// Which model encodes code and queries: the one asked for, or the one that is installed.
#pragma once

#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"
#include "quarry/model/encoder.h"

namespace quarry::cli {

// --model, or the model named "default" of the user (<data>/quarry/models) or of the installation; null where
// there is none, which is no error: Quarry then searches by words.
[[nodiscard]] Result<std::shared_ptr<const model::Encoder>> open_model(const Context& context);
// The same for a model given in another way; "" is none given.
[[nodiscard]] Result<std::shared_ptr<const model::Encoder>> open_model(const Context& context,
                                                                       std::string spec);

}  // namespace quarry::cli

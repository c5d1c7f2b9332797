// Opens the model.
#include "quarry/cli/model_choice.h"

#include "quarry/cli/common_flags.h"

namespace quarry::cli {

Result<std::shared_ptr<const model::Encoder>> open_model(const Context& context) {
  if (context.settings.is_set(kModel)) {
    return fail(ErrorKind::invalid_argument, "--model: this build cannot read models");
  }
  return nullptr;
}

}  // namespace quarry::cli

// Looks for models where users and packages put them.
#include "quarry/cli/model_choice.h"

#include <system_error>
#include <vector>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/user_folders.h"
#include "quarry/model/open_encoder.h"

namespace quarry::cli {
namespace {

constexpr std::string_view kDefaultModel = "default";

// <prefix>/bin/quarry -> <prefix>/share/quarry/models: an installation may be moved as a whole. A build
// folder has the models of its source tree beside the program.
std::vector<std::filesystem::path> model_folders(const Context& context) {
  std::vector<std::filesystem::path> folders{user_folder(UserFolder::data, context.environment) / "models"};
  std::error_code error;
  if (const auto program = std::filesystem::read_symlink("/proc/self/exe", error); !error) {
    folders.push_back(program.parent_path() / "models");
    folders.push_back(program.parent_path().parent_path() / "share" / "quarry" / "models");
  }
  return folders;
}

// A folder is a model when it says which one; the user's own go before those of the installation.
model::EncoderNames known_models(const Context& context) {
  model::EncoderNames names;
  for (const auto& folder : model_folders(context)) {
    const auto entries = context.files.list(folder);
    if (!entries) continue;
    for (const auto& entry : *entries) {
      const auto path = folder / entry.name;
      if (context.files.status(path / "config.json")) names.emplace(entry.name, path.string());
    }
  }
  return names;
}

}  // namespace

Result<std::shared_ptr<const model::Encoder>> open_model(const Context& context) {
  return open_model(context, context.settings.text(kModel));
}

Result<std::shared_ptr<const model::Encoder>> open_model(const Context& context, std::string spec) {
  const auto names = known_models(context);
  if (spec.empty()) {
    if (!names.contains(kDefaultModel)) return nullptr;
    spec = kDefaultModel;
  }
  return model::open_encoder(context.files, spec, names);
}

}  // namespace quarry::cli

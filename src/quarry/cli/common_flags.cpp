// The group of flags that every subcommand has.
#include "quarry/cli/common_flags.h"

namespace quarry::cli {
namespace {

constexpr std::array kGeneralFlags{&kQuiet, &kVerbose, &kColor, &kConfig};

}  // namespace

FlagGroup general_flags() {
  return {"General", kGeneralFlags};
}

}  // namespace quarry::cli

// What would be indexed: every file with its language, every skipped one with the reason.
#pragma once

#include <stop_token>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"
#include "quarry/corpus/source.h"

namespace quarry::cli {

// Reads every file, because some reasons lie in the content (binary, minified, a generated header).
[[nodiscard]] Status list_files(const Context& context, const corpus::Source& source, bool json,
                                const std::stop_token& stop);

}  // namespace quarry::cli

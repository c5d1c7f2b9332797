// The rules by which the files of a view were chosen, as the manifest keeps them: a refresh that is told
// nothing else chooses by the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "quarry/corpus/source.h"

namespace quarry::index {

// "rules 1, ignore 1, bytes 4194304"; equal texts choose equal files.
[[nodiscard]] std::string format_listing(const corpus::ListOptions& options);
// The inverse; nothing where the text is none of format_listing's.
[[nodiscard]] std::optional<corpus::ListOptions> parse_listing(std::string_view text);

}  // namespace quarry::index

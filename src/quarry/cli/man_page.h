// The man page quarry(1), made from the flag table.
#pragma once

#include <span>
#include <string>

#include "quarry/cli/flag.h"

namespace quarry::cli {

// roff for man(7) macros; `version` stands in the footer.
[[nodiscard]] std::string man_page(std::span<const Command* const> commands, std::string_view version);

}  // namespace quarry::cli

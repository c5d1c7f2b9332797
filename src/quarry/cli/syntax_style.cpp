// Which parts of a piece of code get which colour, by its language's grammar.
#include "quarry/cli/code_style.h"

namespace quarry::cli {

std::vector<StyledSpan> syntax_spans(corpus::Language /*language*/, std::string_view /*code*/) { return {}; }

}  // namespace quarry::cli

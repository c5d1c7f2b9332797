// A doc comment as it stands in the source becomes the one paragraph of prose that a model can learn from.
#pragma once

#include <string>
#include <string_view>

namespace quarry::preparation {

// The first paragraph of `doc`, on one line: comment markers, HTML and XML tags, Javadoc's, Sphinx's,
// Doxygen's and Markdown's marks, addresses and linter directives removed; what tags like @param, "Args:" or
// "# Examples" begin is no part of it. C#'s <summary> is the paragraph where there is one. Empty where
// nothing is left. `name` is the definition's: Go's docs begin with it by convention, and it is taken off
// there (`language` is "go").
[[nodiscard]] std::string first_paragraph(std::string_view doc, std::string_view language,
                                          std::string_view name);

}  // namespace quarry::preparation

// Prose without the marks that documentation tools put around it.
#pragma once

#include <string>
#include <string_view>

namespace quarry::preparation {

// HTML and C# XML tags and entities, {@link X}, :role:`X`, [text](address), [`X`], `X`, **X**, \c X and
// addresses become their text or nothing; white space becomes single spaces. Angle brackets that are no known
// tag stay: "List<String>".
[[nodiscard]] std::string without_markup(std::string_view text);

}  // namespace quarry::preparation

// The first word of a doc as a person would ask with it: docs say "Returns the length", queries "return the
// length".
#pragma once

#include <string>
#include <string_view>

namespace quarry::training {

// Letters up to the first character that is none; empty where the text does not start with a letter.
[[nodiscard]] std::string_view first_word(std::string_view text);

// The base form of a verb in the third person ("Returns" -> "Return", "Applies" -> "Apply", "Pushes" ->
// "Push"); empty for what does not look like one. By spelling alone, so a plural noun passes for a verb.
[[nodiscard]] std::string plain_verb(std::string_view word);

}  // namespace quarry::training

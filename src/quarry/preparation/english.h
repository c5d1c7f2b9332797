// Whether a doc is written in English, by a test that can be done by hand.
#pragma once

#include <string_view>

namespace quarry::preparation {

// A text is English unless
//  - more than one in twenty of its letters is none of a to z,
//  - two or more of its words are common words of Spanish, French, German, Portuguese, Italian, Dutch or
//  Polish, and at
//    least as many as are common English words, or
//  - it has twelve words or more and no common English word.
[[nodiscard]] bool is_english(std::string_view text);

}  // namespace quarry::preparation

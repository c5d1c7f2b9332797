// The remarks inside a function's body: what somebody wrote about a few lines, in words that the lines often
// lack.
#pragma once

#include <string>
#include <string_view>

namespace quarry::training {

// The text of all comments of `code`, one after another, joined by newlines; markers removed. `language` is
// syntax's name. Found by markers, line by line, without a parser: a marker inside a string may now and then
// be taken for one.
[[nodiscard]] std::string comments_of(std::string_view language, std::string_view code);

}  // namespace quarry::training

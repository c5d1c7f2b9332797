// The first line of a commit's message as a description of what the commit changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace quarry::preparation {

// "fix(http): close idle sockets (#123)" -> "close idle sockets". Nothing where the subject tells no more
// than that something was done: merges, reverts, releases, version bumps, clean-ups, fewer than four words,
// another language.
[[nodiscard]] std::optional<std::string> cleaned_subject(std::string_view subject);

}  // namespace quarry::preparation

// How languages name their files: the tables that language detection looks names up in.
#pragma once

#include <optional>
#include <string_view>

#include "quarry/corpus/language.h"

namespace quarry::corpus {

// `extension` in lower case, without its dot.
[[nodiscard]] std::optional<Language> language_of_extension(std::string_view extension);
// `name` as the file system has it: "Makefile", ".bashrc".
[[nodiscard]] std::optional<Language> language_of_file_name(std::string_view name);
// The last component of a "#!" line's program, without version digits: "python", "bash".
[[nodiscard]] std::optional<Language> language_of_interpreter(std::string_view program);

}  // namespace quarry::corpus

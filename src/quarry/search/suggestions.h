// Questions to begin with, made from what an index itself says about its functions, and completions while one
// types.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/search_space.h"
#include "quarry/search/query.h"

namespace quarry::search {

// First sentences of doc comments, spread over the index: short, in plain words, no two alike. The same index
// gives the same ones. Reads at most a few hundred docs.
[[nodiscard]] Result<std::vector<std::string>> example_questions(const ranking::SearchSpace& space,
                                                                 const Visibility& visible,
                                                                 std::size_t count);

// Names that begin with `prefix` (case-insensitive, at least two characters), the shortest first.
[[nodiscard]] std::vector<std::string> complete_names(const ranking::SearchSpace& space,
                                                      const Visibility& visible, std::string_view prefix,
                                                      std::size_t count);

}  // namespace quarry::search

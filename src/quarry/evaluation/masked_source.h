// A source that shows some functions without their docs: what questions made out of those docs are asked of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "quarry/corpus/source.h"
#include "quarry/evaluation/judged_set.h"

namespace quarry::evaluation {

// path (as the source lists it) -> first lines of the functions whose docs are hidden.
using MaskedFunctions = std::map<std::string, std::set<std::uint32_t>>;

// The targets of the questions that ask for it (Question::masked), paths below the question's root.
[[nodiscard]] MaskedFunctions masked_functions(std::span<const Question* const> questions);

// The same source with those docs replaced by blanks. Lines keep their numbers, all other docs stay: an index
// of it differs from the product's only where a question would find its own words. `source` itself where
// nothing is masked. Blob ids are those of the text that is shown.
[[nodiscard]] std::unique_ptr<corpus::Source> mask_docs(std::unique_ptr<corpus::Source> source,
                                                        MaskedFunctions masked);

}  // namespace quarry::evaluation

// Text outside every definition, cut into pieces that fit a result.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "quarry/corpus/language.h"
#include "quarry/syntax/function.h"

namespace quarry::syntax {

struct SectionLimits {
  std::uint32_t lines = 50;
  std::uint32_t bytes = 16U << 10;  // of one section: a minified line is cut, too
};

// Appends the sections of source[range], without blank borders, cut at the last blank line that keeps them
// under the limits. Pieces without a letter or digit ("});") are left out. Only `kind` and `range` are set.
void split_sections(std::string_view source, Range range, const SectionLimits& limits,
                    std::vector<Function>& out);

// The sections of a whole file in a language without a grammar: Markdown and reStructuredText by heading, SQL
// by statement, everything else as split_sections does. Names are set where the text has them.
void section_text(corpus::Language language, std::string_view source, const SectionLimits& limits,
                  std::vector<Function>& out);

}  // namespace quarry::syntax

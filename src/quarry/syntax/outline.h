// Flat findings become the units of a file: nested, named, with sections for everything in between.
#pragma once

#include <string_view>
#include <vector>

#include "quarry/syntax/collector.h"
#include "quarry/syntax/function.h"
#include "quarry/syntax/section.h"

namespace quarry::syntax {

struct OutlineLimits {
  std::uint32_t depth = 1024;         // definitions nested deeper belong to the last one above
  std::uint32_t definitions = 20000;  // of one file; the text of further ones becomes sections
  SectionLimits sections;
};

// Sorts `findings` on the way. The result points into `source`.
void build_outline(Findings& findings, std::string_view source, const OutlineLimits& limits, ParsedFile& out);

// Sets start_line and end_line from the ranges.
void number_lines(std::string_view source, std::vector<Function>& units);

}  // namespace quarry::syntax

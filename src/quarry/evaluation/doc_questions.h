// Judged questions out of documentation: the first sentence of a function's doc asks for that function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/evaluation/judged_set.h"

namespace quarry::evaluation {

struct DocQuestionOptions {
  corpus::ListOptions listing = {};
  std::size_t limit = 50;  // questions of a repository, chosen by chance
  std::uint64_t seed = 1;
};

// Functions and methods of three lines or more, outside of tests and examples, whose doc begins with a
// sentence of 4 to 30 words; a sentence that two functions share asks for neither. Each question is masked:
// an index that answers it must hide that doc (masked_source.h). Sorted by path and line; equal input gives
// equal output.
[[nodiscard]] Result<std::vector<Question>> questions_from_docs(const corpus::Source& source,
                                                                const DocQuestionOptions& options);

// The first sentence of a cleaned doc, on one line; "" where it is none that a person could ask.
[[nodiscard]] std::string asked_sentence(const std::string& clean_doc);

// A line as read_questions reads it.
[[nodiscard]] std::string to_json_line(const Question& question);

}  // namespace quarry::evaluation

// How a query is worded, apart from what it is about. Who looks for a place names it ("cookie storage", "how
// cookies are stored"); who describes a behaviour writes a sentence ("drop the credentials when we are sent
// to another host"). English, as the analysis of words is.
#pragma once

#include <string_view>

namespace quarry::ranking {

struct Wording {
  float length = 0;          // words, a tenth each, at most 2
  float function_words = 0;  // the share of "the", "that", "when" ...
  float articles = 0;        // "a", "an", "the": a third each, at most 1
  bool how = false;          // starts with "how", and not "how to", "how do I"
  bool verb = false;         // starts with a verb that code does: "drop", "find", "convert"
  bool gerund = false;       // starts with a word in "-ing"
  bool question = false;     // ends with a question mark
};

[[nodiscard]] Wording read_wording(std::string_view text);

}  // namespace quarry::ranking

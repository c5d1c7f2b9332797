// One source file becomes candidates for pairs, and what other definitions can learn from it: where they are
// called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/corpus/history.h"
#include "quarry/corpus/language.h"
#include "quarry/preparation/drop_reason.h"
#include "quarry/preparation/near_duplicates.h"
#include "quarry/preparation/pair.h"
#include "quarry/syntax/extractor.h"

namespace quarry::preparation {

struct Candidate {
  Pair pair;
  MinHash hash{};  // of pair.code
};

// A line that uses a definition.
struct Usage {
  std::string name;  // the last part: `parse` of `json.parse(x)`
  std::string line;  // trimmed, at most kMostCallBytes
};
inline constexpr std::size_t kMostCallBytes = 160;

struct FilePairs {
  std::vector<Candidate> pairs;
  DropCounts drops;
  std::vector<Usage> usages;             // each name once a file and line
  std::vector<std::string> definitions;  // last parts of the names, as often as they are defined
  std::uint64_t functions = 0;           // functions and types, documented or not
};

// What all pairs of a file have in common.
struct FileFacts {
  std::string repository;
  std::string license;  // of the repository; an SPDX header in the file overrules it
  std::string path;
  corpus::Language language = corpus::Language::text;
};

// Not thread-safe: one a thread. What it answers depends on the arguments alone.
class FilePairMaker {
 public:
  FilePairMaker();

  [[nodiscard]] FilePairs from_source(const FileFacts& file, std::string_view source);

  // The functions that `lines` of `source` belong to, as pairs without a doc; too many of them: none at all,
  // because the subject of such a commit is about none of them.
  [[nodiscard]] std::vector<Candidate> changed_functions(const FileFacts& file, std::string_view source,
                                                         const std::vector<corpus::LineSpan>& lines,
                                                         std::size_t most);

  // A pair that came ready, cleaned like one of ours: a docstring is taken out of its code, the doc is made
  // one paragraph, the signature found where it is missing. Nothing else is judged.
  [[nodiscard]] Candidate from_ready(Pair pair);

 private:
  syntax::Extractor extractor_;
};

}  // namespace quarry::preparation

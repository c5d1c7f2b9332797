// A training pair: what somebody wrote about a function, and the function.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quarry::preparation {

struct Pair {
  std::string language;    // as corpus names it: "python", "csharp"
  std::string kind;        // "function" or "class"
  std::string repository;  // "owner/name"
  std::string license;     // an SPDX identifier; "unknown" or empty where nobody knows
  std::string path;        // inside the repository
  std::uint32_t line = 0;  // where the definition starts, 1-based; 0: not known
  std::string name;        // of the function, perhaps qualified
  std::string signature;
  std::string doc;        // prose, comment markers removed
  std::string code;       // the whole definition without its doc
  bool held_out = false;  // of a repository kept apart for validation
  std::string partition;  // "train", "valid" or "test" where the data says so

  // What else is known about the function, for views of it; each may be empty.
  std::vector<std::string> calls;     // lines of other functions of the repository that use it
  std::vector<std::string> subjects;  // of commits that changed it
  std::string origin;                 // "commit": `doc` is such a subject; empty: documentation
};

}  // namespace quarry::preparation

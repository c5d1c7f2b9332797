// A training pair: what somebody wrote about a function, and the function.
#pragma once

#include <string>

namespace quarry::training {

struct Pair {
  std::string language;    // as syntax names it: "python", "csharp"
  std::string kind;        // "function" or "class"
  std::string repository;  // "owner/name"
  std::string path;        // inside the repository
  std::string name;        // of the function, perhaps qualified
  std::string signature;
  std::string doc;        // prose, comment markers removed
  std::string code;       // the whole definition without its doc
  bool held_out = false;  // of a repository kept apart for validation
};

}  // namespace quarry::training

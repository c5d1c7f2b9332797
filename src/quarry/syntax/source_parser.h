// tree-sitter's parser with a deadline.
#pragma once

#include <tree_sitter/api.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "quarry/syntax/function.h"

namespace quarry::syntax {

// Processor time of the calling thread: a busy machine makes a parse late, but not a file unparseable, so
// what is found in a file does not depend on what else runs.
struct ThreadClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<ThreadClock>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now();
};

struct TreeDeleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using Tree = std::unique_ptr<TSTree, TreeDeleter>;

// Not thread-safe; reuses its memory from file to file.
class SourceParser {
 public:
  SourceParser();
  ~SourceParser();
  SourceParser(SourceParser&&) noexcept;
  SourceParser& operator=(SourceParser&&) noexcept;

  // The tree of source[range], with positions of `source`; null where `deadline` passed first.
  [[nodiscard]] Tree parse(const TSLanguage* language, std::string_view source, Range range,
                           ThreadClock::time_point deadline);

 private:
  struct Deleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };
  std::unique_ptr<TSParser, Deleter> parser_;
};

}  // namespace quarry::syntax

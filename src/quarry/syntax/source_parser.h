// tree-sitter's parser with a deadline.
#pragma once

#include <tree_sitter/api.h>

#include <chrono>
#include <memory>
#include <string_view>

#include "quarry/syntax/function.h"

namespace quarry::syntax {

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
                           std::chrono::steady_clock::time_point deadline);

 private:
  struct Deleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
  };
  std::unique_ptr<TSParser, Deleter> parser_;
};

}  // namespace quarry::syntax

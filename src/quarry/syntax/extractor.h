// Source text in, functions out: tree-sitter parses, one query file a language says what is a definition.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "quarry/corpus/language.h"
#include "quarry/syntax/function.h"

namespace quarry::syntax {

struct ExtractLimits {
  // Processor time of one file's parse; then the file becomes sections.
  std::chrono::milliseconds deadline{2000};
  std::uint32_t max_bytes = 4U << 20;  // larger: sections only
  std::uint32_t max_depth = 1024;      // definitions nested deeper belong to the last one above
  std::uint32_t section_lines = 50;    // the longest section; blank lines are preferred as borders
};

// Holds one parser and the compiled queries of the languages seen so far (compiled once a process, shared).
// Not thread-safe: one extractor a thread. Never throws; any bytes are valid input. The result points into
// `source`, which must outlive it.
class Extractor {
 public:
  explicit Extractor(ExtractLimits limits = {});
  ~Extractor();
  Extractor(Extractor&&) noexcept;
  Extractor& operator=(Extractor&&) noexcept;

  [[nodiscard]] ParsedFile extract(corpus::Language language, std::string_view source);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::syntax

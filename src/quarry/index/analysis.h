// A file's bytes become a Document: extraction, terms a field, identities and, with an encoder, vectors.
#pragma once

#include <memory>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/index/document.h"
#include "quarry/model/encoder.h"
#include "quarry/syntax/extractor.h"

namespace quarry::index {

struct AnalysisOptions {
  syntax::ExtractLimits limits;
  bool source = true;                       // Document::text is the source; else signatures and docs only
  const model::Encoder* encoder = nullptr;  // null: no vectors
};

// Not thread-safe: one a thread. Its caches make the second file cheaper than the first; the Document depends
// on the arguments only. Fails only where the encoder does.
class Analysis {
 public:
  explicit Analysis(const AnalysisOptions& options);
  ~Analysis();
  Analysis(Analysis&&) noexcept;

  [[nodiscard]] Result<Document> analyse(std::string_view repository, std::string_view path,
                                         corpus::Language language, const corpus::Content& content);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::index

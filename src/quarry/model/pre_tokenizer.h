// The second stage of a tokenizer: normalised text is cut into the words that the model sees.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

// Words as ranges of a text that stages may rewrite.
struct Words {
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool first = false;  // starts where the whole input starts: Metaspace asks for it
  };
  std::string text;
  std::vector<Span> spans;  // in order, not empty, not overlapping

  [[nodiscard]] std::string_view operator[](std::size_t i) const {
    return std::string_view(text).substr(spans[i].begin, spans[i].end - spans[i].begin);
  }
};

// Immutable after parse() and safe to share between threads.
class PreTokenizer {
 public:
  // The "pre_tokenizer" of a tokenizer.json: BertPreTokenizer, Whitespace, WhitespaceSplit, ByteLevel,
  // Metaspace, Punctuation, Digits, CharDelimiterSplit, Split, or a Sequence of these. Anything else is
  // ErrorKind::invalid_argument and named.
  [[nodiscard]] static Result<PreTokenizer> parse(const nlohmann::json& config);

  PreTokenizer() = default;  // leaves the text in one piece
  void apply(Words& words) const;

 private:
  using Step = std::function<void(Words&)>;
  [[nodiscard]] Status add(const nlohmann::json& config);
  std::vector<Step> steps_;
};

}  // namespace quarry::model

// The first stage of a tokenizer: text is cleaned before it is cut into words.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

// Immutable after parse() and safe to share between threads.
class Normalizer {
 public:
  // The "normalizer" of a tokenizer.json: BertNormalizer, Lowercase, NFC, NFD, NFKC, NFKD, StripAccents,
  // Strip, Replace, Prepend, or a Sequence of these. Anything else is ErrorKind::invalid_argument and named.
  [[nodiscard]] static Result<Normalizer> parse(const nlohmann::json& config);

  Normalizer() = default;  // changes nothing
  [[nodiscard]] bool empty() const { return steps_.empty(); }
  void apply(std::string& text) const;  // `text` must be valid UTF-8

 private:
  using Step = std::function<void(std::string&)>;
  [[nodiscard]] Status add(const nlohmann::json& config);
  std::vector<Step> steps_;
};

}  // namespace quarry::model

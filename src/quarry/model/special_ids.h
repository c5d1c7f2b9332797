// The ids that a tokenizer puts around a text where it is asked to: [CLS] ... [SEP].
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/vocabulary.h"

namespace quarry::model {

struct SpecialIds {
  std::vector<TokenId> before;
  std::vector<TokenId> after;
};

// The "post_processor" of a tokenizer.json for single texts: TemplateProcessing, BertProcessing,
// RobertaProcessing, ByteLevel (which moves offsets only), or a Sequence of these. Anything else is
// ErrorKind::invalid_argument.
[[nodiscard]] Result<SpecialIds> parse_special_ids(const nlohmann::json& config);

}  // namespace quarry::model

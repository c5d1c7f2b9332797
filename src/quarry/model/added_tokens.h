// Tokens that are looked for in the text before it is cut into words: [MASK], <s>, and words that users
// added.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/model/normalizer.h"
#include "quarry/model/vocabulary.h"

namespace quarry::model {

struct AddedToken {
  std::string content;
  TokenId id = 0;
  bool single_word = false;  // not inside of a word
  bool lstrip = false;       // swallows white space before it
  bool rstrip = false;       // and behind it
  bool normalized = true;    // looked for in the normalised text, itself normalised
};

// The "added_tokens" of a tokenizer.json.
[[nodiscard]] Result<std::vector<AddedToken>> parse_added_tokens(const nlohmann::json& config);

// Finds the tokens of a list in a text; of those at one place the longest. Immutable.
class AddedTokenFinder {
 public:
  struct Part {
    std::string_view text;      // without the token's own text where `id` is set
    std::optional<TokenId> id;  // an added token; nothing: text for the next stage
  };
  AddedTokenFinder() = default;
  explicit AddedTokenFinder(std::vector<AddedToken> tokens);
  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  // Calls visit for every part of `text` in order.
  void split(std::string_view text, const std::function<void(const Part&)>& visit) const;

 private:
  [[nodiscard]] const AddedToken* longest_at(std::string_view text, std::size_t at) const;
  std::vector<AddedToken> tokens_;  // by first byte, then longest first
};

}  // namespace quarry::model

// Tokens by number and numbers by token: one flat hash table over one run of bytes, in memory or mapped from
// a file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

using TokenId = std::uint32_t;
inline constexpr std::uint32_t kMaxVocabulary = 1U << 24;

// Immutable; cheap to copy (copies share the arrays); safe to share between threads.
class Vocabulary {
 public:
  // Ids may come in any order and leave holes, but not repeat: ErrorKind::corrupt. ErrorKind::limit over
  // kMaxVocabulary.
  [[nodiscard]] static Result<Vocabulary> build(std::span<const std::pair<std::string, TokenId>> tokens);

  // The three arrays as they are stored: token i is bytes[offsets[i], offsets[i + 1]); slots is a table of id
  // + 1 (0: free), its size a power of two above the number of tokens, probed linearly from hash64(token).
  struct Arrays {
    std::span<const std::uint32_t> offsets;
    std::span<const std::uint32_t> slots;
    std::string_view bytes;
  };
  // Checks that no look-up can leave the arrays: ErrorKind::corrupt. `owner` keeps them alive.
  [[nodiscard]] static Result<Vocabulary> adopt(const Arrays& arrays, std::shared_ptr<const void> owner);
  [[nodiscard]] const Arrays& arrays() const { return arrays_; }

  Vocabulary() = default;
  [[nodiscard]] std::optional<TokenId> find(std::string_view token) const;
  [[nodiscard]] std::string_view operator[](TokenId id) const;    // empty for a hole
  [[nodiscard]] std::uint32_t size() const;                       // the largest id + 1
  [[nodiscard]] std::size_t longest() const { return longest_; }  // bytes of the longest token

 private:
  Arrays arrays_;
  std::size_t longest_ = 0;
  std::shared_ptr<const void> owner_;
};

}  // namespace quarry::model

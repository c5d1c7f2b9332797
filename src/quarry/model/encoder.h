// Texts in, unit-length vectors out: the one interface of every embedding model, here or behind a network.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::model {

struct StaticModel;

// A query and the code it asks for are encoded differently by models that learned to.
enum class Side : std::uint8_t { query, code };

// Safe to call from several threads.
class Encoder {
 public:
  virtual ~Encoder() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;         // "default", "potion-base-8M"
  [[nodiscard]] virtual const std::string& fingerprint() const = 0;  // changes whenever a vector would
  [[nodiscard]] virtual std::uint32_t dimensions() const = 0;
  // texts.size() x dimensions(), row-major, L2-normalised (a text without any known token: all zeros).
  [[nodiscard]] virtual Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                          Side side) const = 0;
  // The tokens' own vectors, for a second look at results; null where they are not here (another computer's
  // model). Owned by the encoder.
  [[nodiscard]] virtual const StaticModel* token_vectors() const { return nullptr; }
};

}  // namespace quarry::model

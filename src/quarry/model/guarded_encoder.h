// An encoder that may be slow or gone, made safe to ask on the way to an answer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/guard.h"

namespace quarry::model {

// The model that an encoder is said to serve, by an operator who knows: an index's vectors are then searched
// with its answers. Empty: what the encoder calls itself.
struct ServedModel {
  std::string name;
  std::string fingerprint;
};

// Safe to share between threads.
class GuardedEncoder final : public Encoder {
 public:
  GuardedEncoder(std::shared_ptr<const Encoder> encoder, const GuardOptions& options,
                 ServedModel served = {});

  [[nodiscard]] const std::string& name() const override { return served_.name; }
  [[nodiscard]] const std::string& fingerprint() const override { return served_.fingerprint; }
  [[nodiscard]] std::uint32_t dimensions() const override { return encoder_->dimensions(); }

  // The encoder's own answer within the budget. ErrorKind::unavailable where it took too long, failed, or
  // failed too often before.
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                  Side side) const override;

  [[nodiscard]] bool open() const { return guard_.open(); }

 private:
  std::shared_ptr<const Encoder> encoder_;
  ServedModel served_;
  Guard guard_;
};

// The server at `address` (as open_encoder takes it) guarded, in the place of the model that made an index's
// vectors: `served` and `dimensions` are that model's. It need not be there yet.
[[nodiscard]] Result<std::shared_ptr<const Encoder>> open_query_encoder(const std::string& address,
                                                                        ServedModel served,
                                                                        std::uint32_t dimensions,
                                                                        std::chrono::milliseconds budget);

}  // namespace quarry::model

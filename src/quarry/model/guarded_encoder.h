// An encoder that may be slow or gone, made safe to ask on the way to an answer: every question has a time
// budget, and after some failures in a row nobody waits any more until it answers again.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/encoder.h"

namespace quarry::model {

struct GuardOptions {
  std::chrono::milliseconds budget{200};   // a question that takes longer is a failure
  int failures_to_open = 3;                // in a row; then questions fail at once
  std::chrono::milliseconds pause{2'000};  // between attempts, in the background, to reach it again
  std::size_t most_pending = 8;            // questions on their way, those whose caller left among them
  // The model that the encoder is said to serve, by an operator who knows: an index's vectors are then
  // searched with its answers. Empty: what the encoder calls itself.
  std::string name = {};
  std::string fingerprint = {};
};

// Safe to share between threads.
class GuardedEncoder final : public Encoder {
 public:
  GuardedEncoder(std::shared_ptr<const Encoder> encoder, const GuardOptions& options);
  // Waits for questions that are still on their way: as long as the encoder's own time-out.
  ~GuardedEncoder() override;

  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& fingerprint() const override { return fingerprint_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return encoder_->dimensions(); }

  // The encoder's own answer within the budget. ErrorKind::unavailable where it took too long, failed, or
  // failed too often before.
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                  Side side) const override;

  [[nodiscard]] bool open() const;  // it failed too often; nobody is made to wait for it

 private:
  struct State;
  std::shared_ptr<const Encoder> encoder_;
  std::string name_;
  std::string fingerprint_;
  std::unique_ptr<State> state_;
};

// The server at `address` (as open_encoder takes it) guarded, in the place of the model that made an index's
// vectors: `name`, `fingerprint` and `dimensions` are that model's. It need not be there yet.
[[nodiscard]] Result<std::shared_ptr<const Encoder>> open_query_encoder(const std::string& address,
                                                                        std::string name,
                                                                        std::string fingerprint,
                                                                        std::uint32_t dimensions,
                                                                        std::chrono::milliseconds budget);

}  // namespace quarry::model

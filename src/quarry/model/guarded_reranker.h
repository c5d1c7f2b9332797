// A reranker that may be slow or gone, made safe to ask on the way to an answer.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/model/guard.h"
#include "quarry/model/reranker.h"

namespace quarry::model {

// Safe to share between threads.
class GuardedReranker final : public Reranker {
 public:
  GuardedReranker(std::shared_ptr<const Reranker> reranker, const GuardOptions& options);

  [[nodiscard]] const std::string& name() const override { return reranker_->name(); }

  // The reranker's own answer within the budget. ErrorKind::unavailable where it took too long, failed, or
  // failed too often before.
  [[nodiscard]] Result<std::vector<float>> score(std::string_view query,
                                                 std::span<const std::string_view> texts) const override;

  [[nodiscard]] bool open() const { return guard_.open(); }

 private:
  std::shared_ptr<const Reranker> reranker_;
  Guard guard_;
};

// The server at `address` (as reranker_options_of takes it) guarded. It need not be there yet.
[[nodiscard]] Result<std::shared_ptr<const Reranker>> open_guarded_reranker(const std::string& address,
                                                                            std::chrono::milliseconds budget);

}  // namespace quarry::model

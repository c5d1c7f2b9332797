#include "quarry/model/guarded_reranker.h"

#include <utility>
#include <vector>

#include "quarry/model/remote_reranker.h"

namespace quarry::model {
namespace {

Result<std::vector<float>> score_all(const Reranker& reranker, const std::string& query,
                                     const std::vector<std::string>& texts) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return reranker.score(query, views);
}

}  // namespace

GuardedReranker::GuardedReranker(std::shared_ptr<const Reranker> reranker, const GuardOptions& options)
    : reranker_(std::move(reranker)),
      guard_("the reranker " + reranker_->name(), options,
             [asked = reranker_] { return score_all(*asked, "probe", {"probe"}).has_value(); }) {}

Result<std::vector<float>> GuardedReranker::score(std::string_view query,
                                                  std::span<const std::string_view> texts) const {
  return guard_.ask<std::vector<float>>(
      [asked = reranker_, query = std::string(query),
       own = std::vector<std::string>(texts.begin(), texts.end())] { return score_all(*asked, query, own); });
}

Result<std::shared_ptr<const Reranker>> open_guarded_reranker(const std::string& address,
                                                              std::chrono::milliseconds budget) {
  QUARRY_TRY(RemoteRerankerOptions remote, reranker_options_of(address));
  remote.ask_behind_guard(budget);
  QUARRY_TRY(auto reranker, open_remote_reranker(remote));
  GuardOptions options;
  options.budget = budget;
  return std::make_shared<const GuardedReranker>(std::move(reranker), options);
}

}  // namespace quarry::model

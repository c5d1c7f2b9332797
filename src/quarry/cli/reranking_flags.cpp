#include "quarry/cli/reranking_flags.h"

#include <chrono>
#include <functional>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/flag_value.h"
#include "quarry/model/guarded_reranker.h"
#include "quarry/model/remote_reranker.h"

namespace quarry::cli {
namespace {

constexpr std::chrono::milliseconds kBudget{5'000};
constexpr std::chrono::milliseconds kServeBudget{300};

using Opened = Result<std::shared_ptr<const model::Reranker>>;

Result<float> weight_of(const Settings& settings) {
  const std::string text = settings.text(kRerankWeight);
  const auto weight = parse_decimal(text);
  if (!weight || !(*weight >= 0 && *weight <= 1)) {
    return fail(ErrorKind::invalid_argument, "--rerank-weight: '{}' is not a number from 0 to 1", text);
  }
  return static_cast<float>(*weight);
}

Result<search::Reranking> reranking_with(const Settings& settings,
                                         const std::function<Opened(const std::string& address)>& open) {
  search::Reranking reranking;
  // A command without these flags has no default of theirs either.
  if (settings.is_set(kRerankWeight)) {
    QUARRY_TRY(reranking.weight, weight_of(settings));
  }
  const std::string address = settings.text(kRerank);
  if (address.empty()) return reranking;
  reranking.top = settings.number(kRerankTop);
  auto reranker = open(address);
  if (!reranker) return fail_in("--rerank", std::move(reranker).error());
  reranking.reranker = *std::move(reranker);
  return reranking;
}

std::chrono::milliseconds budget_of(const Settings& settings, std::chrono::milliseconds absent) {
  return settings.is_set(kRerankBudget) ? std::chrono::milliseconds(settings.number(kRerankBudget)) : absent;
}

}  // namespace

Result<search::Reranking> reranking_of(const Settings& settings) {
  return reranking_with(settings, [&](const std::string& address) -> Opened {
    QUARRY_TRY(auto options, model::reranker_options_of(address));
    options.ask_once_within(budget_of(settings, kBudget));
    return model::open_remote_reranker(options);
  });
}

Result<search::Reranking> guarded_reranking_of(const Settings& settings) {
  return reranking_with(settings, [&](const std::string& address) {
    return model::open_guarded_reranker(address, budget_of(settings, kServeBudget));
  });
}

Result<search::Reranking> patient_reranking_of(const Settings& settings) {
  return reranking_with(settings, [](const std::string& address) -> Opened {
    QUARRY_TRY(const auto options, model::reranker_options_of(address));
    return model::open_remote_reranker(options);
  });
}

}  // namespace quarry::cli

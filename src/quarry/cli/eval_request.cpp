#include "quarry/cli/eval_request.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "quarry/base/hash.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/eval_flags.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/reranking_flags.h"
#include "quarry/search/query.h"

namespace quarry::cli::eval {
namespace {

namespace fs = std::filesystem;

void keep_only(const std::vector<std::string>& names, std::vector<evaluation::Task>& tasks) {
  if (names.empty()) return;
  for (evaluation::Task& task : tasks) {
    auto* places = std::get_if<evaluation::PlaceTask>(&task.data);
    if (places == nullptr) continue;
    std::erase_if(places->questions, [&](const evaluation::Question& question) {
      return std::find(names.begin(), names.end(), question.repository) == names.end();
    });
    for (const std::string& name : names) task.hash = hash64(name, task.hash);
  }
  std::erase_if(tasks, [](const evaluation::Task& task) { return task.size() == 0; });
}

}  // namespace

Result<std::vector<std::size_t>> cutoffs_of(const Settings& settings) {
  std::vector<std::size_t> cutoffs;
  for (const std::string& text : settings.list(kCutoffs)) {
    std::size_t k = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), k);
    if (error != std::errc() || end != text.data() + text.size() || k == 0 || k > search::kMaxLimit) {
      return fail(ErrorKind::invalid_argument, "--cutoff: '{}' is not a number from 1 to {}", text,
                  search::kMaxLimit);
    }
    if (std::find(cutoffs.begin(), cutoffs.end(), k) == cutoffs.end()) cutoffs.push_back(k);
  }
  if (cutoffs.empty()) return fail(ErrorKind::invalid_argument, "--cutoff: a number is missing");
  return cutoffs;
}

Result<std::vector<evaluation::System>> systems_of(const Context& context) {
  const Settings& settings = context.settings;
  std::vector<std::pair<std::string, std::shared_ptr<const model::Encoder>>> models;
  for (const std::string& spec : settings.list(kModels)) {
    QUARRY_TRY(auto encoder, open_model(context, spec));
    std::string name = encoder->name();
    for (const auto& [other, known] : models) {
      if (other == name) name = spec;
    }
    models.emplace_back(std::move(name), std::move(encoder));
  }
  if (models.empty()) {
    QUARRY_TRY(auto encoder, open_model(context, ""));
    if (encoder != nullptr) {
      std::string name = encoder->name();
      models.emplace_back(std::move(name), std::move(encoder));
    }
  }
  std::vector<std::string> rankings = settings.list(kRankings);
  QUARRY_TRY(const search::Reranking reranking, patient_reranking_of(settings));
  if (rankings.empty()) {
    rankings.emplace_back(models.empty() ? "words" : "hybrid");
    if (reranking.reranker != nullptr) rankings.emplace_back("reranked");
  }
  std::vector<std::string> weights = settings.list(kWeightFiles);
  if (weights.empty()) weights.emplace_back();

  std::vector<evaluation::System> systems;
  std::set<std::string> names;
  const auto add = [&](evaluation::System system) -> Status {
    if (!names.insert(system.name).second) {
      return fail(ErrorKind::invalid_argument, "two systems would be called '{}'; leave one out",
                  system.name);
    }
    systems.push_back(std::move(system));
    return {};
  };
  for (const std::string& name : rankings) {
    QUARRY_TRY(const evaluation::Ranker ranker, evaluation::ranker_from_name(name));
    const bool product = evaluation::is_product(ranker);
    const bool reranked = ranker == evaluation::Ranker::reranked;
    if (reranked && reranking.reranker == nullptr) {
      return fail(ErrorKind::invalid_argument, "--ranking reranked needs a server: name one with --rerank");
    }
    const bool with_model = ranker == evaluation::Ranker::hybrid || evaluation::needs_model(ranker) ||
                            (reranked && !models.empty());
    if (with_model && models.empty()) {
      return fail(ErrorKind::invalid_argument, "--ranking {} needs a model: name one with --model", name);
    }
    for (const std::string& file : product ? weights : std::vector<std::string>{""}) {
      const std::string suffix = file.empty() ? "" : fmt::format(" {}", fs::path(file).stem().string());
      if (!with_model) {
        QUARRY_CHECK(add({.name = name + suffix,
                          .ranker = ranker,
                          .encoder = nullptr,
                          .weights = file,
                          .reranking = reranking}));
        continue;
      }
      for (const auto& [model, encoder] : models) {
        QUARRY_CHECK(add({.name = fmt::format("{} {}{}", model, name, suffix),
                          .ranker = ranker,
                          .encoder = encoder,
                          .weights = file,
                          .reranking = reranking}));
      }
    }
  }
  return systems;
}

Result<std::vector<evaluation::Task>> tasks_of(const Context& context, std::size_t cutoff) {
  const Settings& settings = context.settings;
  std::vector<evaluation::Task> tasks;
  if (const std::string qrels = settings.text(kQrels); !qrels.empty()) {
    if (settings.list(kRuns).empty()) {
      return fail(ErrorKind::invalid_argument, "--qrels judges runs: name them with --run FILE");
    }
    QUARRY_TRY(auto judgments, evaluation::read_judgments(context.files, qrels));
    tasks.push_back(
        evaluation::task_of_judgments(fs::path(qrels).stem().string(), std::move(judgments), cutoff));
    QUARRY_TRY(const std::string bytes, context.files.read(qrels, std::size_t{1} << 31));
    tasks.back().hash = hash64(bytes);
  }
  const evaluation::TaskOptions options{.repositories = settings.text(kRepositories),
                                        .remove_docs = settings.on(kRemoveDocs),
                                        .cutoff = cutoff};
  for (const std::string& spec : settings.list(kTasks)) {
    QUARRY_TRY(auto more, evaluation::read_tasks(context.files, spec, options));
    for (evaluation::Task& task : more) {
      for (const evaluation::Task& known : tasks) {
        if (known.name == task.name) {
          return fail(ErrorKind::invalid_argument,
                      "two tasks are called {}; give one a name: --task NAME=PATH", task.name);
        }
      }
      tasks.push_back(std::move(task));
    }
  }
  keep_only(settings.list(kOnly), tasks);
  if (tasks.empty() && settings.list(kTasks).empty()) {
    return fail(ErrorKind::invalid_argument,
                "what to measure on? --task PATH, or --qrels FILE and --run FILE");
  }
  if (tasks.empty()) {
    return fail(ErrorKind::invalid_argument, "no question is left: --only names none of the repositories");
  }
  return tasks;
}

Result<nlohmann::ordered_json> manifest_of(const Context& context,
                                           const std::vector<evaluation::System>& systems,
                                           const std::vector<std::size_t>& cutoffs) {
  nlohmann::ordered_json manifest;
  manifest["quarry"] = program_version();
  if (const auto program = context.files.read("/proc/self/exe", std::size_t{1} << 31)) {
    manifest["program_hash"] = fmt::format("{:016x}", hash64(*program));
  }
  manifest["tasks"] = context.settings.list(kTasks);
  manifest["runs"] = context.settings.list(kRuns);
  manifest["only"] = context.settings.list(kOnly);
  manifest["remove_docs"] = context.settings.on(kRemoveDocs);
  manifest["cutoffs"] = cutoffs;
  manifest["depth"] = context.settings.number(kDepth);
  manifest["samples"] = context.settings.number(kSamples);
  manifest["seed"] = context.settings.number(kSeed);
  manifest["systems"] = nlohmann::ordered_json::array();
  for (const evaluation::System& system : systems) {
    nlohmann::ordered_json entry{{"system", system.name}, {"ranking", name_of(system.ranker)}};
    if (system.encoder != nullptr) {
      entry["model"] = {{"name", system.encoder->name()}, {"fingerprint", system.encoder->fingerprint()}};
    }
    if (system.ranker == evaluation::Ranker::reranked) {
      entry["reranker"] = {{"name", system.reranking.reranker->name()},
                           {"top", system.reranking.top},
                           {"weight", system.reranking.weight}};
    }
    std::string weights = ranking::to_json(evaluation::weights_of(system.ranker));
    if (!system.weights.empty()) {
      QUARRY_TRY(weights, context.files.read(system.weights, std::size_t{1} << 20));
    }
    entry["weights_hash"] = fmt::format("{:016x}", hash64(weights));
    manifest["systems"].push_back(std::move(entry));
  }
  return manifest;
}

}  // namespace quarry::cli::eval

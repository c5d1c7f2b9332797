#include "quarry/ranking/ranking_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "quarry/ranking/default_model.h"

namespace quarry::ranking {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int kFormat = 2;

template <class... Arguments>
auto refuse(fmt::format_string<Arguments...> message, Arguments&&... arguments) {
  return fail(ErrorKind::invalid_argument, "ranking weights: {}",
              fmt::format(message, std::forward<Arguments>(arguments)...));
}

// The member of `object` that must be an object itself.
Result<const json*> member(const json& object, const char* name, std::string_view where) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_object()) return refuse("no \"{}\" object in {}", name, where);
  return &*found;
}

Result<float> finite_number(const json& value, std::string_view what) {
  if (!value.is_number()) return refuse("{} is not a number", what);
  const auto number = value.get<float>();
  if (!std::isfinite(number)) return refuse("{} is not finite", what);
  return number;
}

Status read_weights(const json& object, std::span<const std::string_view> names, std::span<float> weights) {
  for (const auto& [name, value] : object.items()) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return refuse("no feature is called \"{}\"", name);
    QUARRY_TRY(weights[static_cast<std::size_t>(at - names.begin())], finite_number(value, name));
  }
  return {};
}

Result<LinearModel> read_linear(const json& object, std::string_view where) {
  LinearModel model;
  QUARRY_TRY(const json* weights, member(object, "weights", where));
  QUARRY_CHECK(read_weights(*weights, kFeatureNames, model.weights));
  if (const auto look = object.find("look"); look != object.end()) {
    if (!look->is_object()) return refuse("\"look\" in {} is not an object", where);
    QUARRY_CHECK(read_weights(*look, kLookNames, model.look));
  }
  const auto penalty = object.find("repeat_penalty");
  if (penalty == object.end() || !penalty->is_array() || penalty->size() != model.repeat_penalty.size()) {
    return refuse("\"repeat_penalty\" in {} must be {} numbers", where, model.repeat_penalty.size());
  }
  for (std::size_t i = 0; i < model.repeat_penalty.size(); ++i) {
    QUARRY_TRY(model.repeat_penalty[i], finite_number((*penalty)[i], "repeat_penalty"));
  }
  return model;
}

Result<RankingModel> read_ranking(const json& object, std::string_view where) {
  RankingModel model;
  QUARRY_TRY(const json* subject, member(object, "subject", where));
  QUARRY_TRY(model.subject, read_linear(*subject, "subject"));
  QUARRY_TRY(const json* behaviour, member(object, "behaviour", where));
  QUARRY_TRY(model.behaviour, read_linear(*behaviour, "behaviour"));
  QUARRY_TRY(const json* gate, member(object, "gate", where));
  // The bias stands among the weights, under a name that no feature has.
  std::array<std::string_view, kQueryFeatureCount + 1> names;
  std::copy(kQueryFeatureNames.begin(), kQueryFeatureNames.end(), names.begin());
  names.back() = "bias";
  std::array<float, kQueryFeatureCount + 1> weights{};
  QUARRY_CHECK(read_weights(*gate, names, weights));
  std::copy_n(weights.begin(), kQueryFeatureCount, model.gate.weights.begin());
  model.gate.bias = weights.back();
  return model;
}

double rounded(float value) {
  return std::round(static_cast<double>(value) * 1e5) / 1e5;
}

void write_weights(std::span<const float> weights, std::span<const std::string_view> names,
                   ordered_json& object) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    // What rounds to nothing is left out, so that a file that is read and written again stays the same.
    if (const double weight = rounded(weights[i]); weight != 0) object[std::string(names[i])] = weight;
  }
}

ordered_json to_object(const LinearModel& model) {
  ordered_json object;
  object["weights"] = ordered_json::object();
  write_weights(model.weights, kFeatureNames, object["weights"]);
  if (model.looks_twice()) {
    object["look"] = ordered_json::object();
    write_weights(model.look, kLookNames, object["look"]);
  }
  for (const float penalty : model.repeat_penalty) object["repeat_penalty"].push_back(rounded(penalty));
  return object;
}

ordered_json to_object(const RankingModel& model) {
  ordered_json object;
  object["subject"] = to_object(model.subject);
  object["behaviour"] = to_object(model.behaviour);
  object["gate"]["bias"] = rounded(model.gate.bias);
  write_weights(model.gate.weights, kQueryFeatureNames, object["gate"]);
  return object;
}

}  // namespace

float Gate::open(const QueryFeatures& query) const {
  float sum = bias;
  for (std::size_t i = 0; i < kQueryFeatureCount; ++i) sum += weights[i] * query[i];
  return 1 / (1 + std::exp(-sum));
}

LinearModel RankingModel::blend(float behaviour_share) const {
  const auto mix = [&](float a, float b) { return a + behaviour_share * (b - a); };
  LinearModel model;
  for (std::size_t i = 0; i < kFeatureCount; ++i) {
    model.weights[i] = mix(subject.weights[i], behaviour.weights[i]);
  }
  for (std::size_t i = 0; i < kLookCount; ++i) model.look[i] = mix(subject.look[i], behaviour.look[i]);
  for (std::size_t i = 0; i < model.repeat_penalty.size(); ++i) {
    model.repeat_penalty[i] = mix(subject.repeat_penalty[i], behaviour.repeat_penalty[i]);
  }
  return model;
}

Result<RankingModels> parse_models(std::string_view text) {
  const json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return refuse("not a JSON object");
  const auto format = parsed.find("format");
  if (format == parsed.end() || *format != kFormat) {
    return fail(ErrorKind::version_mismatch,
                "ranking weights: \"format\" must be {}; fit them anew with `quarry fit-ranking`", kFormat);
  }
  RankingModels models;
  QUARRY_TRY(const json* words, member(parsed, "words", "the file"));
  QUARRY_TRY(models.words, read_ranking(*words, "words"));
  if (parsed.contains("vectors")) {
    QUARRY_TRY(const json* vectors, member(parsed, "vectors", "the file"));
    QUARRY_TRY(models.vectors, read_ranking(*vectors, "vectors"));
  }
  return models;
}

std::string to_json(const RankingModels& models) {
  ordered_json object;
  object["format"] = kFormat;
  object["words"] = to_object(models.words);
  if (models.vectors) object["vectors"] = to_object(*models.vectors);
  return object.dump(1) + "\n";
}

const RankingModels& default_models() {
  // Checked by a test: the file in the tree parses.
  static const RankingModels models = parse_models(kDefaultModelJson).value_or(RankingModels{});
  return models;
}

}  // namespace quarry::ranking

#include "quarry/ranking/linear_model.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "quarry/ranking/default_model.h"

namespace quarry::ranking {
namespace {

constexpr int kFormat = 1;

Result<float> finite_number(const nlohmann::json& value, std::string_view what) {
  if (!value.is_number()) return fail(ErrorKind::invalid_argument, "ranking weights: {} is not a number", what);
  const auto number = value.get<float>();
  if (!std::isfinite(number)) return fail(ErrorKind::invalid_argument, "ranking weights: {} is not finite", what);
  return number;
}

}  // namespace

float LinearModel::score(const FeatureVector& features) const {
  float sum = 0;
  for (std::size_t i = 0; i < kFeatureCount; ++i) sum += weights[i] * features[i];
  return sum;
}

Result<LinearModel> parse_model(std::string_view text) {
  const nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
  if (!parsed.is_object()) return fail(ErrorKind::invalid_argument, "ranking weights: not a JSON object");
  const auto format = parsed.find("format");
  if (format == parsed.end() || *format != kFormat) {
    return fail(ErrorKind::version_mismatch, "ranking weights: \"format\" must be {}", kFormat);
  }
  const auto weights = parsed.find("weights");
  const auto penalty = parsed.find("repeat_penalty");
  if (weights == parsed.end() || !weights->is_object()) {
    return fail(ErrorKind::invalid_argument, "ranking weights: no \"weights\" object");
  }
  LinearModel model;
  for (const auto& [name, value] : weights->items()) {
    const auto at = std::find(kFeatureNames.begin(), kFeatureNames.end(), name);
    if (at == kFeatureNames.end()) {
      return fail(ErrorKind::invalid_argument, "ranking weights: no feature is called \"{}\"", name);
    }
    QUARRY_TRY(model.weights[static_cast<std::size_t>(at - kFeatureNames.begin())], finite_number(value, name));
  }
  if (penalty == parsed.end() || !penalty->is_array() || penalty->size() != model.repeat_penalty.size()) {
    return fail(ErrorKind::invalid_argument, "ranking weights: \"repeat_penalty\" must be {} numbers",
                model.repeat_penalty.size());
  }
  for (std::size_t i = 0; i < model.repeat_penalty.size(); ++i) {
    QUARRY_TRY(model.repeat_penalty[i], finite_number((*penalty)[i], "repeat_penalty"));
  }
  return model;
}

std::string to_json(const LinearModel& model) {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  const auto rounded = [](float value) { return std::round(static_cast<double>(value) * 1e5) / 1e5; };
  for (std::size_t i = 0; i < kFeatureCount; ++i) {
    if (model.weights[i] != 0) json["weights"][std::string(kFeatureNames[i])] = rounded(model.weights[i]);
  }
  for (const float penalty : model.repeat_penalty) json["repeat_penalty"].push_back(rounded(penalty));
  return json.dump(2) + "\n";
}

const LinearModel& default_model() {
  // Checked by a test: the file in the tree parses.
  static const LinearModel model = parse_model(kDefaultModelJson).value_or(LinearModel{});
  return model;
}

}  // namespace quarry::ranking

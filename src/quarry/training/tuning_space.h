// What a search over configurations may change, and how its points are written as numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::training {

// One key of the training configuration. A coordinate is a number in [0, 1] for ranges, along the logarithm
// where `logarithmic`, and a position in `choices` otherwise.
struct TunedKey {
  enum class Kind : std::uint8_t { real, integer, choice };
  std::string name;  // "optimizer.rate"
  Kind kind = Kind::real;
  double low = 0;
  double high = 1;
  double step = 0;  // values are low, low + step ...; 0: any (an integer: every one)
  bool logarithmic = false;
  std::vector<std::string> choices;

  // As the configuration takes it: "--set name=text".
  [[nodiscard]] std::string text_of(double coordinate) const;
};

using TuningPoint = std::vector<double>;  // a key: its coordinate

struct TuningSpace {
  std::string metric;  // printed by a trial as "metric=value"
  bool maximize = true;
  std::vector<TunedKey> keys;
};

// YAML: {objective: {metric, goal: maximize|minimize}, parameters: {KEY: {min, max, step?, scale?:
// log|linear, type?: double|int} or {choices: [...]}}}. ErrorKind::invalid_argument names the key and what is
// wrong with it.
[[nodiscard]] Result<TuningSpace> parse_tuning_space(const std::string& yaml);

// Equal text, equal space: what a journal is checked against.
[[nodiscard]] std::string canonical_text(const TuningSpace& space);

}  // namespace quarry::training

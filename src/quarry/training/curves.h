// What a run measures on its way: named values by step, kept beside the checkpoint so that a resumed run goes
// on with them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::training {

class Curves {
 public:
  using Points = std::vector<std::pair<std::uint64_t, double>>;  // by ascending step

  void add(const std::string& name, std::uint64_t step, double value) {
    curves_[name].emplace_back(step, value);
  }
  [[nodiscard]] const std::map<std::string, Points>& all() const { return curves_; }
  void forget_after(std::uint64_t step);

  // {"name", "step", "value"} a line, by name and step.
  [[nodiscard]] std::string to_json_lines() const;
  [[nodiscard]] static Result<Curves> parse(std::string_view json_lines);  // ErrorKind::corrupt with the line

 private:
  std::map<std::string, Points> curves_;
};

}  // namespace quarry::training

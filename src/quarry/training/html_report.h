// One page about a run that needs nothing but itself: its curves as drawings, its config and its facts as
// tables.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "quarry/training/curves.h"

namespace quarry::training {

using Facts = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::string html_report(const std::string& title, const Curves& curves, const Facts& facts,
                                      const std::string& config);

}  // namespace quarry::training

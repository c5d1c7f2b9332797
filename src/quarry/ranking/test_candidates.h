// Candidates that differ in their first features only, and the units of an order. Tests only.
#pragma once

#include <cstdint>
#include <vector>

#include "quarry/ranking/ranker.h"

namespace quarry::ranking {

inline Candidate candidate(std::uint32_t unit, std::uint32_t file, float first, float second = 0) {
  Candidate c{.unit = unit, .file = file, .features = {}};
  c.features[0] = first;
  c.features[1] = second;
  return c;
}

inline std::vector<std::uint32_t> units(const std::vector<Ranked>& ranked) {
  std::vector<std::uint32_t> all;
  for (const Ranked& r : ranked) all.push_back(r.candidate.unit);
  return all;
}

}  // namespace quarry::ranking

// How many units there are a language, repository, kind and top folder: what filters can choose from.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/features.h"
#include "quarry/ranking/search_space.h"
#include "quarry/search/query.h"

namespace quarry::search {

// Each list by falling count, then by value.
struct Facets {
  using Counts = std::vector<std::pair<std::string, std::uint64_t>>;
  Counts languages;
  Counts repositories;
  Counts kinds;
  Counts folders;  // the first part of the path with its '/'; "" for files at the root
};

// Of the candidates of one query.
[[nodiscard]] Facets count_facets(const ranking::SearchSpace& space,
                                  std::span<const ranking::Candidate> candidates);

// Of everything that is live in repositories that `visible` lets through. Folders are left out.
[[nodiscard]] Facets count_all_facets(const ranking::SearchSpace& space, const Visibility& visible);

}  // namespace quarry::search

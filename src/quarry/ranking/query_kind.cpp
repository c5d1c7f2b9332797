#include "quarry/ranking/query_kind.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <vector>

namespace quarry::ranking {
namespace {

constexpr std::size_t kVectorRank = 10;  // how far the best vector stands out is seen against this one

float value(const Candidate& candidate, Feature feature) {
  return candidate.features[static_cast<std::size_t>(feature)];
}

void set(QueryFeatures& features, QueryFeature feature, float number) {
  features[static_cast<std::size_t>(feature)] = number;
}

// The most of every feature, in one pass: candidates are too large for one pass a feature.
FeatureVector best_of(std::span<const Candidate> candidates) {
  FeatureVector most{};
  for (const Candidate& c : candidates) {
    for (std::size_t i = 0; i < kFeatureCount; ++i) most[i] = std::max(most[i], c.features[i]);
  }
  return most;
}

float vector_gap(std::span<const Candidate> candidates) {
  std::vector<float> cosines;
  cosines.reserve(candidates.size());
  for (const Candidate& c : candidates) cosines.push_back(value(c, Feature::vector_unit));
  const std::size_t rank = std::min(kVectorRank, cosines.size()) - 1;
  std::nth_element(cosines.begin(), cosines.begin() + static_cast<std::ptrdiff_t>(rank), cosines.end(),
                   std::greater<>());
  return *std::max_element(cosines.begin(), cosines.begin() + static_cast<std::ptrdiff_t>(rank) + 1) -
         cosines[rank];
}

// BM25F of the second best file over that of the best.
float second_file(std::span<const Candidate> candidates) {
  std::uint32_t best_file = candidates.front().file;
  float first = -1;
  for (const Candidate& c : candidates) {
    if (value(c, Feature::file_bm25f_rel) <= first) continue;
    first = value(c, Feature::file_bm25f_rel);
    best_file = c.file;
  }
  float second = 0;
  for (const Candidate& c : candidates) {
    if (c.file != best_file) second = std::max(second, value(c, Feature::file_bm25f_rel));
  }
  return second;
}

// Of the candidates, the share that is the only definition of its file.
float lone(std::span<const Candidate> candidates) {
  const float two_units = file_units_feature(2);
  const auto alone = std::count_if(candidates.begin(), candidates.end(), [&](const Candidate& c) {
    return value(c, Feature::file_units) <= two_units;
  });
  return static_cast<float>(alone) / static_cast<float>(candidates.size());
}

}  // namespace

QueryFeatures describe_query(const QueryTerms& query, std::span<const Candidate> candidates) {
  QueryFeatures features{};
  const auto words = static_cast<float>(std::popcount(query.word_mask));
  set(features, QueryFeature::words, std::log1p(words) / 3);
  set(features, QueryFeature::one_word, query.bare_symbol ? 1.0F : 0.0F);
  set(features, QueryFeature::symbol, query.symbols.empty() ? 0.0F : 1.0F);
  const Wording& wording = query.wording;
  set(features, QueryFeature::length, wording.length);
  set(features, QueryFeature::function_words, wording.function_words);
  set(features, QueryFeature::articles, wording.articles);
  set(features, QueryFeature::how, wording.how ? 1.0F : 0.0F);
  set(features, QueryFeature::verb, wording.verb ? 1.0F : 0.0F);
  set(features, QueryFeature::gerund, wording.gerund ? 1.0F : 0.0F);
  set(features, QueryFeature::question, wording.question ? 1.0F : 0.0F);
  if (candidates.empty()) return features;
  const FeatureVector most = best_of(candidates);
  const auto best = [&](Feature feature) { return most[static_cast<std::size_t>(feature)]; };
  set(features, QueryFeature::name, best(Feature::name_f1));
  set(features, QueryFeature::name_recall, best(Feature::name_recall));
  set(features, QueryFeature::name_head, best(Feature::name_head_f1));
  const float stem_recall = best(Feature::stem_recall);
  set(features, QueryFeature::stem_recall, stem_recall);
  set(features, QueryFeature::stem, stem_recall * best(Feature::stem_precision));
  set(features, QueryFeature::file_names, best(Feature::file_names_cover));
  set(features, QueryFeature::file, best(Feature::file_cover));
  set(features, QueryFeature::unit, best(Feature::unit_cover));
  set(features, QueryFeature::vector, best(Feature::vector_unit));
  set(features, QueryFeature::vector_gap, vector_gap(candidates));
  set(features, QueryFeature::second_file, second_file(candidates));
  set(features, QueryFeature::lone, lone(candidates));
  return features;
}

QueryFeatures among_lone_functions(QueryFeatures features) {
  const auto get = [&](QueryFeature feature) { return features[static_cast<std::size_t>(feature)]; };
  set(features, QueryFeature::stem, 0);
  set(features, QueryFeature::stem_recall, 0);
  set(features, QueryFeature::file_names, get(QueryFeature::name_recall));
  set(features, QueryFeature::file, get(QueryFeature::unit));
  set(features, QueryFeature::lone, 1);
  return features;
}

}  // namespace quarry::ranking

// What a query asks for, read from its words and from how well the index meets them: a subject ("how the
// router is set up": a place with a name) or a behaviour ("pick the next server that is still alive": a
// function that may share no word with the query). The two want different weights; RankingModel blends them
// by this.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "quarry/ranking/features.h"
#include "quarry/ranking/query_terms.h"

namespace quarry::ranking {

// X(identifier, "name in the weights' file"): numbers of about 0 to 1, the best over all candidates unless
// said otherwise. candidates.lone is the share of candidates that are alone in their file: near 0 in a
// repository, 1 in a collection of functions.
#define QUARRY_QUERY_FEATURES(X)               \
  X(words, "query.words")                      \
  X(one_word, "query.one_word")                \
  X(symbol, "query.symbol")                    \
  X(length, "query.length")                    \
  X(function_words, "query.function_words")    \
  X(articles, "query.articles")                \
  X(how, "query.how")                          \
  X(verb, "query.verb")                        \
  X(gerund, "query.gerund")                    \
  X(question, "query.question")                \
  X(name, "best.name.f1")                      \
  X(name_recall, "best.name.recall")           \
  X(name_head, "best.name.head_f1")            \
  X(stem_recall, "best.stem.recall")           \
  X(stem, "best.stem")                         \
  X(file_names, "best.file.names.coverage")    \
  X(file, "best.file.coverage")                \
  X(unit, "best.unit.coverage")                \
  X(vector, "best.vector")                     \
  X(vector_gap, "best.vector.gap")             \
  X(second_file, "second.file.bm25f.relative") \
  X(lone, "candidates.lone")

enum class QueryFeature : std::uint8_t {
#define QUARRY_QUERY_FEATURE_ENUM(id, name) id,
  QUARRY_QUERY_FEATURES(QUARRY_QUERY_FEATURE_ENUM)
#undef QUARRY_QUERY_FEATURE_ENUM
};

#define QUARRY_QUERY_FEATURE_NAME(id, name) name,
inline constexpr auto kQueryFeatureNames =
    std::to_array<std::string_view>({QUARRY_QUERY_FEATURES(QUARRY_QUERY_FEATURE_NAME)});
#undef QUARRY_QUERY_FEATURE_NAME
inline constexpr std::size_t kQueryFeatureCount = kQueryFeatureNames.size();

using QueryFeatures = std::array<float, kQueryFeatureCount>;

// `candidates` are those of `query`, with their features.
[[nodiscard]] QueryFeatures describe_query(const QueryTerms& query, std::span<const Candidate> candidates);

// The same query asked of a collection of functions, each in a file of its own under a name that says
// nothing: what the file tells is what the function tells. The gate is fitted to these as well.
[[nodiscard]] QueryFeatures among_lone_functions(QueryFeatures features);

}  // namespace quarry::ranking

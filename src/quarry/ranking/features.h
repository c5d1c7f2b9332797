// The evidence of a candidate as numbers: what the linear model weighs and --explain shows.
//
// Every feature is about 0 to 1 in size (logarithms a little more), needs no knowledge of other queries, and
// means "more of it" when larger. docs/RANKING.md says in words what each one is.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/ranking/evidence.h"
#include "quarry/ranking/query_terms.h"
#include "quarry/ranking/search_space.h"

namespace quarry::ranking {

// X(identifier, "name.in.explanations")
#define QUARRY_FEATURES(X)                         \
  X(file_bm25f, "file.bm25f")                      \
  X(file_bm25f_rel, "file.bm25f.relative")         \
  X(file_cover, "file.coverage")                   \
  X(file_names_cover, "file.names.coverage")       \
  X(file_docs_cover, "file.docs.coverage")         \
  X(file_best_three, "file.best_three")            \
  X(file_best_name_head, "file.best_name.head_f1") \
  X(file_best_name, "file.best_name.f1")           \
  X(file_best_type_head, "file.best_type.head_f1") \
  X(stem_precision, "stem.precision")              \
  X(stem_recall, "stem.recall")                    \
  X(stem_head_f1, "stem.head_f1")                  \
  X(stem_exact, "stem.exact")                      \
  X(folder_match, "folder.match")                  \
  X(folder_head, "folder.head")                    \
  X(file_lines, "file.lines")                      \
  X(file_depth, "file.depth")                      \
  X(file_units, "file.units")                      \
  X(role_is_test, "role.test")                     \
  X(role_is_example, "role.example")               \
  X(role_is_compat, "role.compat")                 \
  X(role_is_legacy, "role.legacy")                 \
  X(role_is_docs, "role.docs")                     \
  X(role_is_config, "role.config")                 \
  X(role_is_declaration, "role.declaration")       \
  X(role_is_internal, "role.internal")             \
  X(role_is_entry, "role.entry")                   \
  X(unit_bm25f, "unit.bm25f")                      \
  X(unit_bm25f_rel, "unit.bm25f.relative")         \
  X(unit_plain, "unit.bm25")                       \
  X(unit_plain_rel, "unit.bm25.relative")          \
  X(unit_cover, "unit.coverage")                   \
  X(unit_full_cover, "unit.coverage.squared")      \
  X(name_precision, "name.precision")              \
  X(name_recall, "name.recall")                    \
  X(name_head_f1, "name.head_f1")                  \
  X(name_f1, "name.f1")                            \
  X(name_exact, "name.exact")                      \
  X(container_cover, "container.coverage")         \
  X(signature_cover, "signature.coverage")         \
  X(doc_cover, "doc.coverage")                     \
  X(has_doc, "doc.present")                        \
  X(parent_rel, "parent.bm25f.relative")           \
  X(kind_class, "kind.class")                      \
  X(kind_method, "kind.method")                    \
  X(kind_section, "kind.section")                  \
  X(unit_lines, "unit.lines")                      \
  X(name_references, "name.references")            \
  X(unit_references, "unit.references")            \
  X(file_references, "file.references")            \
  X(symbol_definition, "symbol.definition")        \
  X(symbol_qualified, "symbol.qualified")          \
  X(bare_symbol, "symbol.bare")                    \
  X(bare_symbol_stem, "symbol.bare_stem")          \
  X(vector_unit, "vector.unit")                    \
  X(vector_unit_rel, "vector.unit.relative")       \
  X(vector_file, "vector.file")                    \
  X(vector_file_best, "vector.file_best")

enum class Feature : std::uint8_t {
#define QUARRY_FEATURE_ENUM(id, name) id,
  QUARRY_FEATURES(QUARRY_FEATURE_ENUM)
#undef QUARRY_FEATURE_ENUM
};

#define QUARRY_FEATURE_NAME(id, name) name,
inline constexpr auto kFeatureNames = std::to_array<std::string_view>({QUARRY_FEATURES(QUARRY_FEATURE_NAME)});
#undef QUARRY_FEATURE_NAME
inline constexpr std::size_t kFeatureCount = kFeatureNames.size();

using FeatureVector = std::array<float, kFeatureCount>;

// Feature::file_units of a file with that many units, its own among them.
[[nodiscard]] float file_units_feature(std::uint32_t units);

// A unit that may be shown, with its evidence.
struct Candidate {
  std::uint32_t unit = 0;
  std::uint32_t file = 0;
  FeatureVector features{};
};

// Cosines of the query's vector, where there is one: a unit, a file's card, and the largest of the query.
class VectorScores {
 public:
  virtual ~VectorScores() = default;
  [[nodiscard]] virtual float cosine(std::uint32_t unit) const = 0;
  virtual void prefetch(std::uint32_t unit) const = 0;  // before cosine(): rows lie scattered over megabytes
  [[nodiscard]] virtual float best() const = 0;
};

// Fills the features of every candidate. The candidates of a file stand together (ascending by unit they do).
// `vectors` may be null. Fails only where stored bytes are damaged.
[[nodiscard]] Status compute_features(const SearchSpace& space, const QueryTerms& query,
                                      const EvidenceTable& table, const VectorScores* vectors,
                                      std::vector<Candidate>& candidates);

}  // namespace quarry::ranking

#include "quarry/ranking/features.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <string>
#include <unordered_map>

#include "quarry/base/ascii.h"
#include "quarry/index/path_words.h"
#include "quarry/ranking/file_role.h"

namespace quarry::ranking {
namespace {

constexpr std::size_t kStemPrefix = 3;  // letters from which "auth" is a prefix of "authentication"
constexpr std::size_t kFolderPrefix = 4;
constexpr std::size_t kFactsAhead = 8;  // units whose facts and vectors are asked for before they are needed

// Either is a prefix of the other, of `least` letters or more.
bool prefix_match(std::string_view a, std::string_view b, std::size_t least) {
  const std::size_t shared = std::min(a.size(), b.size());
  if (shared < least) return false;
  std::size_t i = 0;
  while (i < shared && a[i] == b[i]) ++i;
  return i == shared;
}

// A bit for the first letter of a word (and of some others: a hash). Most words of a path begin with a letter
// that no word of the query does.
std::uint64_t initial(std::string_view word) {
  return std::uint64_t{1} << (static_cast<unsigned char>(word.front()) & 63U);
}

float ratio(float part, float whole) {
  return whole > 0 ? part / whole : 0;
}

float f1(float precision, float recall) {
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

// Besides the file's own unit.
bool holds_one_unit(const FileFacts& file) {
  return file.unit_count == 2;
}

// Everything that the candidates of one file have in common.
struct FileFeatures {
  FeatureVector values{};
  const FileFacts* facts = nullptr;
  float depth = 0;
  std::size_t begin = 0;  // its candidates
  std::size_t end = 0;
};

// sum_over() of the same values again and again: the sums of the first eight are looked up. Added in the same
// order, so that a sum is the same wherever it comes from.
class Sums {
 public:
  explicit Sums(std::span<const float> values) : values_(values) {
    for (std::size_t mask = 1; mask < std::size_t{1} << std::min<std::size_t>(8, values.size()); ++mask) {
      const auto last = static_cast<std::size_t>(std::bit_width(mask)) - 1;
      sums_[mask] = sums_[mask ^ std::size_t{1} << last] + values[last];
    }
  }
  [[nodiscard]] float over(std::uint32_t mask) const {
    float sum = sums_[mask & 0xff];
    for (mask &= ~std::uint32_t{0xff}; mask != 0; mask &= mask - 1) {
      sum += values_[static_cast<std::size_t>(std::countr_zero(mask))];
    }
    return sum;
  }

 private:
  std::span<const float> values_;
  std::array<float, 256> sums_{};
};

class Computation {
 public:
  Computation(const SearchSpace& space, const QueryTerms& query, const EvidenceTable& table,
              const VectorScores* vectors)
      : space_(space),
        query_(query),
        table_(table),
        vectors_(vectors),
        unit_sums_(table.unit_idf),
        file_sums_(table.file_idf) {
    for (std::size_t i = 0; i < query.terms.size(); ++i) {
      if (query.terms[i].word_term) file_total_ += table.file_idf[i];
      if (query.terms[i].word_term) unit_total_ += table.unit_idf[i];
      if ((query.head_mask >> i & 1) != 0) head_total_ += table.unit_idf[i];
      if ((query.head_mask >> i & 1) != 0) head_file_total_ += table.file_idf[i];
      if (query.terms[i].word_term && !query.terms[i].word.empty()) initials_ |= initial(query.terms[i].word);
    }
    for (const std::uint32_t file : table.touched_files)
      best_file_ = std::max(best_file_, table.files[file].bm25f);
  }

  Status run(std::vector<Candidate>& candidates) {
    for (const Candidate& c : candidates) {
      best_unit_ = std::max(best_unit_, unit_score(c));
      best_plain_ = std::max(best_plain_, table_.units.plain(c.unit));
    }
    std::vector<FileFeatures> files;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (i == 0 || candidates[i].file != candidates[i - 1].file) {
        files.emplace_back();
        files.back().facts = &space_.file_facts(candidates[i].file);
        files.back().begin = i;
      }
      files.back().end = i + 1;
    }
    find_versions(candidates, files);
    float least_depth = 1e9F;
    for (std::size_t i = 0; vectors_ != nullptr && i < files.size(); ++i) {
      vectors_->prefetch(space_.first_unit(candidates[files[i].begin].file));
    }
    for (FileFeatures& file : files) {
      fill_file(candidates[file.begin].file, file);
      least_depth = std::min(least_depth, file.depth);
    }
    for (FileFeatures& file : files) {
      set(file.values, Feature::file_depth, std::min(1.0F, (file.depth - least_depth) / 5));
      const auto own = std::span(candidates).subspan(file.begin, file.end - file.begin);
      for (Candidate& c : own) {
        const auto after = static_cast<std::size_t>(&c - candidates.data()) + kFactsAhead;
        if (after < candidates.size()) prefetch(candidates[after].unit);
        c.features = file.values;
        QUARRY_CHECK(fill_unit(c));
      }
      fill_across_units(own);
    }
    return {};
  }

 private:
  // Candidates below a folder that holds v1, v2 ...
  struct VersionedFolder {
    int newest = 0;
    std::size_t inside = 0;   // files in any version
    std::size_t outside = 0;  // files below the folder, in none
  };

  void find_versions(std::span<const Candidate> candidates, std::span<const FileFeatures> files) {
    const auto path = [&](const FileFeatures& file) { return space_.file(candidates[file.begin].file).path; };
    for (const FileFeatures& file : files) {
      if (file.facts->version < 0) continue;
      VersionedFolder& folder = versions_[std::string(path(file).substr(0, file.facts->version_parent))];
      folder.newest = std::max(folder.newest, int{file.facts->version});
      ++folder.inside;
    }
    if (versions_.empty()) return;
    for (const FileFeatures& file : files) {
      if (file.facts->version >= 0) continue;
      for (auto& [parent, folder] : versions_) {
        if (path(file).starts_with(parent)) ++folder.outside;
      }
    }
  }
  // "zod/src/v3/types.ts" where zod/src/v4 is there too; "pydantic/v1/main.py" where most of what lies below
  // pydantic/ has no version: kept for those who still need it.
  [[nodiscard]] bool is_superseded(std::uint32_t file, const FileFacts& facts) const {
    if (facts.version < 0) return false;
    const auto folder = versions_.find(std::string(space_.file(file).path.substr(0, facts.version_parent)));
    return folder != versions_.end() &&
           (facts.version < folder->second.newest || folder->second.outside > folder->second.inside);
  }

  void prefetch(std::uint32_t unit) const {
    space_.prefetch_facts(unit);
    if (vectors_ != nullptr) vectors_->prefetch(unit);
  }

  static void set(FeatureVector& values, Feature feature, float value) {
    values[static_cast<std::size_t>(feature)] = value;
  }
  static void set(Candidate& c, Feature feature, float value) { set(c.features, feature, value); }
  static float get(const Candidate& c, Feature feature) {
    return c.features[static_cast<std::size_t>(feature)];
  }

  [[nodiscard]] float unit_score(const Candidate& c) const {
    return table_.units.bm25f(c.unit) + table_.files[c.file].path_bm25f;
  }

  void fill_file(std::uint32_t ordinal, FileFeatures& out) {
    const FileFacts& file = *out.facts;
    const FileEvidence& evidence = table_.files[ordinal];
    FeatureVector& v = out.values;
    // 11 = k1 + 1, the most a term can score: full marks in every term are 1.
    set(v, Feature::file_bm25f, ratio(evidence.bm25f, 11 * file_total_));
    set(v, Feature::file_bm25f_rel, ratio(evidence.bm25f, best_file_));
    set(v, Feature::file_cover, ratio(file_sums_.over(evidence.any & query_.word_mask), file_total_));
    set(v, Feature::file_names_cover, ratio(file_sums_.over(evidence.names & query_.word_mask), file_total_));
    set(v, Feature::file_docs_cover, ratio(file_sums_.over(evidence.docs & query_.word_mask), file_total_));
    set(v, Feature::file_lines, std::log1p(static_cast<float>(file.lines)) / 8);
    set(v, Feature::file_units, file_units_feature(file.unit_count));
    fill_path(file, evidence, v);
    out.depth = file.depth;

    const std::uint16_t roles = file.roles;
    const auto role = [&](Role bit, bool wanted) { return (roles & bit) != 0 && !wanted ? 1.0F : 0.0F; };
    set(v, Feature::role_is_test, role(role_test, query_.wants_tests));
    set(v, Feature::role_is_example, role(role_example, query_.wants_examples));
    set(v, Feature::role_is_compat, role(role_compat, false));
    set(v, Feature::role_is_legacy, (roles & role_legacy) != 0 || is_superseded(ordinal, file) ? 1.0F : 0.0F);
    set(v, Feature::role_is_docs, role(role_docs, query_.wants_docs));
    set(v, Feature::role_is_config, role(role_config, false));
    set(v, Feature::role_is_declaration, role(role_declaration, false));
    set(v, Feature::role_is_internal, role(role_internal, false));
    set(v, Feature::role_is_entry, role(role_entry, false));
    // The card says where a file stands and what it defines. A file with one definition is that definition.
    if (vectors_ != nullptr) {
      set(v, Feature::vector_file,
          vectors_->cosine(space_.first_unit(ordinal) + (holds_one_unit(file) ? 1 : 0)));
    }
  }

  // Stem and folders against the query's words, by equal stems (the postings know) or by prefix.
  void fill_path(const FileFacts& file, const FileEvidence& evidence, FeatureVector& v) {
    std::uint32_t by_stem = evidence.stem & query_.word_mask;
    std::uint32_t by_folder = evidence.folder & query_.word_mask;
    std::size_t stem_words = 0;
    std::size_t stem_matched = 0;
    const auto equal_stem_words = static_cast<std::size_t>(std::popcount(by_stem));
    for (std::string_view rest = file.stem_words(); !rest.empty();) {
      const std::string_view word = next_word(rest);
      ++stem_words;
      if ((initials_ & initial(word)) == 0) continue;
      bool matched = false;
      for (std::size_t i = 0; i < query_.terms.size(); ++i) {
        if (!query_.terms[i].word_term || !prefix_match(word, query_.terms[i].word, kStemPrefix)) continue;
        matched = true;
        by_stem |= std::uint32_t{1} << i;
      }
      if (matched) ++stem_matched;
    }
    stem_matched = std::min(stem_words, std::max(stem_matched, equal_stem_words));
    for (std::string_view rest = file.folder_words(); !rest.empty();) {
      const std::string_view word = next_word(rest);
      if ((initials_ & initial(word)) == 0) continue;
      for (std::size_t i = 0; i < query_.terms.size(); ++i) {
        if (query_.terms[i].word_term && prefix_match(word, query_.terms[i].word, kFolderPrefix)) {
          by_folder |= std::uint32_t{1} << i;
        }
      }
    }
    const float precision =
        stem_words == 0 ? 0 : static_cast<float>(stem_matched) / static_cast<float>(stem_words);
    const float head_recall = ratio(file_sums_.over(by_stem & query_.head_mask), head_file_total_);
    set(v, Feature::stem_precision, precision);
    set(v, Feature::stem_recall, ratio(file_sums_.over(by_stem), file_total_));
    set(v, Feature::stem_head_f1, f1(precision, head_recall));
    set(v, Feature::stem_exact, precision == 1 && head_recall > 0.99F ? 1.0F : 0.0F);
    set(v, Feature::folder_match, ratio(file_sums_.over(by_folder), file_total_));
    set(v, Feature::folder_head, ratio(file_sums_.over(by_folder & query_.head_mask), head_file_total_));
  }

  Status fill_unit(Candidate& c) {
    QUARRY_TRY(const SearchSpace::UnitFacts unit, space_.unit_facts(c.unit));
    const UnitEvidence evidence = table_.units.evidence(c.unit);
    const FileEvidence& file = table_.files[c.file];
    const float score = unit_score(c);
    set(c, Feature::unit_bm25f, ratio(score, 11 * unit_total_));
    set(c, Feature::unit_bm25f_rel, ratio(score, best_unit_));
    set(c, Feature::unit_plain, ratio(evidence.plain, 2.2F * unit_total_));
    set(c, Feature::unit_plain_rel, ratio(evidence.plain, best_plain_));
    const float cover = ratio(unit_sums_.over((evidence.any | file.stem) & query_.word_mask), unit_total_);
    set(c, Feature::unit_cover, cover);
    set(c, Feature::unit_full_cover, cover * cover);

    const std::uint32_t in_name = evidence.name & query_.word_mask;
    const auto name_words = static_cast<float>(unit.name_words);
    const float precision =
        name_words > 0 ? std::min(1.0F, static_cast<float>(std::popcount(in_name)) / name_words) : 0;
    const float recall = ratio(unit_sums_.over(in_name), unit_total_);
    const float head_recall = ratio(unit_sums_.over(in_name & query_.head_mask), head_total_);
    set(c, Feature::name_precision, precision);
    set(c, Feature::name_recall, recall);
    set(c, Feature::name_head_f1, f1(precision, head_recall));
    set(c, Feature::name_f1, f1(precision, recall));
    set(c, Feature::name_exact, precision == 1 && recall > 0.99F ? 1.0F : 0.0F);
    set(c, Feature::container_cover,
        ratio(unit_sums_.over(evidence.container & query_.word_mask), unit_total_));
    set(c, Feature::signature_cover,
        ratio(unit_sums_.over(evidence.signature & query_.word_mask), unit_total_));
    set(c, Feature::doc_cover, ratio(unit_sums_.over(evidence.doc & query_.word_mask), unit_total_));
    set(c, Feature::has_doc, unit.has_doc ? 1.0F : 0.0F);
    if (unit.parent != c.unit && unit.parent != space_.first_unit(c.file)) {
      set(c, Feature::parent_rel, ratio(table_.units.bm25f(unit.parent) + file.path_bm25f, best_unit_));
    }
    set(c, Feature::kind_class, unit.kind == syntax::Kind::class_ ? 1.0F : 0.0F);
    set(c, Feature::kind_method, unit.kind == syntax::Kind::method ? 1.0F : 0.0F);
    set(c, Feature::kind_section, unit.kind == syntax::Kind::section ? 1.0F : 0.0F);
    set(c, Feature::unit_lines, unit.log_lines / 6);

    if (unit.log_references > 0) {
      const float used = unit.log_references / 6;
      set(c, Feature::unit_references, used);
      set(c, Feature::name_references, f1(precision, recall) * used);
    }
    if (!query_.symbols.empty()) fill_symbols(c);
    if (vectors_ != nullptr) {
      const float cosine = vectors_->cosine(c.unit);
      set(c, Feature::vector_unit, cosine);
      set(c, Feature::vector_unit_rel, ratio(cosine, vectors_->best()));
    }
    return {};
  }

  void fill_symbols(Candidate& c) {
    const index::UnitView unit = space_.unit(c.unit);
    for (const QuerySymbol& symbol : query_.symbols) {
      if (symbol.name != unit.name) continue;
      set(c, Feature::symbol_definition, 1);
      if (!symbol.container.empty() && unit.qualified_name == symbol.container + '.' + symbol.name) {
        set(c, Feature::symbol_qualified, 1);
      }
      if (query_.bare_symbol) {
        set(c, Feature::bare_symbol, 1);
        const std::string stem(index::stem_of(space_.file(c.file).path));
        if (ascii::lower(stem) == ascii::lower(symbol.name)) set(c, Feature::bare_symbol_stem, 1);
      }
    }
  }

  // What the best units of a file say about all of them.
  static void fill_across_units(std::span<Candidate> of_file) {
    std::array<float, 3> scores{};
    float name_head = 0;
    float name = 0;
    float type_head = 0;
    float cosine = 0;
    float references = 0;
    for (const Candidate& c : of_file) {
      float score = get(c, Feature::unit_bm25f);
      for (float& kept : scores) {
        if (score > kept) std::swap(score, kept);
      }
      name_head = std::max(name_head, get(c, Feature::name_head_f1));
      name = std::max(name, get(c, Feature::name_f1));
      if (get(c, Feature::kind_class) > 0) type_head = std::max(type_head, get(c, Feature::name_head_f1));
      cosine = std::max(cosine, get(c, Feature::vector_unit));
      references = std::max(references, get(c, Feature::unit_references));
    }
    for (Candidate& c : of_file) {
      set(c, Feature::file_best_three, (scores[0] + scores[1] + scores[2]) / 3);
      set(c, Feature::file_best_name_head, name_head);
      set(c, Feature::file_best_name, name);
      set(c, Feature::file_best_type_head, type_head);
      set(c, Feature::vector_file_best, cosine);
      set(c, Feature::file_references, references);
    }
  }

  const SearchSpace& space_;
  const QueryTerms& query_;
  const EvidenceTable& table_;
  const VectorScores* vectors_;
  Sums unit_sums_;
  Sums file_sums_;
  float file_total_ = 0;
  float unit_total_ = 0;
  float head_total_ = 0;
  float head_file_total_ = 0;
  std::uint64_t initials_ = 0;  // of the query's words
  float best_file_ = 0;
  float best_unit_ = 0;
  float best_plain_ = 0;
  std::unordered_map<std::string, VersionedFolder> versions_;  // by path, with the slash
};

}  // namespace

float file_units_feature(std::uint32_t units) {
  return std::log1p(static_cast<float>(units)) / 6;
}

Status compute_features(const SearchSpace& space, const QueryTerms& query, const EvidenceTable& table,
                        const VectorScores* vectors, std::vector<Candidate>& candidates) {
  return Computation(space, query, table, vectors).run(candidates);
}

}  // namespace quarry::ranking

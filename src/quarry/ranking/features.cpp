#include "quarry/ranking/features.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <string>
#include <unordered_map>

#include "quarry/index/path_words.h"
#include "quarry/ranking/file_role.h"
#include "quarry/text/words.h"

namespace quarry::ranking {
namespace {

using index::Field;

constexpr std::size_t kStemPrefix = 3;  // letters from which "auth" is a prefix of "authentication"
constexpr std::size_t kFolderPrefix = 4;

void to_lower(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
}

std::string lower(std::string_view word) {
  std::string low(word);
  to_lower(low);
  return low;
}

// Either is a prefix of the other, of `least` letters or more.
bool prefix_match(std::string_view a, std::string_view b, std::size_t least) {
  const std::size_t shared = std::min(a.size(), b.size());
  return shared >= least && a[0] == b[0] && a.substr(0, shared) == b.substr(0, shared);
}

float ratio(float part, float whole) {
  return whole > 0 ? part / whole : 0;
}

float f1(float precision, float recall) {
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

// Besides the file's own unit.
bool holds_one_unit(const index::FileView& file) {
  return file.unit_count == 2;
}

// Everything that the candidates of one file have in common.
struct FileFeatures {
  FeatureVector values{};
  index::FileView view{};
  float depth = 0;
  std::size_t begin = 0;  // its candidates
  std::size_t end = 0;
};

class Computation {
 public:
  Computation(const SearchSpace& space, const QueryTerms& query, const EvidenceTable& table,
              const VectorScores* vectors)
      : space_(space), query_(query), table_(table), vectors_(vectors) {
    for (std::size_t i = 0; i < query.terms.size(); ++i) {
      if (query.terms[i].word_term) file_total_ += table.file_idf[i];
      if (query.terms[i].word_term) unit_total_ += table.unit_idf[i];
      if ((query.head_mask >> i & 1) != 0) head_total_ += table.unit_idf[i];
      if ((query.head_mask >> i & 1) != 0) head_file_total_ += table.file_idf[i];
    }
    for (const std::uint32_t file : table.touched_files)
      best_file_ = std::max(best_file_, table.files[file].bm25f);
  }

  Status run(std::vector<Candidate>& candidates) {
    for (const Candidate& c : candidates) {
      best_unit_ = std::max(best_unit_, unit_score(c));
      best_plain_ = std::max(best_plain_, table_.units[c.unit].plain);
    }
    std::vector<FileFeatures> files;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (i == 0 || candidates[i].file != candidates[i - 1].file) {
        files.emplace_back();
        files.back().view = space_.file(candidates[i].file);
        files.back().begin = i;
      }
      files.back().end = i + 1;
    }
    find_versions(files);
    float least_depth = 1e9F;
    for (FileFeatures& file : files) {
      fill_file(candidates[file.begin].file, file);
      least_depth = std::min(least_depth, file.depth);
    }
    for (FileFeatures& file : files) {
      set(file.values, Feature::file_depth, std::min(1.0F, (file.depth - least_depth) / 5));
      const auto own = std::span(candidates).subspan(file.begin, file.end - file.begin);
      for (Candidate& c : own) {
        c.features = file.values;
        QUARRY_CHECK(fill_unit(c, file.view));
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

  void find_versions(const std::vector<FileFeatures>& files) {
    for (const FileFeatures& file : files) {
      const auto version = version_folder(file.view.path);
      if (!version) continue;
      VersionedFolder& folder = versions_[std::string(version->parent)];
      folder.newest = std::max(folder.newest, version->number);
      ++folder.inside;
    }
    if (versions_.empty()) return;
    for (const FileFeatures& file : files) {
      if (version_folder(file.view.path)) continue;
      for (auto& [parent, folder] : versions_) {
        if (file.view.path.starts_with(parent)) ++folder.outside;
      }
    }
  }
  // "zod/src/v3/types.ts" where zod/src/v4 is there too; "pydantic/v1/main.py" where most of what lies below
  // pydantic/ has no version: kept for those who still need it.
  [[nodiscard]] bool is_superseded(std::string_view path) const {
    const auto version = version_folder(path);
    if (!version) return false;
    const auto folder = versions_.find(std::string(version->parent));
    return folder != versions_.end() &&
           (version->number < folder->second.newest || folder->second.outside > folder->second.inside);
  }

  static void set(FeatureVector& values, Feature feature, float value) {
    values[static_cast<std::size_t>(feature)] = value;
  }
  static void set(Candidate& c, Feature feature, float value) { set(c.features, feature, value); }
  static float get(const Candidate& c, Feature feature) {
    return c.features[static_cast<std::size_t>(feature)];
  }

  [[nodiscard]] float unit_score(const Candidate& c) const {
    return table_.units[c.unit].bm25f + table_.files[c.file].path_bm25f;
  }

  void fill_file(std::uint32_t ordinal, FileFeatures& out) {
    const index::FileView& file = out.view;
    const FileEvidence& evidence = table_.files[ordinal];
    FeatureVector& v = out.values;
    // 11 = k1 + 1, the most a term can score: full marks in every term are 1.
    set(v, Feature::file_bm25f, ratio(evidence.bm25f, 11 * file_total_));
    set(v, Feature::file_bm25f_rel, ratio(evidence.bm25f, best_file_));
    set(v, Feature::file_cover,
        ratio(sum_over(evidence.any & query_.word_mask, table_.file_idf), file_total_));
    set(v, Feature::file_names_cover,
        ratio(sum_over(evidence.names & query_.word_mask, table_.file_idf), file_total_));
    set(v, Feature::file_docs_cover,
        ratio(sum_over(evidence.docs & query_.word_mask, table_.file_idf), file_total_));
    set(v, Feature::file_lines, std::log1p(static_cast<float>(file.lines)) / 8);
    set(v, Feature::file_units, file_units_feature(file.unit_count));
    fill_path(file, evidence, v);
    out.depth = static_cast<float>(std::count(file.path.begin(), file.path.end(), '/'));

    const std::uint16_t roles = roles_of(file.path, file.language);
    const auto role = [&](Role bit, bool wanted) { return (roles & bit) != 0 && !wanted ? 1.0F : 0.0F; };
    set(v, Feature::role_is_test, role(role_test, query_.wants_tests));
    set(v, Feature::role_is_example, role(role_example, query_.wants_examples));
    set(v, Feature::role_is_compat, role(role_compat, false));
    set(v, Feature::role_is_legacy, (roles & role_legacy) != 0 || is_superseded(file.path) ? 1.0F : 0.0F);
    set(v, Feature::role_is_docs, role(role_docs, query_.wants_docs));
    set(v, Feature::role_is_config, role(role_config, false));
    set(v, Feature::role_is_declaration, role(role_declaration, false));
    set(v, Feature::role_is_internal, role(role_internal, false));
    set(v, Feature::role_is_entry, role(role_entry, false));
    // The card says where a file stands and what it defines. A file with one definition is that definition.
    if (vectors_ != nullptr) {
      set(v, Feature::vector_file, vectors_->cosine(file.first_unit + (holds_one_unit(file) ? 1 : 0)));
    }
  }

  // Calls visit(word) for the words of `text`, in lower case.
  template <class Visit>
  void for_each_word(std::string_view text, Visit visit) {
    low_.assign(text);
    to_lower(low_);
    std::string_view rest = text;
    for (auto id = text::next_identifier(rest); !id.empty(); id = text::next_identifier(rest)) {
      text::split_identifier(id, parts_);
      for (const std::string_view part : parts_) {
        visit(
            std::string_view(low_).substr(static_cast<std::size_t>(part.data() - text.data()), part.size()));
      }
    }
  }

  // Stem and folders against the query's words, by equal stems (the postings know) or by prefix.
  void fill_path(const index::FileView& file, const FileEvidence& evidence, FeatureVector& v) {
    std::uint32_t by_stem = evidence.stem & query_.word_mask;
    std::uint32_t by_folder = evidence.folder & query_.word_mask;
    std::size_t stem_words = 0;
    std::size_t stem_matched = 0;
    const auto equal_stem_words = static_cast<std::size_t>(std::popcount(by_stem));
    for_each_word(index::stem_of(file.path), [&](std::string_view word) {
      ++stem_words;
      bool matched = false;
      for (std::size_t i = 0; i < query_.terms.size(); ++i) {
        if (!query_.terms[i].word_term || !prefix_match(word, query_.terms[i].word, kStemPrefix)) continue;
        matched = true;
        by_stem |= std::uint32_t{1} << i;
      }
      if (matched) ++stem_matched;
    });
    stem_matched = std::min(stem_words, std::max(stem_matched, equal_stem_words));
    for_each_word(index::folder_of(file.path), [&](std::string_view word) {
      for (std::size_t i = 0; i < query_.terms.size(); ++i) {
        if (query_.terms[i].word_term && prefix_match(word, query_.terms[i].word, kFolderPrefix)) {
          by_folder |= std::uint32_t{1} << i;
        }
      }
    });
    const float precision =
        stem_words == 0 ? 0 : static_cast<float>(stem_matched) / static_cast<float>(stem_words);
    const float head_recall = ratio(sum_over(by_stem & query_.head_mask, table_.file_idf), head_file_total_);
    set(v, Feature::stem_precision, precision);
    set(v, Feature::stem_recall, ratio(sum_over(by_stem, table_.file_idf), file_total_));
    set(v, Feature::stem_head_f1, f1(precision, head_recall));
    set(v, Feature::stem_exact, precision == 1 && head_recall > 0.99F ? 1.0F : 0.0F);
    set(v, Feature::folder_match, ratio(sum_over(by_folder, table_.file_idf), file_total_));
    set(v, Feature::folder_head,
        ratio(sum_over(by_folder & query_.head_mask, table_.file_idf), head_file_total_));
  }

  Status fill_unit(Candidate& c, const index::FileView& view) {
    const index::UnitView unit = space_.unit(c.unit);
    const UnitEvidence& evidence = table_.units[c.unit];
    const FileEvidence& file = table_.files[c.file];
    const float score = unit_score(c);
    set(c, Feature::unit_bm25f, ratio(score, 11 * unit_total_));
    set(c, Feature::unit_bm25f_rel, ratio(score, best_unit_));
    set(c, Feature::unit_plain, ratio(evidence.plain, 2.2F * unit_total_));
    set(c, Feature::unit_plain_rel, ratio(evidence.plain, best_plain_));
    const float cover =
        ratio(sum_over((evidence.any | file.stem) & query_.word_mask, table_.unit_idf), unit_total_);
    set(c, Feature::unit_cover, cover);
    set(c, Feature::unit_full_cover, cover * cover);

    const std::uint32_t in_name = evidence.name & query_.word_mask;
    const auto name_words = static_cast<float>(unit.lengths[static_cast<std::size_t>(Field::name)]);
    const float precision =
        name_words > 0 ? std::min(1.0F, static_cast<float>(std::popcount(in_name)) / name_words) : 0;
    const float recall = ratio(sum_over(in_name, table_.unit_idf), unit_total_);
    const float head_recall = ratio(sum_over(in_name & query_.head_mask, table_.unit_idf), head_total_);
    set(c, Feature::name_precision, precision);
    set(c, Feature::name_recall, recall);
    set(c, Feature::name_head_f1, f1(precision, head_recall));
    set(c, Feature::name_f1, f1(precision, recall));
    set(c, Feature::container_cover,
        ratio(sum_over(evidence.container & query_.word_mask, table_.unit_idf), unit_total_));
    set(c, Feature::signature_cover,
        ratio(sum_over(evidence.signature & query_.word_mask, table_.unit_idf), unit_total_));
    set(c, Feature::doc_cover,
        ratio(sum_over(evidence.doc & query_.word_mask, table_.unit_idf), unit_total_));
    set(c, Feature::has_doc, unit.lengths[static_cast<std::size_t>(Field::doc)] > 0 ? 1.0F : 0.0F);
    if (unit.parent != c.unit && unit.parent != view.first_unit) {
      set(c, Feature::parent_rel, ratio(table_.units[unit.parent].bm25f + file.path_bm25f, best_unit_));
    }
    set(c, Feature::kind_class, unit.kind == syntax::Kind::class_ ? 1.0F : 0.0F);
    set(c, Feature::kind_method, unit.kind == syntax::Kind::method ? 1.0F : 0.0F);
    set(c, Feature::kind_section, unit.kind == syntax::Kind::section ? 1.0F : 0.0F);
    set(c, Feature::unit_lines, std::log1p(static_cast<float>(unit.end_line - unit.start_line + 1)) / 6);

    if (unit.kind != syntax::Kind::section && !unit.name.empty()) {
      QUARRY_TRY(const std::uint32_t references, references_to(unit.name));
      const float used = std::log1p(static_cast<float>(references)) / 6;
      set(c, Feature::unit_references, used);
      set(c, Feature::name_references, f1(precision, recall) * used);
    }
    for (const QuerySymbol& symbol : query_.symbols) {
      if (symbol.name != unit.name) continue;
      set(c, Feature::symbol_definition, 1);
      if (!symbol.container.empty() && unit.qualified_name == symbol.container + '.' + symbol.name) {
        set(c, Feature::symbol_qualified, 1);
      }
      if (query_.bare_symbol) {
        set(c, Feature::bare_symbol, 1);
        if (lower(index::stem_of(view.path)) == lower(symbol.name)) set(c, Feature::bare_symbol_stem, 1);
      }
    }
    if (vectors_ != nullptr) {
      const float cosine = vectors_->cosine(c.unit);
      set(c, Feature::vector_unit, cosine);
      set(c, Feature::vector_unit_rel, ratio(cosine, vectors_->best()));
    }
    return {};
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

  Result<std::uint32_t> references_to(std::string_view name) {
    const auto known = references_.find(name);
    if (known != references_.end()) return known->second;
    QUARRY_TRY(const std::uint32_t count, space_.references_to(name));
    references_.emplace(name, count);
    return count;
  }

  const SearchSpace& space_;
  const QueryTerms& query_;
  const EvidenceTable& table_;
  const VectorScores* vectors_;
  float file_total_ = 0;
  float unit_total_ = 0;
  float head_total_ = 0;
  float head_file_total_ = 0;
  float best_file_ = 0;
  float best_unit_ = 0;
  float best_plain_ = 0;
  std::unordered_map<std::string, VersionedFolder> versions_;  // by path, with the slash
  std::unordered_map<std::string_view, std::uint32_t> references_;
  std::vector<std::string_view> parts_;
  std::string low_;
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

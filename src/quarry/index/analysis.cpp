#include "quarry/index/analysis.h"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "quarry/base/hash.h"
#include "quarry/index/path_words.h"
#include "quarry/index/stored_vector.h"
#include "quarry/text/analyzer.h"
#include "quarry/text/words.h"

namespace quarry::index {
namespace {

using syntax::Range;

// Bytes of a function that its vector is made of: what follows rarely changes what it is about.
constexpr std::size_t kEncodedBytes = 2000;

std::uint16_t saturate(std::size_t value) {
  return static_cast<std::uint16_t>(std::min<std::size_t>(value, std::numeric_limits<std::uint16_t>::max()));
}

// Calls visit(range) for the parts of `outer` that no range of `holes` covers; `holes` are sorted by begin.
template <class Visit>
void for_each_gap(Range outer, const std::vector<Range>& holes, Visit visit) {
  std::uint32_t at = outer.begin;
  for (const Range hole : holes) {
    if (hole.begin > at) visit(Range{at, std::min(hole.begin, outer.end)});
    at = std::max(at, hole.end);
    if (at >= outer.end) return;
  }
  visit(Range{at, outer.end});
}

}  // namespace

struct Analysis::State {
  AnalysisOptions options;
  syntax::Extractor extractor;
  text::Analyzer analyzer;
  std::vector<std::pair<text::Term, Field>> found;  // of the unit at hand, one entry an occurrence

  explicit State(const AnalysisOptions& given) : options(given), extractor(given.limits) {}

  void add_text(std::string_view text, Field field, Unit& unit) {
    std::size_t count = 0;
    const bool skip_noise = field == Field::body || field == Field::signature;
    for (auto id = text::next_identifier(text); !id.empty(); id = text::next_identifier(text)) {
      const text::WordTerms terms = analyzer.terms_of(id);
      if (skip_noise && terms.noise) continue;
      for (const text::Term term : terms.words) found.emplace_back(term, field);
      if (terms.whole != 0) found.emplace_back(terms.whole, field);
      count += terms.words.size();
    }
    auto& length = unit.lengths[static_cast<std::size_t>(field)];
    length = saturate(length + count);
  }

  // Sorts what was found for unit `ordinal` and appends it to the document, equal entries counted.
  void flush(std::uint32_t ordinal, Document& document) {
    std::sort(found.begin(), found.end());
    for (std::size_t i = 0; i < found.size();) {
      std::size_t end = i + 1;
      while (end < found.size() && found[end] == found[i]) ++end;
      document.occurrences.push_back({found[i].first, ordinal, found[i].second, saturate(end - i)});
      i = end;
    }
    found.clear();
  }

  Status encode(Document& document, std::string_view source, const syntax::ParsedFile& parsed) const;
};

// A unit's vector speaks of where it stands, what it is called and what it does; the file's own of where it
// stands and which definitions it holds.
Status Analysis::State::encode(Document& document, std::string_view source,
                               const syntax::ParsedFile& parsed) const {
  const std::string place = path_text(document.path);
  std::vector<std::string> texts;
  texts.reserve(document.units.size());
  std::string card = place;
  for (const Unit& unit : document.units) {
    if (card.size() > kEncodedBytes) break;
    if (!unit.name.empty()) card += ' ' + unit.name;
  }
  texts.push_back(std::move(card));
  for (const syntax::Function& function : parsed.functions) {
    std::string text = place + ' ' + function.qualified_name + '\n';
    const bool doc_apart = function.doc.begin < function.range.begin;
    if (doc_apart)
      text += source.substr(function.doc.begin, std::min<std::size_t>(function.doc.size(), kEncodedBytes));
    text += '\n';
    text += source.substr(function.range.begin, std::min<std::size_t>(function.range.size(), kEncodedBytes));
    texts.push_back(std::move(text));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  QUARRY_TRY(std::vector<float> vectors, options.encoder->encode(views, model::Side::code));
  document.vectors.resize(vectors.size());
  const std::size_t dimensions = options.encoder->dimensions();
  for (std::size_t row = 0; row < texts.size(); ++row) {
    store_vector(std::span(vectors).subspan(row * dimensions, dimensions),
                 std::span(document.vectors).subspan(row * dimensions, dimensions));
  }
  return {};
}

Analysis::Analysis(const AnalysisOptions& options) : state_(std::make_unique<State>(options)) {}
Analysis::~Analysis() = default;
Analysis::Analysis(Analysis&&) noexcept = default;

Result<Document> Analysis::analyse(std::string_view repository, std::string_view path,
                                   corpus::Language language, const corpus::Content& content) {
  State& state = *state_;
  const std::string_view source = content.text;
  const syntax::ParsedFile parsed = state.extractor.extract(language, source);

  Document document;
  document.path = path;
  document.language = language;
  document.blob = content.blob;
  document.complete = parsed.complete;
  document.bytes = static_cast<std::uint32_t>(source.size());
  document.lines = static_cast<std::uint32_t>(std::count(source.begin(), source.end(), '\n')) +
                   (source.empty() || source.back() == '\n' ? 0U : 1U);
  document.units.resize(parsed.functions.size() + 1);

  Unit& file = document.units[0];
  file.kind = syntax::Kind::file;
  file.start_line = document.lines == 0 ? 0 : 1;
  file.end_line = document.lines;
  const std::uint64_t file_id = hash64(path, hash64(repository));
  file.id = file_id;
  state.add_text(stem_of(path), Field::stem, file);
  state.add_text(folder_of(path), Field::folder, file);
  state.flush(0, document);
  if (state.options.source) file.code = {0, document.bytes};

  // What a definition holds belongs to the inner one: its bytes are no part of the outer one's body.
  std::vector<std::vector<Range>> inner(parsed.functions.size());
  for (const syntax::Function& function : parsed.functions) {
    if (function.parent == syntax::kNoParent) continue;
    inner[function.parent].push_back(
        {function.doc.empty() ? function.range.begin : std::min(function.doc.begin, function.range.begin),
         function.range.end});
  }
  std::vector<std::vector<std::string_view>> used(parsed.functions.size());
  for (const syntax::Reference& reference : parsed.references)
    used[reference.function].push_back(reference.name);

  std::string kept;  // without source: what is shown of it all the same
  const auto keep = [&](Range range) {
    if (state.options.source) return range;
    const Range moved{static_cast<std::uint32_t>(kept.size()),
                      static_cast<std::uint32_t>(kept.size()) + range.size()};
    kept += source.substr(range.begin, range.size());
    return moved;
  };

  for (std::uint32_t i = 0; i < parsed.functions.size(); ++i) {
    const syntax::Function& function = parsed.functions[i];
    Unit& unit = document.units[i + 1];
    const auto bytes_of = [&](Range range) { return source.substr(range.begin, range.size()); };
    unit.kind = function.kind;
    unit.name = function.name;
    unit.qualified_name = function.qualified_name;
    unit.parent = function.parent == syntax::kNoParent ? 0 : function.parent + 1;
    unit.start_line = function.start_line;
    unit.end_line = function.end_line;
    unit.id = hash64(bytes_of(function.range), hash64(function.qualified_name, file_id));

    const std::string_view qualified = function.qualified_name;
    state.add_text(function.name, Field::name, unit);
    if (qualified.size() > function.name.size() && qualified.ends_with(function.name)) {
      state.add_text(qualified.substr(0, qualified.size() - function.name.size()), Field::container, unit);
    }
    state.add_text(bytes_of(function.signature), Field::signature, unit);
    state.add_text(bytes_of(function.doc), Field::doc, unit);
    std::vector<Range>& holes = inner[i];
    if (!function.signature.empty()) holes.push_back(function.signature);
    if (!function.doc.empty()) holes.push_back(function.doc);
    std::sort(holes.begin(), holes.end(), [](Range a, Range b) { return a.begin < b.begin; });
    for_each_gap(function.range, holes, [&](Range gap) { state.add_text(bytes_of(gap), Field::body, unit); });

    if (!function.name.empty() && function.kind != syntax::Kind::section) {
      state.found.emplace_back(text::symbol_term(function.name), Field::name);
    }
    for (const std::string_view name : used[i]) {
      state.found.emplace_back(text::symbol_term(name), Field::reference);
    }
    state.flush(i + 1, document);

    unit.signature = keep(function.signature);
    unit.doc = keep(function.doc);
    unit.code = state.options.source ? function.range : Range{};
  }
  document.text = state.options.source ? content.text : std::move(kept);
  if (state.options.encoder != nullptr) QUARRY_CHECK(state.encode(document, source, parsed));
  return document;
}

}  // namespace quarry::index

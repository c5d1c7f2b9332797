// The stage as a whole: parse, walk, parse what macros hid, build the outline; sections where that cannot be.
#include "quarry/syntax/extractor.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "quarry/syntax/collector.h"
#include "quarry/syntax/grammar.h"
#include "quarry/syntax/grammar_gap.h"
#include "quarry/syntax/outline.h"
#include "quarry/syntax/preprocessor.h"
#include "quarry/syntax/section.h"
#include "quarry/syntax/source_parser.h"

namespace quarry::syntax {
namespace {

constexpr std::uint32_t kMaxDefinitions = 20000;
constexpr std::uint32_t kMaxSections = 10000;
constexpr std::size_t kEmbeddedBytes = 3;  // parsed again at most, in sizes of the file

}  // namespace

struct Extractor::State {
  ExtractLimits limits;
  SourceParser parser;
  Collector collector;
  Findings findings;
  std::string whole;  // the source without its NULs, where it has any
  std::string painted;

  // False where the deadline passed.
  bool collect(const LanguageQuery& query, corpus::Language language, std::string_view source) {
    const auto deadline = ThreadClock::now() + limits.deadline;
    findings.clear();
    std::string_view parsed = without_nuls(source);
    const bool has_macros = language == corpus::Language::c || language == corpus::Language::cpp;
    if (has_macros ? paint_over_preprocessor(parsed, painted) : paint_over_gaps(language, parsed, painted))
      parsed = painted;
    const Range all{0, static_cast<std::uint32_t>(source.size())};
    const Tree tree = parser.parse(query.language, parsed, all, deadline);
    if (!tree) return false;
    collector.collect(query, tree.get(), source, parsed, findings);
    // Embedded text may embed more: the list grows while it is worked off, within a budget.
    std::size_t budget = kEmbeddedBytes * source.size();
    for (std::size_t i = 0; i < findings.embedded.size(); ++i) {
      const Range range = findings.embedded[i].range;
      if (range.size() > budget) break;
      budget -= range.size();
      const Tree inner = parser.parse(query.language, parsed, range, deadline);
      if (!inner) return false;
      collector.collect(query, inner.get(), source, parsed, findings);
    }
    return true;
  }

  // A parser takes a NUL for the end of the file; every offset stays as it was.
  std::string_view without_nuls(std::string_view source) {
    if (source.find('\0') == std::string_view::npos) return source;
    whole.assign(source);
    std::replace(whole.begin(), whole.end(), '\0', ' ');
    return whole;
  }
};

Extractor::Extractor(ExtractLimits limits) : state_(std::make_unique<State>()) {
  state_->limits = limits;
}
Extractor::~Extractor() = default;
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;

ParsedFile Extractor::extract(corpus::Language language, std::string_view source) {
  ParsedFile file;
  source = source.substr(0, std::numeric_limits<std::uint32_t>::max());
  // Sections grow with the file, so that their number stays bounded.
  const auto lines = static_cast<std::uint32_t>(std::count(source.begin(), source.end(), '\n'));
  OutlineLimits limits{state_->limits.max_depth, kMaxDefinitions, {}};
  limits.sections.lines = std::max({state_->limits.section_lines, lines / kMaxSections, 1U});
  limits.sections.bytes =
      std::max(limits.sections.bytes, static_cast<std::uint32_t>(source.size() / kMaxSections));
  const bool fits = source.size() <= state_->limits.max_bytes;
  const LanguageQuery* query = query_for(language);
  if (query == nullptr) {
    section_text(language, source, limits.sections, file.functions);
    number_lines(source, file.functions);
    file.complete = fits;
    return file;
  }
  file.complete = fits && state_->collect(*query, language, source);
  if (!file.complete) state_->findings.clear();
  build_outline(state_->findings, source, limits, file);
  return file;
}

}  // namespace quarry::syntax

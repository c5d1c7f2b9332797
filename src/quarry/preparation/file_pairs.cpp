#include "quarry/preparation/file_pairs.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "quarry/preparation/doc_cleaner.h"
#include "quarry/preparation/license.h"
#include "quarry/preparation/pair_filter.h"
#include "quarry/search/doc_text.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kMostUsages = 4000;  // a file
constexpr std::size_t kMostSignatureBytes = 500;

syntax::ExtractLimits patient_limits() {
  syntax::ExtractLimits limits;
  // Far from what any file needs: how busy the machine is must not decide what is in the data.
  limits.deadline = std::chrono::minutes(2);
  return limits;
}

std::string_view bytes_of(std::string_view source, syntax::Range range) {
  return source.substr(range.begin, range.size());
}

std::string_view last_part(std::string_view qualified) {
  const std::size_t dot = qualified.rfind('.');
  return dot == std::string_view::npos ? qualified : qualified.substr(dot + 1);
}

// The definition without its own doc; what the docs of its members say stays, as it does where code is
// encoded.
std::string code_of(std::string_view source, const syntax::Function& function) {
  const syntax::Range range = function.range;
  const syntax::Range doc = function.doc;
  if (doc.empty() || doc.begin < range.begin || doc.end > range.end)
    return std::string(cut_code(bytes_of(source, range)));
  // With the line that it stands on, where it stands alone.
  std::size_t begin = doc.begin;
  while (begin > range.begin && (source[begin - 1] == ' ' || source[begin - 1] == '\t')) --begin;
  std::size_t end = doc.end;
  while (end < range.end && (source[end] == ' ' || source[end] == '\t' || source[end] == '\r')) ++end;
  const bool alone =
      begin > range.begin && source[begin - 1] == '\n' && (end == range.end || source[end] == '\n');
  std::string code(source.substr(range.begin, (alone ? begin : doc.begin) - range.begin));
  const std::size_t after = alone && end < range.end ? end + 1 : alone ? end : doc.end;
  code += source.substr(after, range.end - after);
  code.resize(cut_code(code).size());
  return code;
}

Pair pair_of(const FileFacts& file, std::string_view license, std::string_view source,
             const syntax::Function& function) {
  Pair pair;
  pair.language = corpus::name_of(file.language);
  pair.kind = function.kind == syntax::Kind::class_ ? "class" : "function";
  pair.repository = file.repository;
  pair.license = license;
  pair.path = file.path;
  pair.line = function.start_line;
  pair.name = function.qualified_name;
  pair.signature =
      search::clean_signature(bytes_of(source, function.signature)).substr(0, kMostSignatureBytes);
  pair.code = code_of(source, function);
  return pair;
}

std::string_view line_around(std::string_view source, std::size_t at) {
  const std::size_t before = source.rfind('\n', at);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = source.substr(begin, source.find('\n', at) - begin);
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

bool is_import(std::string_view line) {
  for (const std::string_view head :
       {"import ", "from ", "use ", "using ", "#include", "require", "package ", "export "}) {
    if (line.starts_with(head)) return true;
  }
  return false;
}

void find_usages(std::string_view source, const syntax::ParsedFile& parsed, std::vector<Usage>& usages) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const syntax::Reference& reference : parsed.references) {
    if (usages.size() >= kMostUsages) return;
    // A call of itself says nothing that the code does not.
    if (reference.function < parsed.functions.size() &&
        parsed.functions[reference.function].name == reference.name)
      continue;
    const std::string_view line =
        line_around(source, static_cast<std::size_t>(reference.name.data() - source.data()));
    if (line.size() > kMostCallBytes || line.size() < reference.name.size() + 3 || is_import(line)) continue;
    if (!seen.emplace(reference.name, line).second) continue;
    usages.push_back({std::string(reference.name), std::string(line)});
  }
}

}  // namespace

FilePairMaker::FilePairMaker() : extractor_(patient_limits()) {}

FilePairs FilePairMaker::from_source(const FileFacts& file, std::string_view source) {
  FilePairs found;
  const syntax::ParsedFile parsed = extractor_.extract(file.language, source);
  const std::string header = license_of_header(source);
  const std::string_view license = header.empty() ? std::string_view(file.license) : header;
  const std::string language(corpus::name_of(file.language));
  find_usages(source, parsed, found.usages);
  for (const syntax::Function& function : parsed.functions) {
    if (function.kind == syntax::Kind::section || function.kind == syntax::Kind::file) continue;
    ++found.functions;
    found.definitions.emplace_back(last_part(function.qualified_name));
    if (function.doc.empty()) continue;
    const std::size_t signature = std::max(function.signature.begin, function.range.begin);
    if (is_test(file.path, language, function.qualified_name,
                source.substr(function.range.begin, signature - function.range.begin))) {
      found.drops.add(DropReason::test);
      continue;
    }
    Pair pair = pair_of(file, license, source, function);
    pair.doc = first_paragraph(bytes_of(source, function.doc), language, last_part(function.qualified_name));
    if (const auto reason = reason_to_drop(pair)) {
      found.drops.add(*reason);
      continue;
    }
    Candidate candidate{std::move(pair), {}};
    candidate.hash = min_hash(candidate.pair.code);
    found.pairs.push_back(std::move(candidate));
  }
  return found;
}

std::vector<Candidate> FilePairMaker::changed_functions(const FileFacts& file, std::string_view source,
                                                        const std::vector<corpus::LineSpan>& lines,
                                                        std::size_t most) {
  std::vector<Candidate> found;
  const syntax::ParsedFile parsed = extractor_.extract(file.language, source);
  const std::string header = license_of_header(source);
  const std::string language(corpus::name_of(file.language));
  for (const syntax::Function& function : parsed.functions) {
    if (function.kind != syntax::Kind::function && function.kind != syntax::Kind::method) continue;
    const bool changed = std::ranges::any_of(lines, [&](const corpus::LineSpan& span) {
      return span.first <= function.end_line && span.last >= function.start_line;
    });
    if (!changed) continue;
    const std::size_t signature = std::max(function.signature.begin, function.range.begin);
    if (is_test(file.path, language, function.qualified_name,
                source.substr(function.range.begin, signature - function.range.begin))) {
      continue;
    }
    if (found.size() == most) return {};
    Candidate candidate{pair_of(file, header.empty() ? file.license : header, source, function), {}};
    candidate.hash = min_hash(candidate.pair.code);
    found.push_back(std::move(candidate));
  }
  return found;
}

Candidate FilePairMaker::from_ready(Pair pair) {
  const auto language = corpus::language_from_name(pair.language);
  if (language) pair.language = corpus::name_of(*language);
  // CodeSearchNet keeps the docstring in Python's code.
  const bool may_hold_doc =
      pair.code.find("\"\"\"") != std::string::npos || pair.code.find("'''") != std::string::npos;
  if (language && (pair.signature.empty() || may_hold_doc)) {
    const syntax::ParsedFile parsed = extractor_.extract(*language, pair.code);
    const auto function = std::ranges::find_if(parsed.functions, [](const syntax::Function& f) {
      return f.kind != syntax::Kind::section && f.kind != syntax::Kind::file;
    });
    if (function != parsed.functions.end()) {
      if (pair.signature.empty())
        pair.signature =
            search::clean_signature(bytes_of(pair.code, function->signature)).substr(0, kMostSignatureBytes);
      if (!function->doc.empty() && function->doc.begin >= function->range.begin) {
        syntax::Function whole = *function;
        whole.range = {0, static_cast<std::uint32_t>(pair.code.size())};
        pair.code = code_of(pair.code, whole);
      }
    }
  }
  pair.code.resize(cut_code(pair.code).size());
  pair.doc = first_paragraph(pair.doc, pair.language, last_part(pair.name));
  if (pair.kind.empty()) pair.kind = "function";
  if (pair.license.empty()) pair.license = kUnknownLicense;
  Candidate candidate{std::move(pair), {}};
  candidate.hash = min_hash(candidate.pair.code);
  return candidate;
}

}  // namespace quarry::preparation

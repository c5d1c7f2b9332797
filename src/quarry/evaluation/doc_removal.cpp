#include "quarry/evaluation/doc_removal.h"

#include <algorithm>
#include <vector>

namespace quarry::evaluation {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Widened to whole lines where nothing else stands on them.
syntax::Range with_its_lines(std::string_view code, syntax::Range range) {
  const std::size_t line = range.begin == 0 ? 0 : code.rfind('\n', range.begin - 1) + 1;
  const std::size_t end = std::min(code.find('\n', range.end), code.size());
  if (!is_blank(code.substr(line, range.begin - line)) || !is_blank(code.substr(range.end, end - range.end)))
    return range;
  return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(std::min(end + 1, code.size()))};
}

}  // namespace

std::string without_docs(syntax::Extractor& extractor, corpus::Language language, std::string_view code) {
  const syntax::ParsedFile parsed = extractor.extract(language, code);
  std::vector<syntax::Range> docs;
  for (const syntax::Function& function : parsed.functions) {
    if (!function.doc.empty()) docs.push_back(with_its_lines(code, function.doc));
  }
  std::sort(docs.begin(), docs.end(), [](syntax::Range a, syntax::Range b) { return a.begin < b.begin; });
  std::string rest;
  std::size_t at = 0;
  for (const syntax::Range doc : docs) {
    if (doc.begin > at) rest += code.substr(at, doc.begin - at);
    at = std::max<std::size_t>(at, doc.end);
  }
  rest += code.substr(at);
  return rest;
}

}  // namespace quarry::evaluation

#include "quarry/evaluation/doc_questions.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>

#include "quarry/base/ascii.h"
#include "quarry/ranking/file_role.h"
#include "quarry/search/doc_text.h"
#include "quarry/syntax/extractor.h"

namespace quarry::evaluation {
namespace {

constexpr std::size_t kHeadBytes = 4096;
constexpr std::uint32_t kFewestLines = 3;
constexpr std::size_t kFewestWords = 4;
constexpr std::size_t kMostWords = 30;

// Where the first sentence ends: a stop before white space that no abbreviation made, an empty line, the end.
std::size_t sentence_end(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] == '\n') return i;
    const bool stop = text[i] == '.' || text[i] == '!' || text[i] == '?';
    const bool last = i + 1 == text.size() || text[i + 1] == ' ' || text[i + 1] == '\n';
    const bool abbreviation =
        i >= 3 && (text.compare(i - 3, 3, "e.g") == 0 || text.compare(i - 3, 3, "i.e") == 0);
    if (stop && last && !abbreviation) return i;
  }
  return text.size();
}

bool is_documented(const syntax::Function& function) {
  return (function.kind == syntax::Kind::function || function.kind == syntax::Kind::method) &&
         !function.doc.empty();
}

}  // namespace

std::string asked_sentence(const std::string& clean_doc) {
  std::string sentence;
  for (const char c : clean_doc.substr(0, sentence_end(clean_doc))) {
    const bool space = c == '\n' || c == '\t' || c == ' ';
    if (space && (sentence.empty() || sentence.back() == ' ')) continue;
    sentence += space ? ' ' : c;
  }
  while (sentence.ends_with(' ')) sentence.pop_back();
  const auto words = static_cast<std::size_t>(std::count(sentence.begin(), sentence.end(), ' ')) + 1;
  const auto letters =
      static_cast<std::size_t>(std::count_if(sentence.begin(), sentence.end(), ascii::is_letter));
  // Tags, tables, code and other alphabets are no English question.
  const bool prose = 4 * letters >= 3 * (sentence.size() - (words - 1));
  const bool markup = sentence.find_first_of("@<>{}|=") != std::string::npos || sentence.starts_with(':');
  return words >= kFewestWords && words <= kMostWords && prose && !markup ? sentence : std::string();
}

Result<std::vector<Question>> questions_from_docs(const corpus::Source& source,
                                                  const DocQuestionOptions& options) {
  QUARRY_TRY(const corpus::Listing listing, source.list(options.listing));
  syntax::Extractor extractor;
  std::vector<Question> found;
  std::map<std::string, std::size_t> asked;
  for (const corpus::FileEntry& file : listing.files) {
    const auto content = source.read(file, options.listing);
    if (!content) continue;
    const auto language = corpus::detect_language(file.path, content->text.substr(0, kHeadBytes));
    if (!corpus::has_grammar(language)) continue;
    const auto roles = ranking::roles_of(file.path, language);
    if ((roles & (ranking::role_test | ranking::role_example)) != 0) continue;
    const syntax::ParsedFile parsed = extractor.extract(language, content->text);
    for (const syntax::Function& function : parsed.functions) {
      if (!is_documented(function)) continue;
      const std::string doc = content->text.substr(function.doc.begin, function.doc.size());
      std::string sentence = asked_sentence(search::clean_doc(doc));
      if (sentence.empty()) continue;
      ++asked[sentence];  // by what is too short to be asked for, too: it would be a right answer
      if (function.end_line - function.start_line + 1 < kFewestLines) continue;
      found.push_back({.repository = source.name(),
                       .root = "",
                       .language = std::string(corpus::name_of(language)),
                       .kind = "doc",
                       .text = std::move(sentence),
                       .targets = {{.path = file.path,
                                    .lines = Lines{function.start_line, function.end_line},
                                    .function = true}},
                       .masked = true});
    }
  }
  std::erase_if(found, [&](const Question& question) { return asked[question.text] > 1; });
  if (found.size() > options.limit) {
    // Fisher-Yates, its numbers fixed by the standard; then back into the order of the files.
    std::mt19937_64 random(options.seed);
    std::vector<std::size_t> order(found.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    order.resize(options.limit);
    std::sort(order.begin(), order.end());
    std::vector<Question> chosen;
    for (const std::size_t i : order) chosen.push_back(std::move(found[i]));
    found = std::move(chosen);
  }
  return found;
}

std::string to_json_line(const Question& question) {
  nlohmann::ordered_json line;
  line["repo"] = question.repository;
  if (!question.root.empty()) line["root"] = question.root;
  line["language"] = question.language;
  line["kind"] = question.kind;
  line["query"] = question.text;
  line["relevant"] = nlohmann::ordered_json::array();
  for (const Target& target : question.targets) {
    nlohmann::ordered_json entry{{"path", target.path}};
    if (target.lines) {
      entry[target.function ? "start" : "start_line"] = target.lines->first;
      entry[target.function ? "end" : "end_line"] = target.lines->last;
    }
    line["relevant"].push_back(std::move(entry));
  }
  if (question.masked) line["masked"] = true;
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace quarry::evaluation

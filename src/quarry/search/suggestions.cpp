#include "quarry/search/suggestions.h"

#include <algorithm>
#include <set>

#include "quarry/base/ascii.h"
#include "quarry/search/doc_text.h"

namespace quarry::search {
namespace {

constexpr std::size_t kTriesPerQuestion = 40;  // docs read for each question wanted
constexpr std::size_t kMinQuestion = 15;       // bytes
constexpr std::size_t kMaxQuestion = 70;
constexpr std::size_t kMinWords = 3;
constexpr std::size_t kMinPrefix = 2;
constexpr std::size_t kMaxName = 60;

// "Closes the connection." of "Closes the connection. Called by...": without its full stop, in lower case at
// the front unless it begins with a name. Empty where the doc begins with no plain sentence.
std::string first_sentence(std::string_view doc) {
  std::string sentence;
  for (std::size_t i = 0; i < doc.size() && sentence.size() <= kMaxQuestion; ++i) {
    const bool ends = doc[i] == '.' && (i + 1 == doc.size() || doc[i + 1] == ' ' || doc[i + 1] == '\n');
    const bool paragraph = doc[i] == '\n' && i + 1 < doc.size() && doc[i + 1] == '\n';
    if (ends || paragraph) break;
    sentence += doc[i] == '\n' ? ' ' : doc[i];
  }
  if (sentence.size() < kMinQuestion || sentence.size() > kMaxQuestion) return {};
  const bool plain = std::ranges::all_of(
      sentence, [](char c) { return ascii::is_letter(c) || c == ' ' || c == ',' || c == '-' || c == '\''; });
  const auto words = static_cast<std::size_t>(std::ranges::count(sentence, ' ')) + 1;
  if (!plain || words < kMinWords || sentence.find("  ") != std::string::npos) return {};
  if (ascii::is_lower(sentence[1])) sentence[0] = ascii::to_lower(sentence[0]);
  return sentence;
}

}  // namespace

Result<std::vector<std::string>> example_questions(const ranking::SearchSpace& space,
                                                   const Visibility& visible, std::size_t count) {
  std::vector<std::string> questions;
  const std::uint32_t units = space.unit_count();
  if (units == 0) return questions;
  std::set<std::string> openings;  // by their first word, so that not all begin with "returns"
  const std::size_t tries = std::min<std::size_t>(units, count * kTriesPerQuestion);
  // A stride of the golden ratio visits the whole index evenly, whatever its size.
  const auto stride = static_cast<std::uint64_t>(static_cast<double>(units) * 0.6180339887498949) | 1U;
  for (std::size_t i = 0; i < tries && questions.size() < count; ++i) {
    const auto number = static_cast<std::uint32_t>((i * stride + units / 3) % units);
    const auto place = space.unit_place(number);
    const auto unit = space.unit(number);
    if (unit.kind != syntax::Kind::function && unit.kind != syntax::Kind::method) continue;
    if (!space.live(place.segment).contains(unit.file - space.file_base(place.segment))) continue;
    if (!visible.lets_through(space.repository_of(unit.file))) continue;
    QUARRY_TRY(const auto text, space.segment(place.segment).text(place.ordinal));
    auto question = first_sentence(clean_doc(text.doc));
    if (question.empty() || !openings.insert(question.substr(0, question.find(' '))).second) continue;
    questions.push_back(std::move(question));
  }
  return questions;
}

std::vector<std::string> complete_names(const ranking::SearchSpace& space, const Visibility& visible,
                                        std::string_view prefix, std::size_t count) {
  std::vector<std::string> names;
  if (prefix.size() < kMinPrefix || count == 0) return names;
  std::set<std::string_view> found;
  for (std::uint32_t number = 0; number < space.unit_count(); ++number) {
    const auto unit = space.unit(number);
    if (unit.kind == syntax::Kind::file || unit.kind == syntax::Kind::section) continue;
    if (unit.name.size() < prefix.size() || unit.name.size() > kMaxName) continue;
    if (!std::ranges::equal(unit.name.substr(0, prefix.size()), prefix, {}, ascii::to_lower, ascii::to_lower))
      continue;
    const auto place = space.unit_place(number);
    if (!space.live(place.segment).contains(unit.file - space.file_base(place.segment))) continue;
    if (!visible.lets_through(space.repository_of(unit.file))) continue;
    found.insert(unit.name);
  }
  names.assign(found.begin(), found.end());
  std::ranges::stable_sort(names, {}, &std::string::size);
  if (names.size() > count) names.resize(count);
  return names;
}

}  // namespace quarry::search

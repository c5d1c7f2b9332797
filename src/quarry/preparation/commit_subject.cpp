#include "quarry/preparation/commit_subject.h"

#include <algorithm>
#include <array>

#include "quarry/base/ascii.h"
#include "quarry/preparation/markup.h"
#include "quarry/preparation/pair_filter.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kFewestWords = 4;
constexpr std::size_t kMostBytes = 200;

bool says_nothing(std::string_view low) {
  static constexpr std::array kHeads = std::to_array<std::string_view>({"merge",
                                                                        "revert",
                                                                        "bump",
                                                                        "release",
                                                                        "prepare",
                                                                        "version",
                                                                        "wip",
                                                                        "fixup!",
                                                                        "squash!",
                                                                        "amend!",
                                                                        "initial commit",
                                                                        "update changelog",
                                                                        "update readme",
                                                                        "update dependencies",
                                                                        "update deps",
                                                                        "upgrade dependencies",
                                                                        "fix typo",
                                                                        "typo",
                                                                        "fix lint",
                                                                        "lint",
                                                                        "format",
                                                                        "reformat",
                                                                        "clean up",
                                                                        "cleanup",
                                                                        "cosmetic",
                                                                        "whitespace",
                                                                        "fix test",
                                                                        "fix build",
                                                                        "fix ci",
                                                                        "fix warning",
                                                                        "minor",
                                                                        "misc",
                                                                        "various",
                                                                        "apply suggestions",
                                                                        "address review",
                                                                        "review comments",
                                                                        "pr feedback",
                                                                        "run gofmt",
                                                                        "run clang-format",
                                                                        "rename ",
                                                                        "move ",
                                                                        "refactor",
                                                                        "deprecate"});
  return std::ranges::any_of(kHeads, [&](std::string_view head) { return low.starts_with(head); });
}

// "fix(scope)!: ", "net/http: ", "[parser] ": who did it and where, not what.
std::string_view without_scope(std::string_view subject) {
  if (subject.starts_with('[')) {
    const std::size_t end = subject.find(']');
    if (end != std::string_view::npos && end < 40) subject.remove_prefix(end + 1);
  }
  const std::size_t colon = subject.find(": ");
  if (colon != std::string_view::npos && colon < 40) {
    const std::string_view scope = subject.substr(0, colon);
    const bool words = std::ranges::count(scope, ' ') > 1;
    if (!words) subject.remove_prefix(colon + 2);
  }
  while (subject.starts_with(' ')) subject.remove_prefix(1);
  return subject;
}

std::string without_references(std::string_view subject) {
  std::string text;
  while (!subject.empty()) {
    if (subject.starts_with("(#") || subject.starts_with("[#")) {
      const std::size_t end = subject.find_first_of(")]");
      subject.remove_prefix(end == std::string_view::npos ? subject.size() : end + 1);
      continue;
    }
    if (subject.starts_with('#') && subject.size() > 1 && ascii::is_digit(subject[1])) {
      const std::size_t end = subject.find_first_not_of("0123456789", 1);
      subject.remove_prefix(end == std::string_view::npos ? subject.size() : end);
      continue;
    }
    text += subject.front();
    subject.remove_prefix(1);
  }
  return text;
}

}  // namespace

std::optional<std::string> cleaned_subject(std::string_view subject) {
  if (subject.size() > kMostBytes || says_nothing(ascii::lower(subject))) return std::nullopt;
  std::string text = without_markup(without_references(without_scope(subject)));
  while (text.ends_with('.') || text.ends_with(' ') || text.ends_with(',')) text.pop_back();
  if (says_nothing(ascii::lower(text))) return std::nullopt;
  if (static_cast<std::size_t>(std::ranges::count(text, ' ')) + 1 < kFewestWords) return std::nullopt;
  if (reason_to_drop_doc(text)) return std::nullopt;
  return text;
}

}  // namespace quarry::preparation

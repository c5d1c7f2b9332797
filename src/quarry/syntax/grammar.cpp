// The table of grammars: to add a language, write its query file and add a line here.
#include "quarry/syntax/grammar.h"

#include <array>
#include <mutex>
#include <optional>

#include "quarry/syntax/embedded_queries.h"

extern "C" {
const TSLanguage* tree_sitter_bash();
const TSLanguage* tree_sitter_c();
const TSLanguage* tree_sitter_c_sharp();
const TSLanguage* tree_sitter_cpp();
const TSLanguage* tree_sitter_elixir();
const TSLanguage* tree_sitter_go();
const TSLanguage* tree_sitter_haskell();
const TSLanguage* tree_sitter_java();
const TSLanguage* tree_sitter_javascript();
const TSLanguage* tree_sitter_kotlin();
const TSLanguage* tree_sitter_lua();
const TSLanguage* tree_sitter_php();
const TSLanguage* tree_sitter_python();
const TSLanguage* tree_sitter_ruby();
const TSLanguage* tree_sitter_rust();
const TSLanguage* tree_sitter_scala();
const TSLanguage* tree_sitter_swift();
const TSLanguage* tree_sitter_tsx();
const TSLanguage* tree_sitter_typescript();
const TSLanguage* tree_sitter_zig();
}

namespace quarry::syntax {
namespace {

using corpus::Language;

struct Grammar {
  Language language;
  const TSLanguage* (*make)();
  std::array<std::string_view, 3> queries;  // one file, or the shared ones and its own
};

constexpr std::array kGrammars = {
    Grammar{Language::python, tree_sitter_python, {queries::python}},
    Grammar{Language::javascript,
            tree_sitter_javascript,
            {queries::ecmascript, queries::jsx, queries::javascript}},
    Grammar{Language::typescript, tree_sitter_typescript, {queries::ecmascript, queries::typescript}},
    Grammar{Language::tsx, tree_sitter_tsx, {queries::ecmascript, queries::jsx, queries::typescript}},
    Grammar{Language::java, tree_sitter_java, {queries::java}},
    Grammar{Language::go, tree_sitter_go, {queries::go}},
    Grammar{Language::c, tree_sitter_c, {queries::c}},
    Grammar{Language::cpp, tree_sitter_cpp, {queries::c, queries::cpp}},
    Grammar{Language::rust, tree_sitter_rust, {queries::rust}},
    Grammar{Language::php, tree_sitter_php, {queries::php}},
    Grammar{Language::ruby, tree_sitter_ruby, {queries::ruby}},
    Grammar{Language::csharp, tree_sitter_c_sharp, {queries::csharp}},
    Grammar{Language::kotlin, tree_sitter_kotlin, {queries::kotlin}},
    Grammar{Language::scala, tree_sitter_scala, {queries::scala}},
    Grammar{Language::swift, tree_sitter_swift, {queries::swift}},
};

struct Compiled {
  std::once_flag once;
  std::optional<LanguageQuery> query;
  std::string error;
};

const Compiled* compiled(Language language) {
  static std::array<Compiled, kGrammars.size()> all;
  for (std::size_t i = 0; i < kGrammars.size(); ++i) {
    if (kGrammars[i].language != language) continue;
    std::call_once(all[i].once, [&entry = all[i], &grammar = kGrammars[i]] {
      std::string text;
      for (const std::string_view part : grammar.queries) text += part;
      auto query = compile_query(grammar.make(), text);
      if (query) {
        entry.query = *std::move(query);
      } else {
        entry.error = std::move(query).error().message;
      }
    });
    return &all[i];
  }
  return nullptr;
}

}  // namespace

const LanguageQuery* query_for(Language language) {
  const Compiled* found = compiled(language);
  return found != nullptr && found->query ? &*found->query : nullptr;
}

std::string_view query_error(Language language) {
  const Compiled* found = compiled(language);
  return found != nullptr ? std::string_view(found->error) : std::string_view();
}

std::vector<Language> languages_with_grammar() {
  std::vector<Language> languages;
  for (const auto& grammar : kGrammars) languages.push_back(grammar.language);
  return languages;
}

}  // namespace quarry::syntax

// The table of languages: the names people use for them, and which of them have a grammar.
#include "quarry/corpus/language.h"

#include <array>
#include <string>
#include <unordered_map>

#include "quarry/base/ascii.h"
#include "quarry/corpus/language_table.h"

namespace quarry::corpus {
namespace {

struct LanguageName {
  Language language;
  std::string_view name;
  std::string_view aliases;  // separated by blanks; extensions are found in the table of extensions
};

constexpr std::array kNames = std::to_array<LanguageName>({
    {Language::text, "text", "txt plain plaintext"},
    {Language::python, "python", "py python3 starlark bazel"},
    {Language::javascript, "javascript", "js node ecmascript jsx"},
    {Language::typescript, "typescript", "ts"},
    {Language::tsx, "tsx", ""},
    {Language::java, "java", ""},
    {Language::go, "go", "golang"},
    {Language::php, "php", ""},
    {Language::ruby, "ruby", "rb"},
    {Language::c, "c", ""},
    {Language::cpp, "cpp", "c++ cplusplus cxx"},
    {Language::csharp, "csharp", "c# cs c-sharp"},
    {Language::rust, "rust", "rs"},
    {Language::kotlin, "kotlin", "kt"},
    {Language::scala, "scala", ""},
    {Language::swift, "swift", ""},
    {Language::bash, "bash", "sh shell zsh ksh shellscript"},
    {Language::lua, "lua", ""},
    {Language::haskell, "haskell", "hs"},
    {Language::elixir, "elixir", "ex"},
    {Language::zig, "zig", ""},
    {Language::markdown, "markdown", "md"},
    {Language::restructuredtext, "restructuredtext", "rst"},
    {Language::sql, "sql", ""},
    {Language::yaml, "yaml", "yml"},
    {Language::json, "json", ""},
    {Language::toml, "toml", ""},
    {Language::html, "html", ""},
    {Language::css, "css", "scss sass less"},
    {Language::xml, "xml", ""},
    {Language::dockerfile, "dockerfile", "docker containerfile"},
    {Language::makefile, "makefile", "make"},
    {Language::cmake, "cmake", ""},
    {Language::protobuf, "protobuf", "proto"},
    {Language::graphql, "graphql", "gql"},
    {Language::terraform, "terraform", "hcl tf"},
    {Language::perl, "perl", ""},
    {Language::r, "r", ""},
    {Language::julia, "julia", ""},
    {Language::dart, "dart", ""},
    {Language::objective_c, "objective-c", "objc objectivec objective_c obj-c"},
    {Language::groovy, "groovy", "gradle"},
    {Language::clojure, "clojure", "clj"},
    {Language::erlang, "erlang", "erl"},
    {Language::ocaml, "ocaml", "ml"},
    {Language::fsharp, "fsharp", "f# f-sharp"},
    {Language::nix, "nix", ""},
    {Language::powershell, "powershell", "pwsh ps1"},
    {Language::vue, "vue", ""},
    {Language::svelte, "svelte", ""},
    {Language::viml, "viml", "vim vimscript"},
    {Language::assembly, "assembly", "asm"},
    {Language::cuda, "cuda", "cu"},
});

constexpr auto kLanguages = [] {
  std::array<Language, kNames.size()> languages{};
  for (std::size_t i = 0; i < kNames.size(); ++i) languages[i] = kNames[i].language;
  return languages;
}();

std::unordered_map<std::string_view, Language> index_of_names() {
  std::unordered_map<std::string_view, Language> index;
  for (const LanguageName& entry : kNames) {
    index.emplace(entry.name, entry.language);
    std::string_view rest = entry.aliases;
    while (!rest.empty()) {
      const std::size_t blank = rest.find(' ');
      index.emplace(rest.substr(0, blank), entry.language);
      rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    }
  }
  return index;
}

}  // namespace

std::string_view name_of(Language language) {
  for (const LanguageName& entry : kNames) {
    if (entry.language == language) return entry.name;
  }
  return "text";  // a number from a newer index: shown like anything else without a better name
}

std::optional<Language> language_from_name(std::string_view name) {
  static const auto index = index_of_names();
  std::string lower;
  lower.reserve(name.size());
  for (const char c : name) lower += ascii::to_lower(c);
  std::string_view key = lower;
  if (const auto found = index.find(key); found != index.end()) return found->second;
  if (key.starts_with('.')) key.remove_prefix(1);
  return language_of_extension(key);
}

bool has_grammar(Language language) {
  return language >= Language::python && language <= Language::zig;
}

std::span<const Language> all_languages() {
  return kLanguages;
}

}  // namespace quarry::corpus

#include "quarry/corpus/language_table.h"

#include <array>
#include <span>
#include <unordered_map>

namespace quarry::corpus {
namespace {

struct Row {
  Language language;
  std::string_view names;  // separated by blanks
};

constexpr std::array kExtensions = std::to_array<Row>({
    {Language::python, "py pyi pyw pyx pxd pxi bzl bazel star tac gyp gypi"},
    {Language::javascript, "js jsx mjs cjs es6 jsm javascript"},
    {Language::typescript, "ts mts cts"},
    {Language::tsx, "tsx"},
    {Language::java, "java"},
    {Language::go, "go"},
    {Language::php, "php php3 php4 php5 php7 phtml phpt"},
    {Language::ruby, "rb rake gemspec ru rbw podspec jbuilder thor builder"},
    {Language::c, "c h"},
    {Language::cpp, "cc cpp cxx c++ hh hpp hxx h++ ipp tpp inl tcc ino cppm ixx"},
    {Language::csharp, "cs csx cake"},
    {Language::rust, "rs"},
    {Language::kotlin, "kt kts ktm"},
    {Language::scala, "scala sc sbt"},
    {Language::swift, "swift"},
    {Language::bash, "sh bash zsh ksh bats ebuild eclass command"},
    {Language::lua, "lua rockspec luau"},
    {Language::haskell, "hs lhs hsc"},
    {Language::elixir, "ex exs"},
    {Language::zig, "zig zon"},
    {Language::markdown, "md markdown mdown mkd mdx"},
    {Language::restructuredtext, "rst rest"},
    {Language::sql, "sql psql pgsql plsql mysql ddl"},
    {Language::yaml, "yaml yml"},
    {Language::json, "json json5 jsonc jsonl geojson webmanifest avsc ipynb"},
    {Language::toml, "toml"},
    {Language::html, "html htm xhtml erb ejs hbs handlebars mustache jinja jinja2 j2 twig liquid"},
    {Language::css, "css scss sass less styl pcss"},
    {Language::xml,
     "xml xsd xsl xslt xaml csproj vbproj fsproj props targets resx plist wsdl rss storyboard xib"},
    {Language::dockerfile, "dockerfile containerfile"},
    {Language::makefile, "mk mak make"},
    {Language::cmake, "cmake"},
    {Language::protobuf, "proto"},
    {Language::graphql, "graphql gql graphqls"},
    {Language::terraform, "tf tfvars hcl"},
    {Language::perl, "pl pm pod psgi perl"},
    {Language::r, "r rmd"},
    {Language::julia, "jl"},
    {Language::dart, "dart"},
    {Language::objective_c, "m mm"},
    {Language::groovy, "groovy gradle gvy"},
    {Language::clojure, "clj cljs cljc edn"},
    {Language::erlang, "erl hrl"},
    {Language::ocaml, "ml mli mll mly"},
    {Language::fsharp, "fs fsi fsx"},
    {Language::nix, "nix"},
    {Language::powershell, "ps1 psm1 psd1"},
    {Language::vue, "vue"},
    {Language::svelte, "svelte"},
    {Language::viml, "vim"},
    {Language::assembly, "s asm nasm"},
    {Language::cuda, "cu cuh"},
});

constexpr std::array kFileNames = std::to_array<Row>({
    {Language::python, "BUILD BUCK WORKSPACE Tiltfile SConstruct SConscript Snakefile wscript .pythonrc"},
    {Language::javascript, "Jakefile"},
    {Language::ruby,
     "Rakefile Gemfile Guardfile Podfile Capfile Vagrantfile Fastfile Brewfile Berksfile "
     "Thorfile Dangerfile Appraisals .irbrc .pryrc"},
    {Language::bash,
     ".bashrc .bash_profile .bash_aliases .bash_logout .profile .zshrc .zshenv .zprofile PKGBUILD "
     "APKBUILD .envrc gradlew configure"},
    {Language::dockerfile, "Dockerfile Containerfile"},
    {Language::makefile, "Makefile makefile GNUmakefile BSDmakefile Kbuild"},
    {Language::cmake, "CMakeLists.txt"},
    {Language::groovy, "Jenkinsfile"},
    {Language::toml, "Pipfile"},
    {Language::json, ".babelrc .eslintrc .prettierrc .jshintrc .swcrc"},
    {Language::yaml, ".clang-format .clang-tidy .clangd CITATION.cff"},
    {Language::viml, ".vimrc vimrc .gvimrc"},
    {Language::perl, "cpanfile Rexfile"},
    {Language::elixir, ".iex.exs"},
    {Language::r, ".Rprofile"},
});

constexpr std::array kInterpreters = std::to_array<Row>({
    {Language::python, "python pypy ipython uv xonsh"},
    {Language::javascript, "node nodejs bun gjs osascript"},
    {Language::typescript, "deno ts-node tsx"},
    {Language::php, "php"},
    {Language::ruby, "ruby jruby rake macruby"},
    {Language::csharp, "dotnet-script"},
    {Language::rust, "rust-script cargo"},
    {Language::kotlin, "kotlin kotlinc"},
    {Language::scala, "scala amm"},
    {Language::swift, "swift"},
    {Language::bash, "sh bash dash zsh ksh mksh ash bats"},
    {Language::lua, "lua luajit lua-any"},
    {Language::haskell, "runhaskell runghc stack"},
    {Language::elixir, "elixir iex"},
    {Language::makefile, "make gmake"},
    {Language::cmake, "cmake"},
    {Language::perl, "perl cperl"},
    {Language::r, "Rscript r"},
    {Language::julia, "julia"},
    {Language::dart, "dart"},
    {Language::groovy, "groovy"},
    {Language::clojure, "bb clojure clj"},
    {Language::erlang, "escript"},
    {Language::ocaml, "ocaml ocamlrun"},
    {Language::fsharp, "dotnet-fsi fsharpi"},
    {Language::powershell, "pwsh powershell"},
    {Language::nix, "nix-shell"},
});

using Index = std::unordered_map<std::string_view, Language>;

Index index_of(std::span<const Row> rows) {
  Index index;
  for (const Row& row : rows) {
    std::string_view rest = row.names;
    while (!rest.empty()) {
      const std::size_t blank = rest.find(' ');
      index.emplace(rest.substr(0, blank), row.language);
      rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    }
  }
  return index;
}

std::optional<Language> look_up(const Index& index, std::string_view key) {
  const auto found = index.find(key);
  if (found == index.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::optional<Language> language_of_extension(std::string_view extension) {
  static const Index index = index_of(kExtensions);
  return look_up(index, extension);
}

std::optional<Language> language_of_file_name(std::string_view name) {
  static const Index index = index_of(kFileNames);
  return look_up(index, name);
}

std::optional<Language> language_of_interpreter(std::string_view program) {
  static const Index index = index_of(kInterpreters);
  return look_up(index, program);
}

}  // namespace quarry::corpus

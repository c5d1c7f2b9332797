// The languages Quarry knows, and how a file tells which one it is written in.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace quarry::corpus {

// Stored in indexes by number: append, never renumber.
enum class Language : std::uint8_t {
  text = 0,  // anything readable without a better name
  python = 1,
  javascript = 2,
  typescript = 3,
  tsx = 4,
  java = 5,
  go = 6,
  php = 7,
  ruby = 8,
  c = 9,
  cpp = 10,
  csharp = 11,
  rust = 12,
  kotlin = 13,
  scala = 14,
  swift = 15,
  bash = 16,
  lua = 17,
  haskell = 18,
  elixir = 19,
  zig = 20,
  // Without a grammar: searched as sections of text.
  markdown = 40,
  restructuredtext = 41,
  sql = 42,
  yaml = 43,
  json = 44,
  toml = 45,
  html = 46,
  css = 47,
  xml = 48,
  dockerfile = 49,
  makefile = 50,
  cmake = 51,
  protobuf = 52,
  graphql = 53,
  terraform = 54,
  perl = 55,
  r = 56,
  julia = 57,
  dart = 58,
  objective_c = 59,
  groovy = 60,
  clojure = 61,
  erlang = 62,
  ocaml = 63,
  fsharp = 64,
  nix = 65,
  powershell = 66,
  vue = 67,
  svelte = 68,
  viml = 69,
  assembly = 70,
  cuda = 71,
};

// The name used in results and filters ("python", "csharp"). Never empty.
[[nodiscard]] std::string_view name_of(Language language);

// Understands names, common aliases and extensions: "py", "c++", "c#", "ts", "golang". Case-insensitive.
[[nodiscard]] std::optional<Language> language_from_name(std::string_view name);

// True where syntax/ has a grammar for it.
[[nodiscard]] bool has_grammar(Language language);

// Every language with a name, in the order of the enumeration.
[[nodiscard]] std::span<const Language> all_languages();

// By whole file name, then extension, then the first line ("#!/usr/bin/env python3"), then, for `.h`, by what
// stands in the first bytes. `head` may be empty, or the first few kilobytes of the file.
[[nodiscard]] Language detect_language(std::string_view path, std::string_view head);

}  // namespace quarry::corpus

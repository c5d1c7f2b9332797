// Why a documented definition did not become a pair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace quarry::preparation {

enum class DropReason : std::uint8_t {
  test,             // of a test: by its path, name or attributes
  standard_method,  // constructors, toString, __repr__ ...: their docs say the same everywhere
  doc_short,        // fewer than kFewestDocWords words, once cleaned
  doc_long,         // more than kMostDocWords
  doc_language,     // not English
  doc_boilerplate,  // licences, "see above", "auto-generated", "{@inheritDoc}"
  doc_name_only,    // says no word that the name does not
  doc_repeated,     // the same words as more than kMostRepeats docs before it
  code_short,       // fewer than kFewestCodeLines lines
  duplicate,        // nearly the same code as a pair before it, in any repository and any part
  license,          // not among those asked for
  over_limit,       // beyond the pairs taken of one repository
  excluded,         // of a repository to keep out (ready pairs; repositories of a list are not read at all)
};
inline constexpr std::size_t kDropReasons = 13;

// "doc too short", as the manifest names it.
[[nodiscard]] std::string_view name_of(DropReason reason);

// How many by reason.
struct DropCounts {
  std::array<std::uint64_t, kDropReasons> by_reason{};
  void add(DropReason reason) { ++by_reason[static_cast<std::size_t>(reason)]; }
  void add(const DropCounts& more) {
    for (std::size_t i = 0; i < kDropReasons; ++i) by_reason[i] += more.by_reason[i];
  }
};

}  // namespace quarry::preparation

// What a file is for, told by its path: the thing itself, or a test, an example, a shim, a legacy copy of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "quarry/corpus/language.h"

namespace quarry::ranking {

// Bits; a file can have several roles.
enum Role : std::uint16_t {
  role_test = 1,
  role_example = 2,
  role_compat = 4,        // compatibility shims, polyfills
  role_legacy = 8,        // deprecated, old
  role_docs = 16,         // prose
  role_config = 32,       // data and build files
  role_declaration = 64,  // .d.ts, stubs: the signature without the thing
  role_internal = 128,    // internal/, private, detail
  role_entry = 256,       // __init__, index, mod: re-exports more than it does
};

// The first folder of the path that is called v1 ... v99, and the folder that it lies in ("" at the top).
struct VersionFolder {
  std::string_view parent;
  int number = 0;
};
[[nodiscard]] std::optional<VersionFolder> version_folder(std::string_view path);

[[nodiscard]] std::uint16_t roles_of(std::string_view path, corpus::Language language);

}  // namespace quarry::ranking

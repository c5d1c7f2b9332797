// What a file is for, told by its path: the thing itself, or a test, an example, a shim, a legacy copy of it.
#pragma once

#include <cstdint>
#include <string_view>

#include "quarry/corpus/language.h"

namespace quarry::ranking {

// Bits; a file can have several roles.
enum Role : std::uint16_t {
  role_test = 1,
  role_example = 2,
  role_compat = 4,        // compatibility shims, polyfills
  role_legacy = 8,        // deprecated, or a vN folder
  role_docs = 16,         // prose
  role_config = 32,       // data and build files
  role_declaration = 64,  // .d.ts, stubs: the signature without the thing
  role_internal = 128,    // internal/, private, detail
  role_entry = 256,       // __init__, index, mod: re-exports more than it does
};

[[nodiscard]] std::uint16_t roles_of(std::string_view path, corpus::Language language);

}  // namespace quarry::ranking

// tokenizer.bin: the tables of Quarry's own tokenizer ready to be mapped, derived from the tokenizer.json
// beside it.
//
// Reading a tokenizer.json of 32,768 pieces takes tens of milliseconds, mapping this takes a fraction of one.
// It is a cache and never the truth: it names the hash of the tokenizer.json that it came from and is passed
// over when that differs. Layout, little-endian, every array at a multiple of 8: Header (below), prefix
// bytes, offsets (u32), slots (u32), token bytes, merges (Merges::Entry).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/tokenizer.h"

namespace quarry::model {

// The bytes of tokenizer.bin. ErrorKind::invalid_argument for a tokenizer.json of another layout than
// Quarry's.
[[nodiscard]] Result<std::string> compile_tokenizer(std::string_view tokenizer_json);

// The tokenizer, or nothing where `compiled` was derived from another tokenizer.json or by another version of
// this format: then tokenizer.json is to be read. ErrorKind::corrupt where it should fit and does not.
// `owner` keeps the bytes, which must be aligned to 8, alive.
[[nodiscard]] Result<std::optional<Tokenizer>> adopt_compiled_tokenizer(std::span<const std::byte> compiled,
                                                                        std::uint64_t tokenizer_json_hash,
                                                                        std::shared_ptr<const void> owner);

}  // namespace quarry::model

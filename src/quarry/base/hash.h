// The one hash of Quarry: XXH3, 64 bits, for terms, identities and checksums. Not for secrets.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace quarry {

[[nodiscard]] std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
[[nodiscard]] std::uint64_t hash64(std::span<const std::byte> bytes, std::uint64_t seed = 0);

}  // namespace quarry

// API keys as they are kept: hashed, with what each may do. `quarry key` writes the file, the server reads
// it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::server {

enum class Scope : std::uint8_t { search = 1, metrics = 2, admin = 4 };
inline constexpr std::array<std::string_view, 3> kScopeNames{"search", "metrics", "admin"};

using Digest = std::array<unsigned char, 32>;

struct ApiKey {
  std::string name;
  std::uint8_t scopes = 0;                               // bits of Scope; admin can do everything
  std::optional<std::vector<std::string>> repositories;  // nothing: all of them
  Digest digest{};                                       // SHA-256 of the key
  std::int64_t created = 0;                              // seconds since the Unix epoch
};

// A new secret of 256 random bits: "qk_" and 43 characters. It needs no slow hash: it cannot be guessed.
[[nodiscard]] Result<std::string> make_secret();
[[nodiscard]] Digest digest_of(std::string_view secret);

// {"keys": [{"name", "scopes": ["search"], "repositories": [...] (absent: all), "sha256": 64 hex digits,
// "created"}]} A file that does not exist is ErrorKind::not_found; one that others than its owner can write
// is refused.
[[nodiscard]] Result<std::vector<ApiKey>> read_keys(const FileSystem& files,
                                                    const std::filesystem::path& path);
[[nodiscard]] Status write_keys(FileSystem& files, const std::filesystem::path& path,
                                const std::vector<ApiKey>& keys);

// The key whose digest it is; compares with all of them, in constant time each.
[[nodiscard]] const ApiKey* find_key(const std::vector<ApiKey>& keys, std::string_view secret);

}  // namespace quarry::server

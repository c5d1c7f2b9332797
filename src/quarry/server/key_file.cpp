#include "quarry/server/key_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "quarry/base/ascii.h"
#include "quarry/server/json_body.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{4} << 20;
constexpr std::size_t kSecretBytes = 32;
constexpr std::string_view kPrefix = "qk_";

std::string base64url(std::span<const unsigned char> bytes) {
  static constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const unsigned char byte : bytes) {
    bits = (bits << 8U) | byte;
    count += 8;
    while (count >= 6) {
      count -= 6;
      text += kAlphabet[(bits >> static_cast<unsigned>(count)) & 63U];
    }
  }
  if (count > 0) text += kAlphabet[(bits << static_cast<unsigned>(6 - count)) & 63U];
  return text;
}

std::string to_hex(const Digest& digest) {
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

bool from_hex(std::string_view text, Digest& digest) {
  if (text.size() != digest.size() * 2) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int value = ascii::is_lower_hex(c) ? ascii::hex_value(c) : -1;
    if (value < 0) return false;
    digest[i / 2] = static_cast<unsigned char>(i % 2 == 0 ? value << 4 : digest[i / 2] | value);
  }
  return true;
}

bool is_text_list(const nlohmann::json& value) {
  return value.is_array() && std::ranges::all_of(value, [](const auto& each) { return each.is_string(); });
}

Result<ApiKey> read_key(const nlohmann::json& json) {
  ApiKey key;
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string() || !json.contains("sha256") ||
      !json["sha256"].is_string() || !from_hex(json["sha256"].get_ref<const std::string&>(), key.digest) ||
      !json.contains("scopes") || !is_text_list(json["scopes"])) {
    return fail(ErrorKind::invalid_argument, "a key has no name, scopes or sha256");
  }
  key.name = json["name"].get<std::string>();
  for (const auto& scope : json["scopes"]) {
    const auto known = std::ranges::find(kScopeNames, scope.get_ref<const std::string&>());
    if (known == kScopeNames.end()) {
      return fail(ErrorKind::invalid_argument, "key {}: no scope is called '{}'", key.name,
                  scope.get<std::string>());
    }
    key.scopes |= static_cast<std::uint8_t>(1U << (known - kScopeNames.begin()));
  }
  // A grant that cannot be read must not become a grant of everything.
  if (json.contains("repositories")) {
    if (!is_text_list(json["repositories"])) {
      return fail(ErrorKind::invalid_argument, "key {}: repositories is no list of names", key.name);
    }
    key.repositories = json["repositories"].get<std::vector<std::string>>();
  }
  if (json.contains("created") && json["created"].is_number_integer())
    key.created = json["created"].get<std::int64_t>();
  return key;
}

}  // namespace

Result<std::string> make_secret() {
  std::array<unsigned char, kSecretBytes> bytes{};
  if (::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return fail(ErrorKind::io, "the system gives no random numbers");
  }
  return std::string(kPrefix) + base64url(bytes);
}

Digest digest_of(std::string_view secret) {
  Digest digest{};
  unsigned int size = 0;
  ::EVP_Digest(secret.data(), secret.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
  return digest;
}

Result<std::vector<ApiKey>> read_keys(const FileSystem& files, const std::filesystem::path& path) {
  std::error_code error;
  const auto permissions = std::filesystem::status(path, error).permissions();
  const auto others = std::filesystem::perms::group_write | std::filesystem::perms::others_write;
  if (!error && permissions != std::filesystem::perms::unknown &&
      (permissions & others) != std::filesystem::perms::none) {
    return fail(ErrorKind::invalid_argument,
                "{}: others may write to it, so it proves nothing; chmod go-w it", path.string());
  }
  QUARRY_TRY(const auto text, files.read(path, kMaxKeyFile));
  const auto json = parse_json(text);
  if (!json || !json->is_object() || !json->contains("keys") || !(*json)["keys"].is_array()) {
    return fail(ErrorKind::invalid_argument, "{}: this is no file of keys; `quarry key` makes one",
                path.string());
  }
  std::vector<ApiKey> keys;
  for (const auto& each : (*json)["keys"]) {
    auto key = read_key(each);
    if (!key) return fail_in(path.string(), key.error());
    keys.push_back(std::move(*key));
  }
  return keys;
}

Status write_keys(FileSystem& files, const std::filesystem::path& path, const std::vector<ApiKey>& keys) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& key : keys) {
    auto scopes = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
      if ((key.scopes >> i & 1) != 0) scopes.push_back(kScopeNames[i]);
    }
    nlohmann::ordered_json each{{"name", key.name}, {"scopes", std::move(scopes)}};
    if (key.repositories) each["repositories"] = *key.repositories;
    each["sha256"] = to_hex(key.digest);
    each["created"] = key.created;
    list.push_back(std::move(each));
  }
  const auto text = nlohmann::ordered_json{{"keys", std::move(list)}}.dump(2) + "\n";
  return write_atomically(files, path, std::as_bytes(std::span(text)));
}

const ApiKey* find_key(const std::vector<ApiKey>& keys, std::string_view secret) {
  const Digest digest = digest_of(secret);
  const ApiKey* found = nullptr;
  for (const auto& key : keys) {
    if (::CRYPTO_memcmp(key.digest.data(), digest.data(), digest.size()) == 0) found = &key;
  }
  return found;
}

}  // namespace quarry::server

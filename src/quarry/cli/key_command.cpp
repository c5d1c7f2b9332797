// quarry key: makes, lists and revokes the API keys of quarry serve.
#include <algorithm>
#include <chrono>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/context.h"
#include "quarry/cli/serve_flags.h"
#include "quarry/server/key_file.h"

namespace quarry::cli {
namespace {

constexpr std::array<std::string_view, 3> kActions{"new", "list", "revoke"};
constexpr Flag kScopes{.name = "scope",
                       .type = ValueType::list,
                       .value = "SCOPE,...",
                       .fallback = "search",
                       .brief = "What a new key may do: search, metrics, admin",
                       .details = "admin may do everything.",
                       .choices = server::kScopeNames,
                       .completion = Completion::choices};
constexpr std::array kKeyFlags{&kKeys, &kScopes, &kRepositories};
constexpr std::array kGroups{FlagGroup{"Keys", kKeyFlags}};
constexpr std::array kArguments{
    Argument{.name = "ACTION",
             .brief = "new, list or revoke",
             .completion = Completion::choices,
             .choices = kActions},
    Argument{.name = "NAME", .required = false, .brief = "Whose key it is: a person, a team, a program"}};
constexpr std::array kExamples{
    Example{"quarry key new alice --keys keys.json --repo app,lib",
            "Prints a key that sees two repositories."},
    Example{"quarry key new prometheus --keys keys.json --scope metrics", "A key for the scraper."},
    Example{"quarry key revoke alice --keys keys.json", "It is refused from the next request on."}};

Result<int> make_key(const Context& context, const std::filesystem::path& path,
                     std::vector<server::ApiKey> keys, const std::string& name) {
  if (std::ranges::find(keys, name, &server::ApiKey::name) != keys.end()) {
    return fail(ErrorKind::invalid_argument,
                "key: there is a key '{}' already; revoke it first or choose another name", name);
  }
  server::ApiKey key{.name = name, .repositories = {}};
  for (const auto& scope : context.settings.list(kScopes)) {
    const auto known = std::ranges::find(server::kScopeNames, scope);
    key.scopes |= static_cast<std::uint8_t>(1U << (known - server::kScopeNames.begin()));
  }
  if (context.settings.is_set(kRepositories)) key.repositories = context.settings.list(kRepositories);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  key.created = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  QUARRY_TRY(const auto secret, server::make_secret());
  key.digest = server::digest_of(secret);
  keys.push_back(std::move(key));
  QUARRY_CHECK(server::write_keys(context.files, path, keys));
  context.out.write(secret + "\n");
  context.note("keep it: only its hash is stored, and it is not shown again");
  return kFound;
}

Result<int> list_keys(const Context& context, const std::vector<server::ApiKey>& keys) {
  for (const auto& key : keys) {
    std::string scopes;
    for (std::size_t i = 0; i < server::kScopeNames.size(); ++i) {
      if ((key.scopes >> i & 1) != 0)
        scopes += fmt::format("{}{}", scopes.empty() ? "" : ",", server::kScopeNames[i]);
    }
    std::string repositories = key.repositories ? "" : "all repositories";
    if (key.repositories) {
      for (const auto& name : *key.repositories)
        repositories += fmt::format("{}{}", repositories.empty() ? "" : ",", name);
    }
    context.out.write(fmt::format("{:<24} {:<16} {}\n", harmless(key.name), scopes, harmless(repositories)));
  }
  return keys.empty() ? kNothingFound : kFound;
}

Result<int> revoke_key(const Context& context, const std::filesystem::path& path,
                       std::vector<server::ApiKey> keys, const std::string& name) {
  if (std::erase_if(keys, [&](const auto& key) { return key.name == name; }) == 0) {
    return fail(ErrorKind::not_found, "key: {} holds no key '{}'; `quarry key list` shows them",
                path.string(), name);
  }
  QUARRY_CHECK(server::write_keys(context.files, path, keys));
  return kFound;
}

Result<int> run_key(Context& context) {
  const std::filesystem::path path = context.settings.text(kKeys);
  if (path.empty())
    return fail(ErrorKind::invalid_argument, "key: --keys FILE is missing: where the keys are kept");
  const auto& action = context.arguments[0];
  if ((action == "list") != (context.arguments.size() == 1)) {
    return fail(ErrorKind::invalid_argument, "key: `quarry key {}` wants {}", action,
                action == "list" ? "no NAME" : "a NAME");
  }
  std::vector<server::ApiKey> keys;
  auto read = server::read_keys(context.files, path);
  if (read) {
    keys = std::move(*read);
  } else if (read.error().kind != ErrorKind::not_found || action != "new") {
    return tl::unexpected(read.error());
  }
  if (action == "list") return list_keys(context, keys);
  if (action == "new") return make_key(context, path, std::move(keys), context.arguments[1]);
  return revoke_key(context, path, std::move(keys), context.arguments[1]);
}

}  // namespace

const Command kKeyCommand{
    .name = "key",
    .brief = "Make, list and revoke API keys for quarry serve",
    .details =
        "A new key is printed once and stored as a hash only, in the file that `quarry serve --keys` "
        "reads. A running server notices changes by itself.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_key};

}  // namespace quarry::cli

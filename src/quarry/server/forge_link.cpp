#include "quarry/server/forge_link.h"

#include <fmt/core.h>

#include <algorithm>

#include "quarry/base/ascii.h"
#include "quarry/base/percent_encoding.h"

namespace quarry::server {
namespace {

bool is_host_character(char c) {
  return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == ':';
}

}  // namespace

std::string web_address(std::string_view remote) {
  // git@host:owner/name, ssh://git@host/owner/name, https://user:secret@host/owner/name
  std::string_view scheme;
  for (const std::string_view prefix : {"https://", "http://", "ssh://", "git://"}) {
    if (!remote.starts_with(prefix)) continue;
    remote.remove_prefix(prefix.size());
    scheme = prefix;
    break;
  }
  const bool web = scheme.starts_with("http");
  const bool short_form = scheme.empty();
  const auto separator = remote.find(short_form ? ':' : '/');
  if (separator == std::string_view::npos) return {};
  auto host = remote.substr(0, separator);
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  auto path = remote.substr(separator + 1);
  if (short_form && host.find('/') != std::string_view::npos) return {};
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.ends_with(".git")) path.remove_suffix(4);
  // A name without a dot is a forge of the house where it was fetched over HTTP; else it may be an alias of
  // ~/.ssh/config.
  const bool plain = !host.empty() && (web || host.find('.') != std::string_view::npos) &&
                     std::ranges::all_of(host, is_host_character) && !path.empty() && !path.starts_with('/');
  if (!plain) return {};
  // An ssh port is none of the web's.
  if (!web) host = host.substr(0, host.find(':'));
  return fmt::format("{}{}/{}", web ? scheme : "https://", host, percent_encode_path(path));
}

std::string forge_link(const index::ViewInfo& view, std::string_view path, std::uint32_t first,
                       std::uint32_t last) {
  const auto address = web_address(view.remote);
  const bool known = !view.revision.empty() && std::ranges::all_of(view.revision, ascii::is_lower_hex);
  if (address.empty() || !known) return {};
  const auto whole =
      percent_encode_path(view.prefix.empty() ? std::string(path) : fmt::format("{}/{}", view.prefix, path));
  const auto begin = address.find("://") + 3;
  const auto host = std::string_view(address).substr(begin, address.find('/', begin) - begin);
  if (host.find("bitbucket") != std::string_view::npos) {
    return fmt::format("{}/src/{}/{}#lines-{}:{}", address, view.revision, whole, first, last);
  }
  if (host.find("gitlab") != std::string_view::npos) {
    return fmt::format("{}/-/blob/{}/{}#L{}-{}", address, view.revision, whole, first, last);
  }
  const auto is_among = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::any_of(names, [&](auto name) { return host.find(name) != std::string_view::npos; });
  };
  if (is_among({"gitea", "forgejo", "codeberg"})) {
    return fmt::format("{}/src/commit/{}/{}#L{}-L{}", address, view.revision, whole, first, last);
  }
  return fmt::format("{}/blob/{}/{}#L{}-L{}", address, view.revision, whole, first, last);
}

}  // namespace quarry::server

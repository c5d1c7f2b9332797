// Where a line range can be read on the forge that a repository came from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/index/snapshot.h"

namespace quarry::server {

// "https://github.com/moby/moby" of "git@github.com:moby/moby.git" and the like; "" where the remote is no
// address of a web page. Never holds a user name or password.
[[nodiscard]] std::string web_address(std::string_view remote);

// A link that stays right when the branch moves on (GitLab, Gitea, Forgejo and Bitbucket by host name;
// GitHub's form for the rest). "" where the remote or the revision is not known. Lines are 1-based and
// inclusive.
[[nodiscard]] std::string forge_link(const index::ViewInfo& view, std::string_view path, std::uint32_t first,
                                     std::uint32_t last);

}  // namespace quarry::server

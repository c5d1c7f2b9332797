// What GitHub and GitLab say when somebody has pushed: checked, and reduced to which repository it was.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/server/message.h"

namespace quarry::server {

// Shared with the forge; an empty one takes no events of that kind.
struct WebhookSecrets {
  std::string github;  // signs the body: X-Hub-Signature-256. Gitea, Forgejo and others sign in the same way
  std::string gitlab;  // comes as it is: X-Gitlab-Token
};

struct PushEvent {
  bool push = false;                 // false: another kind of event, a ping for one
  std::string kind;                  // "push", "ping", "Push Hook"
  std::string repository;            // "owner/name"
  std::vector<std::string> remotes;  // its addresses, as remote_key() writes them; sorted
  std::string branch;                // "main"; "" for tags
  std::string default_branch;        // "" where the event does not say
};

// The event in a request. ErrorKind::not_found where the signature or token is missing or wrong (compared in
// constant time), invalid_argument where the body makes no sense.
[[nodiscard]] Result<PushEvent> read_push_event(const Request& request, const WebhookSecrets& secrets);

// "github.com/owner/name" for https://user@GitHub.com:443/owner/name.git, ssh://git@github.com/owner/name and
// git@github.com:owner/name.git: the same repository however it is fetched. A path on this machine is itself.
[[nodiscard]] std::string remote_key(std::string_view url);

}  // namespace quarry::server

// POST /hooks/push: a forge says that somebody pushed, and the repository is searchable anew seconds later.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "quarry/server/push_event.h"
#include "quarry/server/router.h"

namespace quarry::server {

// False where no index holds the repository with these remote_key()s.
using RequestRefresh = std::function<bool(const std::vector<std::string>& remotes)>;

// 202 {"refresh": "owner/name"}, 200 {"ignored": why} for other events and branches, 401 without a good signature,
// 404 for a repository that is not indexed.
void add_webhook_route(Router& router, WebhookSecrets secrets, RequestRefresh refresh);

}  // namespace quarry::server

// POST /hooks/push: a forge says that somebody pushed, and the repository is searchable anew seconds later.
//
//   202 {"refresh": "owner/name"}, 200 {"ignored": why} for other events and branches, 401 without a good
//   signature, 404 for a repository that is not indexed. Without a secret there is no such address.

#include <nlohmann/json.hpp>
#include <utility>

#include "quarry/server/integrations.h"

namespace quarry::server {
namespace {

constexpr std::size_t kLongestEvent = std::size_t{25} << 20;  // what GitHub sends at most

Response ignored(const std::string& why) {
  return json_response({{"ignored", why}});
}

}  // namespace

void add_webhook_routes(Router& router, const Integrations& integrations) {
  if (integrations.webhook_secrets.github.empty() && integrations.webhook_secrets.gitlab.empty()) return;
  router.add({.method = Method::post,
              .pattern = "/hooks/push",
              .handler =
                  [&integrations](const Request& request, Context&) {
                    const auto event = read_push_event(request, integrations.webhook_secrets);
                    if (!event) {
                      const bool unsigned_event = event.error().kind == ErrorKind::not_found;
                      return problem(unsigned_event ? 401 : 400, event.error().message);
                    }
                    if (!event->push) return ignored("an event of the kind " + event->kind.substr(0, 50));
                    if (!event->default_branch.empty() && event->branch != event->default_branch) {
                      return ignored("a push to another branch than " + event->default_branch.substr(0, 200));
                    }
                    if (!integrations.refresh_repository(event->remotes)) {
                      return problem(404, "no index that is served here holds this repository");
                    }
                    return json_response({{"refresh", event->repository}}, 202);
                  },
              .access = Access::signature,
              .lane = Lane::control,
              .max_body = kLongestEvent});
}

}  // namespace quarry::server

#include "quarry/server/webhook_route.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace quarry::server {
namespace {

constexpr std::size_t kLongestEvent = std::size_t{25} << 20;  // what GitHub sends at most

Response ignored(const std::string& why) {
  return json_response({{"ignored", why}});
}

}  // namespace

void add_webhook_route(Router& router, WebhookSecrets secrets, RequestRefresh refresh) {
  router.add({.method = Method::post,
              .pattern = "/hooks/push",
              .handler =
                  [secrets = std::move(secrets), refresh = std::move(refresh)](const Request& request, Context&) {
                    const auto event = read_push_event(request, secrets);
                    if (!event) {
                      const bool unsigned_event = event.error().kind == ErrorKind::not_found;
                      return problem(unsigned_event ? 401 : 400, event.error().message);
                    }
                    if (!event->push) return ignored("an event of the kind " + event->kind.substr(0, 50));
                    if (!event->default_branch.empty() && event->branch != event->default_branch) {
                      return ignored("a push to another branch than " + event->default_branch.substr(0, 200));
                    }
                    if (!refresh(event->remotes)) {
                      return problem(404, "no index that is served here holds this repository");
                    }
                    return json_response({{"refresh", event->repository}}, 202);
                  },
              .access = Access::signature,
              .lane = Lane::control,
              .max_body = kLongestEvent,
              .name = "/hooks/push"});
}

}  // namespace quarry::server

#include "quarry/server/access.h"

namespace quarry::server {

AccessControl::Verdict AccessControl::check(const Request& /*request*/, Access /*wanted*/) const {
  return {.caller = {.name = {}, .admin = true, .repositories = {}}, .refusal = {}};
}

}  // namespace quarry::server

// Who may do what: the door that every request passes before its body is read.
#pragma once

#include "quarry/server/context.h"
#include "quarry/server/message.h"
#include "quarry/server/router.h"

namespace quarry::server {

// Thread-safe.
class AccessControl {
 public:
  // The caller, or why not: 401 without valid credentials, 403 where they do not suffice.
  struct Verdict {
    Caller caller;
    std::optional<Response> refusal;
  };
  [[nodiscard]] Verdict check(const Request& request, Access wanted) const;
};

}  // namespace quarry::server

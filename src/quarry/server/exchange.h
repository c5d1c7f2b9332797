// One request on its way through the server, from its header to its answer.
#pragma once

#include <chrono>
#include <memory>

#include "quarry/server/context.h"
#include "quarry/server/message.h"

namespace quarry::server {

struct Route;  // router.h

struct Exchange {
  Request request;
  Context context;
  const Route* route = nullptr;  // null where none fits
  Response response;
  std::chrono::steady_clock::time_point received;  // when its header was complete
  std::size_t body_limit = 0;                      // bytes that its route takes
  std::shared_ptr<const void> body_lease;          // on the memory that a large body takes
};
using SharedExchange = std::shared_ptr<Exchange>;

}  // namespace quarry::server

// What a handler knows about the request beside the request itself: who asks, what they may see, which index
// answers, and until when.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/model/trace_context.h"

namespace quarry::server {

struct ServedIndex;  // served_index.h

// Who asks. Handlers pass `repositories` on as search::Query::visible and never answer about others.
struct Caller {
  std::string name;  // a key's name, an OIDC subject, "" for the open door; for logs and rate limits
  bool admin = false;
  std::optional<std::vector<std::string>> repositories;  // those granted; nothing: all of them

  [[nodiscard]] bool sees(std::string_view repository) const {
    return !repositories || std::ranges::find(*repositories, repository) != repositories->end();
  }
};

struct Context {
  Caller caller;
  std::string request_id;
  model::TraceContext trace;  // to pass on; empty where the client sent none
  std::chrono::steady_clock::time_point deadline;
  std::shared_ptr<const ServedIndex> index;  // never null in a handler; one version for the whole answer
};

}  // namespace quarry::server

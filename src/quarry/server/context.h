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

#include "quarry/model/encoder.h"
#include "quarry/search/engine.h"

namespace quarry::server {

// Who asks. Handlers pass `repositories` on to search::Query::visible and never answer about others.
struct Caller {
  std::string name;  // a key's name, an OIDC subject, "" for the open door; for logs and rate limits
  bool admin = false;
  std::optional<std::vector<std::string>> repositories;  // those granted; nothing: all of them

  [[nodiscard]] bool sees(std::string_view repository) const {
    return !repositories || std::ranges::find(*repositories, repository) != repositories->end();
  }
};

// One opened version of one index. Immutable; lives while a request holds it, whatever is swapped in
// meanwhile.
struct ServedIndex {
  std::string name;   // of the side: "main", or as in --index name=DIR
  std::string label;  // "main@12": name and version, as answers are marked
  std::shared_ptr<const search::Engine> engine;
  std::shared_ptr<const model::Encoder> encoder;  // of queries; null: words only
  std::int64_t created_ns = 0;                    // when its manifest was written, since the Unix epoch
};

// Seconds that the stages of an answer took, for metrics and logs; negative: did not happen.
struct StageTimes {
  double embed = -1;
  double candidates = -1;
  double rank = -1;
};

struct Context {
  Caller caller;
  std::string request_id;
  std::string trace_parent;  // W3C trace context to pass on; "" where the client sent none
  std::chrono::steady_clock::time_point deadline;
  std::shared_ptr<const ServedIndex> index;  // never null
  StageTimes stages;
};

}  // namespace quarry::server

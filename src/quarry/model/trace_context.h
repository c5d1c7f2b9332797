// The trace that work on a thread belongs to, so that what it asks of other servers is seen as part of it
// (https://www.w3.org/TR/trace-context/).
#pragma once

#include <string>
#include <utility>

namespace quarry::model {

struct TraceContext {
  std::string parent;  // the value of the header traceparent; "" where there is no trace
  std::string state;   // of tracestate; may be empty
};

// While it lives, HttpClient sends the context along with every request that this thread makes.
class TraceScope {
 public:
  explicit TraceScope(TraceContext context) : outer_(std::exchange(current_, std::move(context))) {}
  ~TraceScope() { current_ = std::move(outer_); }
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  [[nodiscard]] static const TraceContext& current() { return current_; }

 private:
  static inline thread_local TraceContext current_;
  TraceContext outer_;
};

}  // namespace quarry::model

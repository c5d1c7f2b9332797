// A uniform sample of queries, and the feedback on them, as JSON lines: what the quality of a live index is
// judged from later. Off unless asked for; docs/SERVER.md says what is stored.
#pragma once

#include <memory>
#include <string>

#include "quarry/search/answer.h"
#include "quarry/server/context.h"
#include "quarry/server/line_sink.h"
#include "quarry/server/live_quality.h"

namespace quarry::server {

struct Feedback {
  std::string query;
  std::string id;  // of the result
  std::size_t rank = 0;
  Verdict verdict = Verdict::click;
  std::string label;  // of the index that gave the result
};

// Thread-safe.
class QueryLog {
 public:
  QueryLog() = default;  // keeps nothing
  // `rate` of all queries, 0 to 1; feedback is kept whole.
  QueryLog(std::unique_ptr<LineSink> sink, double rate) : sink_(std::move(sink)), rate_(rate) {}

  // {"event": "query", "time", "request_id", "index", "query", "took_ms", "results": [{"rank", "id", "repo",
  // "path",
  //  "start_line", "name"}]}; no code.
  void note_answer(const search::Answer& answer, const Context& context);
  // {"event": "feedback", "time", "request_id", "index", "query", "id", "repo", "path", "start_line",
  // "end_line", "name", "rank", "verdict"}, as quarry eval reads it. Nothing where the index that answers the
  // feedback does not hold the function, or not for this caller.
  void note_feedback(const Feedback& feedback, const Context& context);

  [[nodiscard]] std::uint64_t take_lost() { return sink_ == nullptr ? 0 : sink_->take_lost(); }
  [[nodiscard]] bool is_full() const { return sink_ != nullptr && sink_->is_full(); }
  void reopen() {
    if (sink_ != nullptr) sink_->reopen();
  }

 private:
  std::unique_ptr<LineSink> sink_;  // null: off
  double rate_ = 0;
};

}  // namespace quarry::server

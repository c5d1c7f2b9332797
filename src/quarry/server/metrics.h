// What the server counts, in the format of Prometheus: base units, names that begin with quarry_, no label
// whose values clients can choose.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "quarry/search/answer.h"
#include "quarry/server/exchange.h"
#include "quarry/server/served_index.h"

namespace quarry::server {

// Thread-safe.
class Metrics {
 public:
  explicit Metrics(std::string_view program_version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void count_request(const Exchange& exchange, double seconds);
  void count_refusal(std::string_view reason);  // "rate", "queue", "memory", "deadline", "access"
  void count_answer(const search::Answer& answer, const ServedIndex& index);
  void count_reload(std::string_view side, bool good);
  void count_lost_log_lines(std::uint64_t lines);

  // Called before each reading, to set what is looked up rather than counted.
  struct Gauges {
    std::vector<std::shared_ptr<const ServedIndex>> indexes;
    std::size_t connections = 0;
    std::size_t searches_waiting = 0;
    struct Feedback {
      std::string label;  // "main@12"
      double click_through = 0;
      double reciprocal_rank = 0;
    };
    std::vector<Feedback> feedback;
  };
  void on_read(std::function<Gauges()> look);

  [[nodiscard]] std::string read() const;  // the text that GET /metrics answers

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::server

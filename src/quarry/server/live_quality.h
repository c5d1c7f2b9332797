// How well searches go right now: what is asked, what finds nothing, what is clicked. In memory only,
// bounded, gone with the process; for the owner of the server.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "quarry/search/answer.h"

namespace quarry::server {

enum class Verdict : std::uint8_t { click, good, bad };

// Thread-safe.
class LiveQuality {
 public:
  using Clock = std::chrono::steady_clock;

  void note_answer(const search::Answer& answer, std::string_view label, Clock::time_point now);
  // `label` of a version that answered nothing here is not counted: clients send it.
  void note_feedback(std::size_t rank, Verdict verdict, std::string_view label);

  struct Counted {
    std::string query;
    std::uint64_t count = 0;
  };
  struct Version {
    std::string label;
    std::uint64_t answers = 0;
    std::uint64_t clicked = 0;  // results clicked or called good
    double click_through = 0;
    double reciprocal_rank = 0;  // the mean of 1/rank of clicks
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
  };
  struct Report {
    std::uint64_t answers = 0;
    std::uint64_t empty = 0;
    std::vector<std::uint64_t> per_minute;  // the last hour, oldest first
    double p50_ms = 0;                      // of the last 4,096 answers
    double p95_ms = 0;
    double p99_ms = 0;
    std::vector<Counted> asked;  // most frequent first
    std::vector<Counted> not_found;
    std::vector<Version> versions;  // newest last; at most 8
  };
  [[nodiscard]] Report report(Clock::time_point now) const;

 private:
  static constexpr std::size_t kLatencies = 4096;
  static constexpr std::size_t kMinutes = 60;

  // The most frequent of a stream in bounded memory: what is rarest gives way to what is new.
  class Frequent {
   public:
    void add(std::string_view query);
    [[nodiscard]] std::vector<Counted> top(std::size_t count) const;

   private:
    std::unordered_map<std::string, std::uint64_t> counts_;
  };
  struct Sums {
    std::uint64_t answers = 0;
    std::uint64_t clicks = 0;
    double reciprocal_ranks = 0;
    std::uint64_t good = 0;
    std::uint64_t bad = 0;
  };
  void advance(std::int64_t minute) const;
  Sums& sums_of(std::string_view label);

  mutable std::mutex mutex_;
  std::uint64_t answers_ = 0;
  std::uint64_t empty_ = 0;
  std::array<float, kLatencies> latencies_ms_{};
  std::size_t latency_count_ = 0;
  mutable std::array<std::uint64_t, kMinutes> minutes_{};
  mutable std::int64_t last_minute_ = 0;
  Frequent asked_;
  Frequent not_found_;
  std::deque<std::pair<std::string, Sums>> versions_;
};

}  // namespace quarry::server

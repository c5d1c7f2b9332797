// A token bucket a client: bursts are fine, a flood is not.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace quarry::server {

// Thread-safe. Memory is bounded: of very many clients those that were quiet are forgotten.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  // `rate` requests a second, 0: no limit; `burst` at once, 0: twice the rate.
  RateLimiter(double rate, double burst)
      : rate_(rate),
        burst_(burst > 0      ? burst
               : rate * 2 < 1 ? 1
                              : rate * 2) {}

  // 0 where the client may go on, else the whole seconds to wait.
  [[nodiscard]] unsigned take(std::string_view client, Clock::time_point now);

 private:
  struct Bucket {
    double tokens = 0;
    Clock::time_point filled;
  };
  void forget(Clock::time_point now);

  const double rate_;
  const double burst_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace quarry::server

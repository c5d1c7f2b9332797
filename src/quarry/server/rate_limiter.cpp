#include "quarry/server/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace quarry::server {
namespace {

constexpr std::size_t kMaxClients = 65536;

}  // namespace

unsigned RateLimiter::take(std::string_view client, Clock::time_point now) {
  if (rate_ <= 0) return 0;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= kMaxClients) forget(now);
  auto& bucket = buckets_.try_emplace(std::string(client), Bucket{burst_, now}).first->second;
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  bucket.tokens = std::min(burst_, bucket.tokens + seconds * rate_);
  bucket.filled = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return static_cast<unsigned>(std::max(1.0, std::ceil((1 - bucket.tokens) / rate_)));
}

// A bucket that is full again says nothing that a new one would not.
void RateLimiter::forget(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double seconds = std::chrono::duration<double>(now - entry.second.filled).count();
    return entry.second.tokens + seconds * rate_ >= burst_;
  });
  if (buckets_.size() >= kMaxClients) buckets_.clear();
}

}  // namespace quarry::server

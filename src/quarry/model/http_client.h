// JSON over HTTP with time-outs, size bounds and patience: what remote encoders and rerankers need of
// libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "quarry/base/result.h"

namespace quarry::model {

struct HttpOptions {
  std::string bearer_key;  // empty: none
  std::size_t max_response_bytes = 0;
  std::chrono::milliseconds connect_timeout{};
  std::chrono::milliseconds total_timeout{};
  int retries = 0;
  std::chrono::milliseconds first_backoff{};
  std::chrono::milliseconds longest_wait{};
  bool verify_tls = true;
};

// The key in an environment variable; "" where `variable` is. ErrorKind::invalid_argument where it is not
// set.
[[nodiscard]] Result<std::string> bearer_key(const std::string& variable);

// Safe to share between threads.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();

  // The body of a 2xx answer. ErrorKind::unavailable after the last retry, invalid_argument for other status
  // codes (wrong address, key or model), limit for a body that is too long; the message names the address.
  [[nodiscard]] Result<std::string> get(const std::string& url) const;
  [[nodiscard]] Result<std::string> post(const std::string& url, const std::string& json) const;

 private:
  struct Pool;
  [[nodiscard]] Result<std::string> request(const std::string& url, const std::string* json) const;
  HttpOptions options_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace quarry::model

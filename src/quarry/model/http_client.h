// JSON over HTTP with time-outs, size bounds and patience: what remote encoders and rerankers need of
// libcurl.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "quarry/base/result.h"

namespace quarry::model {

// A server and how it is asked; what is asked of it derives from this.
struct RemoteService {
  std::string url;           // http:// or https://
  std::string key_variable;  // environment variable that holds the bearer key; empty: no key is sent
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds total_timeout{30'000};  // of one attempt
  int retries = 3;                                  // after the first attempt
  std::chrono::milliseconds first_backoff{200};     // doubles with every retry; half of it is random
  std::chrono::milliseconds longest_wait{20'000};   // bounds back-off and what Retry-After may ask for
  bool verify_tls = true;

  // One attempt, of so long: for who asks again by other means, or not at all.
  void ask_once_within(std::chrono::milliseconds time) {
    retries = 0;
    connect_timeout = total_timeout = time;
  }
  // What stands behind a Guard: goes on for a while after the guard's caller has left, so that the server is
  // known to be there again.
  void ask_behind_guard(std::chrono::milliseconds budget) {
    ask_once_within(std::max(5 * budget, std::chrono::milliseconds(1'000)));
  }
};

struct HttpOptions : RemoteService {
  std::string bearer_key;  // empty: none
  std::size_t max_response_bytes = 0;
};

// Checks the address and takes the key from its environment variable; `who` is what messages call the server.
// ErrorKind::invalid_argument for another scheme or a variable that is not set.
[[nodiscard]] Result<HttpOptions> http_options_of(const std::string& who, const RemoteService& service,
                                                  std::size_t max_response_bytes);

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

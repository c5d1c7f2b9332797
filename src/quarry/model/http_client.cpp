#include "quarry/model/http_client.h"

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "quarry/model/curl_library.h"
#include "quarry/model/trace_context.h"

namespace quarry::model {
namespace {

using Handle = std::unique_ptr<CURL, decltype(CurlLibrary::easy_cleanup)>;
using Milliseconds = std::chrono::milliseconds;

struct Body {
  std::string text;
  std::size_t limit = 0;
  bool too_long = false;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<Body*>(target);
  if (size * count > body.limit - body.text.size()) {
    body.too_long = true;
    return 0;  // ends the transfer
  }
  body.text.append(data, size * count);
  return size * count;
}

struct Attempt {
  CURLcode code = CURLE_FAILED_INIT;
  long status = 0;
  Milliseconds retry_after{0};
  Body body;
};

bool worth_retrying(const Attempt& attempt) {
  switch (attempt.code) {
    case CURLE_OK:
      return attempt.status == 429 || attempt.status >= 500;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return true;
    default:
      return false;  // a name that does not resolve, a certificate that does not hold: time mends neither
  }
}

// The beginning of what the server said, on one line.
std::string excerpt(std::string text) {
  constexpr std::size_t kLength = 200;
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  if (text.size() > kLength) text = text.substr(0, kLength) + "...";
  return text;
}

tl::unexpected<Error> describe(const CurlLibrary& curl, const std::string& url, const Attempt& attempt,
                               const HttpOptions& options, int tries) {
  if (attempt.body.too_long) {
    return fail(ErrorKind::limit, "{}: the answer exceeds {} bytes: make batches smaller", url,
                options.max_response_bytes);
  }
  if (attempt.code == CURLE_OPERATION_TIMEDOUT) {
    return fail(ErrorKind::unavailable,
                "{}: no answer within {} ms ({} attempts): is the server overloaded? raise the time-out or "
                "make batches "
                "smaller",
                url, options.total_timeout.count(), tries);
  }
  if (attempt.code == CURLE_PEER_FAILED_VERIFICATION || attempt.code == CURLE_SSL_CACERT_BADFILE) {
    return fail(ErrorKind::unavailable,
                "{}: the server's certificate cannot be verified ({}): install its authority", url,
                curl.easy_strerror(attempt.code));
  }
  if (attempt.code != CURLE_OK) {
    return fail(ErrorKind::unavailable, "{}: {} ({} attempts): is the address right and the server running?",
                url, curl.easy_strerror(attempt.code), tries);
  }
  const std::string said = excerpt(attempt.body.text);
  if (attempt.status == 401 || attempt.status == 403) {
    return fail(ErrorKind::invalid_argument, "{}: HTTP {}: the key is missing or not accepted: {}", url,
                attempt.status, said);
  }
  if (attempt.status == 404) {
    return fail(ErrorKind::invalid_argument, "{}: HTTP 404: is the address right, and the model's name? {}",
                url, said);
  }
  const ErrorKind kind = worth_retrying(attempt) ? ErrorKind::unavailable : ErrorKind::invalid_argument;
  return fail(kind, "{}: HTTP {} ({} attempts): {}", url, attempt.status, tries, said);
}

Attempt run(const CurlLibrary& curl, CURL* handle, const std::string& url, const std::string* json,
            const HttpOptions& options) {
  Attempt attempt;
  attempt.body.limit = options.max_response_bytes;
  curl.easy_reset(handle);  // keeps its connections
  curl_slist* headers = curl.slist_append(nullptr, "Content-Type: application/json");
  headers = curl.slist_append(headers, "Accept: application/json");
  headers = curl.slist_append(headers, "Expect:");  // no waiting for 100 Continue
  if (!options.bearer_key.empty()) {
    headers = curl.slist_append(headers, ("Authorization: Bearer " + options.bearer_key).c_str());
  }
  if (const auto& trace = TraceScope::current(); !trace.parent.empty()) {
    headers = curl.slist_append(headers, ("traceparent: " + trace.parent).c_str());
    if (!trace.state.empty()) headers = curl.slist_append(headers, ("tracestate: " + trace.state).c_str());
  }
  curl.easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl.easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl.easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl.easy_setopt(handle, CURLOPT_USERAGENT, "quarry");
  curl.easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl.easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
  curl.easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options.total_timeout.count()));
  curl.easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, options.verify_tls ? 1L : 0L);
  curl.easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, options.verify_tls ? 2L : 0L);
  curl.easy_setopt(handle, CURLOPT_WRITEFUNCTION, receive);
  curl.easy_setopt(handle, CURLOPT_WRITEDATA, &attempt.body);
  if (json != nullptr) {
    curl.easy_setopt(handle, CURLOPT_POSTFIELDS, json->data());
    curl.easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json->size()));
  }
  attempt.code = curl.easy_perform(handle);
  curl.easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &attempt.status);
  curl_off_t seconds = 0;
  if (curl.easy_getinfo(handle, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0) {
    attempt.retry_after = std::chrono::seconds(std::min<curl_off_t>(seconds, 86'400));
  }
  curl.slist_free_all(headers);
  return attempt;
}

Milliseconds wait_before(int retry, const Attempt& attempt, const HttpOptions& options) {
  const Milliseconds backoff =
      std::min(options.longest_wait, options.first_backoff * (1 << std::min(retry, 16)));
  // Half of it is random, so that clients that failed together do not come back together.
  std::uniform_real_distribution<double> jitter(0.5, 1.0);
  std::random_device random;
  const auto wait =
      Milliseconds(static_cast<std::int64_t>(static_cast<double>(backoff.count()) * jitter(random)));
  return std::max(wait, std::min(attempt.retry_after, options.longest_wait));
}

}  // namespace

struct HttpClient::Pool {
  std::mutex mutex;
  std::vector<Handle> idle;

  Handle take(const CurlLibrary& curl) {
    const std::scoped_lock lock(mutex);
    if (idle.empty()) return {curl.easy_init(), curl.easy_cleanup};
    Handle handle = std::move(idle.back());
    idle.pop_back();
    return handle;
  }
  void give_back(Handle handle) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(handle));
  }
};

Result<HttpOptions> http_options_of(const std::string& who, const RemoteService& service,
                                    std::size_t max_response_bytes) {
  if (!service.url.starts_with("http://") && !service.url.starts_with("https://")) {
    return fail(ErrorKind::invalid_argument, "{}: \"{}\" does not start with http:// or https://", who,
                service.url);
  }
  HttpOptions options{service, "", max_response_bytes};
  if (service.key_variable.empty()) return options;
  const char* key = std::getenv(service.key_variable.c_str());
  if (key == nullptr || *key == '\0') {
    return fail(ErrorKind::invalid_argument, "{} {}: set the environment variable {} to the key", who,
                service.url, service.key_variable);
  }
  options.bearer_key = key;
  return options;
}

HttpClient::HttpClient(HttpOptions options) : options_(std::move(options)), pool_(std::make_unique<Pool>()) {}
HttpClient::~HttpClient() = default;

Result<std::string> HttpClient::get(const std::string& url) const {
  return request(url, nullptr);
}
Result<std::string> HttpClient::post(const std::string& url, const std::string& json) const {
  return request(url, &json);
}

Result<std::string> HttpClient::request(const std::string& url, const std::string* json) const {
  QUARRY_TRY(const CurlLibrary* curl, curl_library());
  Handle handle = pool_->take(*curl);
  if (handle == nullptr) return fail(ErrorKind::unavailable, "{}: libcurl has no memory for a request", url);
  for (int attempted = 0;; ++attempted) {
    Attempt attempt = run(*curl, handle.get(), url, json, options_);
    const bool done = attempt.code == CURLE_OK && attempt.status >= 200 && attempt.status < 300;
    const bool again =
        !done && worth_retrying(attempt) && !attempt.body.too_long && attempted < options_.retries;
    if (again) {
      std::this_thread::sleep_for(wait_before(attempted, attempt, options_));
      continue;
    }
    pool_->give_back(std::move(handle));
    if (done) return std::move(attempt.body.text);
    return describe(*curl, url, attempt, options_, attempted + 1);
  }
}

}  // namespace quarry::model

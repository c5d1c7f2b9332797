#include "quarry/server/identity.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <random>

#include "quarry/base/ascii.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxRequestId = 128;
constexpr std::size_t kMaxTraceState = 512;

std::uint64_t random_number() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

bool is_id_character(char c) {
  return ascii::is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, ascii::is_lower_hex);
}

bool is_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

std::string request_id_of(const Request& request) {
  const auto given = request.header("x-request-id").value_or("");
  if (!given.empty() && given.size() <= kMaxRequestId && std::ranges::all_of(given, is_id_character))
    return std::string(given);
  return fmt::format("{:016x}{:016x}", random_number(), random_number());
}

model::TraceContext trace_of(const Request& request) {
  const auto given = request.header("traceparent").value_or("");
  // https://www.w3.org/TR/trace-context/#traceparent-header: version 00, 16 bytes of trace, 8 of span, flags.
  if (given.size() != 55 || !given.starts_with("00-") || given[35] != '-' || given[52] != '-') return {};
  const auto trace = given.substr(3, 32);
  const auto span = given.substr(36, 16);
  const auto flags = given.substr(53, 2);
  if (!is_hex(trace) || !is_hex(span) || !is_hex(flags) || is_zero(trace) || is_zero(span)) return {};
  model::TraceContext context;
  context.parent = fmt::format("00-{}-{:016x}-{}", trace, random_number() | 1U, flags);
  const auto state = request.header("tracestate").value_or("");
  const bool plain = std::ranges::all_of(state, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (plain && state.size() <= kMaxTraceState) context.state = state;
  return context;
}

std::string timestamp_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms % 1000);
}

}  // namespace quarry::server

#include "quarry/server/dispatcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "quarry/base/ascii.h"
#include "quarry/server/identity.h"
#include "quarry/server/served_index.h"
#include "quarry/server/target.h"

namespace quarry::server {
namespace {

// One thread serves administration; a few requests may wait for it.
constexpr std::size_t kControlThreads = 1;
constexpr std::size_t kControlQueue = 64;
constexpr std::size_t kMaxAddress = 64;
constexpr std::size_t kSmallBody = std::size_t{64} << 10;  // bounded by the number of connections already

// "application/json" of "application/json; charset=utf-8", in lower case.
std::string media_type(std::string_view value) {
  std::string type(value.substr(0, value.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  ascii::make_lower(type);
  return type;
}

// A Content-Length beyond the limit; one that is no number is the connection's to refuse.
bool is_more(std::string_view length, std::size_t limit) {
  std::size_t value = 0;
  const auto parsed = std::from_chars(length.data(), length.data() + length.size(), value);
  return parsed.ec == std::errc::result_out_of_range || (parsed.ec == std::errc{} && value > limit);
}

std::string allow_list(const std::vector<Method>& methods) {
  std::vector<std::string_view> names;
  for (const Method method : methods) {
    if (method != Method::options) names.push_back(name_of(method));
  }
  names.emplace_back("OPTIONS");
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Dispatcher::Dispatcher(const DispatcherOptions& options, const DispatcherParts& parts)
    : options_(options),
      parts_(parts),
      limiter_(options.limits.rate, options.limits.burst),
      bodies_(options.limits.bodies),
      search_(std::make_unique<BoundedPool>(options.threads, options.limits.queue)),
      control_(std::make_unique<BoundedPool>(kControlThreads, kControlQueue)) {}

bool Dispatcher::admit(Exchange& exchange) {
  exchange.received = std::chrono::steady_clock::now();
  exchange.context.deadline = exchange.received + options_.limits.request_time;
  exchange.context.request_id = request_id_of(exchange.request);
  exchange.context.trace = trace_of(exchange.request);
  find_client(exchange.request);
  if (let_in(exchange)) return check_rate(exchange) && check_body(exchange) && reserve_body(exchange);
  // Whoever tries credentials counts as a client, too.
  if (exchange.response.status == 401) (void)check_rate(exchange);
  return false;
}

// Behind a proxy every request comes from the proxy: what it says about the client counts, if it is ours.
void Dispatcher::find_client(Request& request) const {
  if (std::ranges::find(options_.trusted_proxies, request.peer) == options_.trusted_proxies.end()) return;
  auto list = request.header("x-forwarded-for").value_or("");
  // The last one was written by our proxy, those before by whoever asked it.
  list = list.substr(list.rfind(',') + 1);
  while (list.starts_with(' ')) list.remove_prefix(1);
  if (!list.empty() && list.size() <= kMaxAddress) request.peer = list;
}

// By address, method and credentials.
bool Dispatcher::let_in(Exchange& exchange) {
  auto& request = exchange.request;
  const auto refuse = [&](Response response) {
    exchange.response = std::move(response);
    return false;
  };
  if (const auto parsed = parse_target(request); !parsed) return refuse(problem(400, parsed.error().message));
  auto match = parts_.router.match(request.method, request.segments);
  if (match.route == nullptr) {
    if (match.allowed.empty())
      return refuse(problem(404, "nothing is at this address; /openapi.json lists what is"));
    auto response = request.method == Method::options
                        ? Response{.status = 204}
                        : problem(405, "this address does not take that method; Allow names those it takes");
    response.headers.emplace_back("Allow", allow_list(match.allowed));
    return refuse(std::move(response));
  }
  exchange.route = match.route;
  exchange.body_limit = match.route->max_body;
  request.path_parameters = std::move(match.path_parameters);
  auto verdict = parts_.access.check(request, *match.route);
  exchange.context.caller = std::move(verdict.caller);
  if (!verdict.refusal) return true;
  parts_.metrics.count_refusal("access");
  return refuse(std::move(*verdict.refusal));
}

bool Dispatcher::check_rate(Exchange& exchange) {
  if (exchange.route->lane == Lane::io) return true;
  const auto& caller = exchange.context.caller.name;
  const auto wait = limiter_.take(caller.empty() ? exchange.request.peer : caller, exchange.received);
  if (wait == 0) return true;
  parts_.metrics.count_refusal("rate");
  exchange.response = problem(429, "too many requests; Retry-After says how many seconds to wait");
  exchange.response.headers.emplace_back("Retry-After", fmt::format("{}", wait));
  return false;
}

void Dispatcher::reject(Exchange& exchange, unsigned status, std::string_view detail) {
  if (exchange.received == std::chrono::steady_clock::time_point{})
    exchange.received = std::chrono::steady_clock::now();
  if (exchange.context.request_id.empty()) exchange.context.request_id = request_id_of(exchange.request);
  exchange.response = problem(status, detail);
}

// Of what the header says about the body: its type and length.
bool Dispatcher::check_body(Exchange& exchange) const {
  const auto& request = exchange.request;
  const auto& route = *exchange.route;
  const auto length = request.header("content-length");
  const bool has_body = request.header("transfer-encoding") || (length && *length != "0");
  if (length && is_more(*length, route.max_body)) {
    exchange.response = problem(413, fmt::format("the body may have {} bytes here", route.max_body));
    return false;
  }
  const bool wants_body = request.method == Method::post || request.method == Method::put;
  if ((!has_body && !wants_body) || route.content_types.empty()) return true;
  const auto named = request.header("content-type");
  if (!named && route.untyped_body) return true;
  const auto type = media_type(named.value_or(""));
  if (std::ranges::find(route.content_types, type) != route.content_types.end()) return true;
  exchange.response =
      problem(415, fmt::format("the body must be {}", fmt::join(route.content_types, " or ")));
  return false;
}

// What clients send is held whole until it is answered: all of it together must fit into memory.
bool Dispatcher::reserve_body(Exchange& exchange) {
  const auto length = exchange.request.header("content-length");
  std::size_t bytes = exchange.request.header("transfer-encoding") ? exchange.body_limit : 0;
  if (length) std::from_chars(length->data(), length->data() + length->size(), bytes);
  if (bytes <= kSmallBody) return true;
  exchange.body_lease = bodies_.try_take(bytes);
  if (exchange.body_lease != nullptr) return true;
  parts_.metrics.count_refusal("memory");
  exchange.response = problem(503, "others are sending too much already; try again in a moment");
  exchange.response.headers.emplace_back("Retry-After", "1");
  return false;
}

void Dispatcher::run(Exchange& exchange) const {
  const model::TraceScope trace(exchange.context.trace);
  // Handlers do not throw; a library's exception that slips through must cost this answer only.
  try {
    exchange.response = exchange.route->handler(exchange.request, exchange.context);
  } catch (const std::exception&) {
    exchange.response = problem(500, "the request could not be answered");
  }
}

void Dispatcher::handle(SharedExchange exchange, std::function<void()> done) {
  // Chosen once: whatever is swapped in meanwhile, the whole answer comes from this version.
  exchange->context.index = parts_.catalog.choose(exchange->request);
  if (exchange->route->lane == Lane::io) {
    run(*exchange);
    done();
    return;
  }
  auto& pool = exchange->route->lane == Lane::search ? *search_ : *control_;
  auto task = [this, exchange, done] {
    if (std::chrono::steady_clock::now() < exchange->context.deadline) {
      run(*exchange);
    } else {
      exchange->response = problem(504, "the request waited too long for a thread");
    }
    done();
  };
  if (pool.try_post(std::move(task))) return;
  parts_.metrics.count_refusal("queue");
  exchange->response = problem(503, "more requests than can be answered; try again in a moment");
  exchange->response.headers.emplace_back("Retry-After", "1");
  done();
}

void Dispatcher::join() {
  search_.reset();
  control_.reset();
}

void Dispatcher::finish(Exchange& exchange) {
  auto& headers = exchange.response.headers;
  headers.emplace_back("X-Request-Id", exchange.context.request_id);
  if (!exchange.context.trace.parent.empty())
    headers.emplace_back("traceparent", exchange.context.trace.parent);
  if (exchange.context.index != nullptr) headers.emplace_back("Quarry-Index", exchange.context.index->label);
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(headers, [&](const auto& header) { return header.first == name; });
  };
  // Nothing of an index can run, frame or leak, also where a browser shows an answer by itself.
  if (!has("Content-Security-Policy"))
    headers.emplace_back("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  if (!has("Cache-Control")) headers.emplace_back("Cache-Control", "no-store");
  headers.emplace_back("X-Content-Type-Options", "nosniff");
  headers.emplace_back("X-Frame-Options", "DENY");
  headers.emplace_back("Referrer-Policy", "no-referrer");
  headers.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  if (exchange.request.secure) headers.emplace_back("Strict-Transport-Security", "max-age=31536000");
  // A value comes from a client or an index at worst: it must not begin a header of its own.
  std::erase_if(headers, [](const auto& header) {
    return std::ranges::any_of(header.second,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  });
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - exchange.received).count();
  if (exchange.response.status == 504) parts_.metrics.count_refusal("deadline");
  parts_.metrics.count_request(exchange, seconds);
  parts_.log.note_request(exchange, seconds);
}

}  // namespace quarry::server

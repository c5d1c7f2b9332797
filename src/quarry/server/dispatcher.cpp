#include "quarry/server/dispatcher.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>

#include "quarry/server/identity.h"
#include "quarry/server/target.h"

namespace quarry::server {
namespace {

// One thread serves administration; a few requests may wait for it.
constexpr std::size_t kControlThreads = 1;
constexpr std::size_t kControlQueue = 64;

// "application/json" of "application/json; charset=utf-8", in lower case.
std::string media_type(std::string_view value) {
  std::string type(value.substr(0, value.find(';')));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; });
  return type;
}

std::string allow_list(const std::vector<Method>& methods) {
  std::vector<std::string_view> names;
  for (const Method method : methods) names.push_back(name_of(method));
  names.emplace_back("OPTIONS");
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Dispatcher::Dispatcher(const DispatcherOptions& options, const Router& router, const AccessControl& access,
                       Catalog& catalog)
    : options_(options),
      router_(router),
      access_(access),
      catalog_(catalog),
      search_(std::make_unique<BoundedPool>(options.threads, options.limits.queue)),
      control_(std::make_unique<BoundedPool>(kControlThreads, kControlQueue)) {}

bool Dispatcher::admit(Exchange& exchange) {
  auto& request = exchange.request;
  auto& context = exchange.context;
  exchange.received = std::chrono::steady_clock::now();
  context.deadline = exchange.received + options_.limits.request_time;
  context.request_id = request_id_of(request);
  context.trace_parent = trace_parent_of(request);
  const auto refuse = [&](Response response) {
    exchange.response = std::move(response);
    return false;
  };
  if (const auto parsed = parse_target(request); !parsed) return refuse(problem(400, parsed.error().message));
  auto match = router_.match(request.method, request.segments);
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
  auto verdict = access_.check(request, match.route->access);
  context.caller = std::move(verdict.caller);
  if (verdict.refusal) return refuse(std::move(*verdict.refusal));
  return check_body(exchange);
}

void Dispatcher::reject(Exchange& exchange, unsigned status, std::string_view detail) const {
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
  if (length && (length->size() > 18 || std::stoull(std::string(*length)) > route.max_body)) {
    exchange.response = problem(413, fmt::format("the body may have {} bytes here", route.max_body));
    return false;
  }
  const bool wants_body = request.method == Method::post || request.method == Method::put;
  if ((!has_body && !wants_body) || route.content_types.empty()) return true;
  const auto type = media_type(request.header("content-type").value_or(""));
  if (std::ranges::find(route.content_types, type) != route.content_types.end()) return true;
  exchange.response =
      problem(415, fmt::format("the body must be {}", fmt::join(route.content_types, " or ")));
  return false;
}

void Dispatcher::run(Exchange& exchange) const {
  // Handlers do not throw; a library's exception that slips through must cost this answer only.
  try {
    exchange.response = exchange.route->handler(exchange.request, exchange.context);
  } catch (const std::exception&) {
    exchange.response = problem(500, "the request could not be answered");
  }
}

void Dispatcher::handle(SharedExchange exchange, std::function<void()> done) {
  // Chosen once: whatever is swapped in meanwhile, the whole answer comes from this version.
  exchange->context.index = catalog_.choose(exchange->request);
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
  // A value comes from a client or an index at worst: it must not begin a header of its own.
  std::erase_if(headers, [](const auto& header) {
    return std::ranges::any_of(header.second,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  });
}

}  // namespace quarry::server

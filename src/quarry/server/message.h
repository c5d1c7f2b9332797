// A request and its response as plain data: what a handler takes and gives, without a word of the HTTP
// library.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "quarry/base/result.h"

namespace quarry::server {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view name_of(Method method);  // "GET"; "" for other

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::get;
  std::string target;                 // as sent: "/v1/functions/0a?context=5"
  std::vector<std::string> segments;  // of the path, decoded: {"v1", "functions", "0a"}; "/" is {""}
  Pairs parameters;                   // of the query string, decoded, in their order
  Pairs path_parameters;              // {"id": "0a"}, by the pattern that matched
  Pairs headers;                      // names in lower case
  std::string body;
  std::string
      peer;  // the client's address, without port: that of a trusted proxy's client where there is one
  bool secure = false;  // over TLS

  // The first header of that name (lower case); nothing where it is absent.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
  [[nodiscard]] std::string_view path_parameter(std::string_view name) const;  // "" where absent
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::string_view asset = {};  // sent instead of `body` where not empty; must live as long as the program
  Pairs headers = {};           // beside those that every answer has
};

[[nodiscard]] Response json_response(const nlohmann::ordered_json& value, unsigned status = 200);

// An error as RFC 9457 has it: {"type": "about:blank", "title", "status", "detail"}.
[[nodiscard]] Response problem(unsigned status, std::string_view detail);
// The status that fits the error's kind; what the machine alone knows (paths, errno) is not told to clients.
[[nodiscard]] Response problem(const Error& error);

[[nodiscard]] std::string_view reason_phrase(unsigned status);  // "Not Found"

}  // namespace quarry::server

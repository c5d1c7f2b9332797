#include "quarry/server/message.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

std::optional<std::string_view> find(const Pairs& pairs, std::string_view name) {
  const auto found =
      std::ranges::find(pairs, name, [](const auto& pair) { return std::string_view(pair.first); });
  if (found == pairs.end()) return std::nullopt;
  return found->second;
}

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
    case ErrorKind::limit:
      return 400;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::busy:
    case ErrorKind::unavailable:
    case ErrorKind::cancelled:
      return 503;
    case ErrorKind::io:
    case ErrorKind::corrupt:
    case ErrorKind::version_mismatch:
      return 500;
  }
  return 500;
}

}  // namespace

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "";
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  return find(headers, name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  return find(parameters, name);
}

std::string_view Request::path_parameter(std::string_view name) const {
  return find(path_parameters, name).value_or("");
}

Response json_response(const nlohmann::ordered_json& value, unsigned status) {
  // Sources are UTF-8 by then; what is not must not end a whole answer.
  return {.status = status, .body = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Response problem(unsigned status, std::string_view detail) {
  auto response = json_response(
      {{"type", "about:blank"}, {"title", reason_phrase(status)}, {"status", status}, {"detail", detail}},
      status);
  response.content_type = "application/problem+json";
  return response;
}

Response problem(const Error& error) {
  const unsigned status = status_of(error.kind);
  if (status == 500) return problem(status, "the index could not be read; the server's log says why");
  return problem(status, error.message);
}

std::string_view reason_phrase(unsigned status) {
  struct Phrase {
    unsigned status;
    std::string_view text;
  };
  static constexpr std::array kPhrases{
      Phrase{200, "OK"},
      Phrase{202, "Accepted"},
      Phrase{204, "No Content"},
      Phrase{304, "Not Modified"},
      Phrase{400, "Bad Request"},
      Phrase{401, "Unauthorized"},
      Phrase{403, "Forbidden"},
      Phrase{404, "Not Found"},
      Phrase{405, "Method Not Allowed"},
      Phrase{406, "Not Acceptable"},
      Phrase{408, "Request Timeout"},
      Phrase{409, "Conflict"},
      Phrase{410, "Gone"},
      Phrase{413, "Content Too Large"},
      Phrase{414, "URI Too Long"},
      Phrase{415, "Unsupported Media Type"},
      Phrase{421, "Misdirected Request"},
      Phrase{422, "Unprocessable Content"},
      Phrase{429, "Too Many Requests"},
      Phrase{431, "Request Header Fields Too Large"},
      Phrase{500, "Internal Server Error"},
      Phrase{501, "Not Implemented"},
      Phrase{503, "Service Unavailable"},
      Phrase{504, "Gateway Timeout"},
  };
  const auto found = std::ranges::find(kPhrases, status, &Phrase::status);
  return found == kPhrases.end() ? "Unknown" : found->text;
}

}  // namespace quarry::server

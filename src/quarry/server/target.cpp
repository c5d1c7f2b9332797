#include "quarry/server/target.h"

#include <algorithm>

#include "quarry/base/ascii.h"
#include "quarry/base/utf8.h"

namespace quarry::server {
namespace {

constexpr std::size_t kMaxParameters = 128;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

Result<std::string> decode_segment(std::string_view raw) {
  auto decoded = percent_decode(raw, false);
  if (!decoded) return decoded;
  const std::string& segment = *decoded;
  const bool climbs = segment == "." || segment == "..";
  const bool hostile =
      std::ranges::any_of(segment, [](char c) { return c == '/' || c == '\\' || is_control(c); });
  if (climbs || hostile) return fail(ErrorKind::invalid_argument, "the path has a part that is not allowed");
  return decoded;
}

Status parse_parameters(std::string_view query, Pairs& parameters) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    if (parameters.size() == kMaxParameters) {
      return fail(ErrorKind::invalid_argument, "more than {} parameters", kMaxParameters);
    }
    const auto equals = std::min(pair.find('='), pair.size());
    QUARRY_TRY(auto name, percent_decode(pair.substr(0, equals), true));
    QUARRY_TRY(auto value, percent_decode(pair.substr(std::min(equals + 1, pair.size())), true));
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return {};
}

// What the path begins with: the target, or what stands behind the authority of one in absolute form, which
// says what the request is for instead of the Host header (RFC 9112 3.2.2).
Result<std::string_view> take_authority(Request& request) {
  const std::string_view target = request.target;
  const auto colon = target.find("://");
  const auto scheme = ascii::lower(target.substr(0, std::min<std::size_t>(colon, 8)));
  if (target.starts_with('/') || colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return target;
  }
  const auto rest = target.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto authority = rest.substr(0, end);
  // RFC 9110 4.2.1 and 4.2.4: no host is an error, and so is a user, which makes one host look like another.
  if (authority.empty() || authority.find('@') != std::string_view::npos) {
    return fail(ErrorKind::invalid_argument, "the URL names no host, or a user beside it");
  }
  std::erase_if(request.headers, [](const auto& header) { return header.first == "host"; });
  request.headers.emplace_back("host", authority);
  return rest.substr(end);
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus) {
      decoded += ' ';
    } else if (text[i] == '%') {
      const int high = i + 2 < text.size() ? ascii::hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? ascii::hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(ErrorKind::invalid_argument, "a '%' without two hex digits in the URL");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  if (!utf8::is_valid(decoded)) return fail(ErrorKind::invalid_argument, "the URL is not UTF-8");
  return decoded;
}

Status parse_target(Request& request) {
  QUARRY_TRY(std::string_view target, take_authority(request));
  const bool absolute = target.size() != request.target.size();
  if (!absolute && !target.starts_with('/'))
    return fail(ErrorKind::invalid_argument, "the URL must begin with '/' or with http://");
  target = target.substr(0, target.find('#'));
  const auto question = std::min(target.find('?'), target.size());
  auto path = target.substr(0, question);
  if (!path.empty()) path.remove_prefix(1);  // "http://host" asks for the same as "http://host/"
  request.segments.clear();
  request.parameters.clear();
  while (true) {
    const auto slash = std::min(path.find('/'), path.size());
    auto segment = decode_segment(path.substr(0, slash));
    if (!segment) return tl::unexpected(std::move(segment).error());
    request.segments.push_back(*std::move(segment));
    if (slash == path.size()) break;
    path.remove_prefix(slash + 1);
  }
  return parse_parameters(target.substr(std::min(question + 1, target.size())), request.parameters);
}

}  // namespace quarry::server

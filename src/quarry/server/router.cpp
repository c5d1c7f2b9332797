#include "quarry/server/router.h"

#include <algorithm>
#include <optional>

namespace quarry::server {
namespace {

bool is_parameter(std::string_view part) {
  return part.size() > 2 && part.front() == '{' && part.back() == '}';
}

bool is_rest(std::string_view part) {
  return is_parameter(part) && part.ends_with("...}");
}

std::vector<std::string> split(std::string_view pattern) {
  std::vector<std::string> parts;
  pattern.remove_prefix(std::min<std::size_t>(1, pattern.size()));
  while (true) {
    const auto slash = std::min(pattern.find('/'), pattern.size());
    parts.emplace_back(pattern.substr(0, slash));
    if (slash == pattern.size()) return parts;
    pattern.remove_prefix(slash + 1);
  }
}

// How special the fit is, part by part: '2' literal, '1' one parameter, '0' the rest; nothing where it does
// not fit.
std::optional<std::string> fit(const std::vector<std::string>& pattern,
                               const std::vector<std::string>& segments) {
  std::string rank;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= segments.size()) return std::nullopt;
    if (is_rest(pattern[i])) return rank + '0';
    if (is_parameter(pattern[i])) {
      if (segments[i].empty()) return std::nullopt;
      rank += '1';
    } else if (pattern[i] == segments[i]) {
      rank += '2';
    } else {
      return std::nullopt;
    }
  }
  if (segments.size() != pattern.size()) return std::nullopt;
  return rank;
}

Pairs bind(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  Pairs bound;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_rest(pattern[i])) {
      std::string rest = segments[i];
      for (std::size_t j = i + 1; j < segments.size(); ++j) rest += '/' + segments[j];
      bound.emplace_back(pattern[i].substr(1, pattern[i].size() - 5), std::move(rest));
    } else if (is_parameter(pattern[i])) {
      bound.emplace_back(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
    }
  }
  return bound;
}

}  // namespace

void Router::add(Route route) {
  if (route.name.empty()) route.name = route.pattern;
  patterns_.push_back(split(route.pattern));
  routes_.push_back(std::move(route));
}

Router::Match Router::match(Method method, const std::vector<std::string>& segments) const {
  const Method wanted = method == Method::head ? Method::get : method;
  std::string best;
  std::optional<std::size_t> chosen;
  Match match;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    const auto rank = fit(patterns_[i], segments);
    if (!rank || *rank < best) continue;
    if (*rank > best) {
      best = *rank;
      chosen.reset();
      match.allowed.clear();
    }
    match.allowed.push_back(routes_[i].method);
    if (routes_[i].method == Method::get) match.allowed.push_back(Method::head);
    if (routes_[i].method == wanted) chosen = i;
  }
  if (chosen) {
    match.route = &routes_[*chosen];
    match.path_parameters = bind(patterns_[*chosen], segments);
    match.allowed.clear();
  }
  return match;
}

}  // namespace quarry::server

// What a search request asks for, whichever way it is put: parameters of a GET, the JSON of a POST.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/search/query.h"
#include "quarry/server/message.h"

namespace quarry::server {

struct Question {
  search::Query query;
  std::string asked;   // the text as it was typed, inline filters and all
  std::string cursor;  // "" for the first page
};

// Unknown parameters and values that make no sense are refused with the name of the parameter.
[[nodiscard]] Result<Question> question_of_parameters(const Request& request);
[[nodiscard]] Result<Question> question_of_json(const Request& request);

// Parameters of the other routes. Each answers the fallback where the parameter is absent.
[[nodiscard]] Result<std::uint64_t> number_parameter(const Request& request, std::string_view name,
                                                     std::uint64_t minimum, std::uint64_t maximum,
                                                     std::uint64_t fallback);
// ErrorKind::invalid_argument where the request has a parameter that is not among `known`, or one of them
// twice.
[[nodiscard]] Status check_parameters(const Request& request, std::span<const std::string_view> known,
                                      std::span<const std::string_view> repeatable = {});

// The filters lang, path, repo and kind: each may repeat or hold commas.
inline constexpr std::string_view kFilterNames[] = {"lang", "path", "repo", "kind"};
[[nodiscard]] Status add_filter_parameters(const Request& request, search::Filters& filters);

}  // namespace quarry::server

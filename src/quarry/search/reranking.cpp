#include "quarry/search/reranking.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "quarry/base/ascii.h"
#include "quarry/base/utf8.h"

namespace quarry::search {
namespace {

// About 400 tokens of code: with the query, less than the 512 that small cross-encoders read.
constexpr std::size_t kRerankedBytes = 1200;
constexpr std::size_t kSignatureBytes = 300;  // of them at most, so that a doc and code are seen
constexpr std::size_t kDocBytes = 500;

// Mean 0, deviation 1; all 0 where all are the same.
std::vector<double> standardised(std::span<const float> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double square = 0;
  for (const float value : values) square += (value - mean) * (value - mean);
  const double deviation = std::sqrt(square / count);
  std::vector<double> standard(values.size(), 0.0);
  if (deviation <= 0 || !std::isfinite(deviation)) return standard;
  for (std::size_t i = 0; i < values.size(); ++i) standard[i] = (values[i] - mean) / deviation;
  return standard;
}

}  // namespace

std::string text_to_rerank(const SearchResult& result) {
  std::string text = result.path;
  const auto add = [&](std::string_view part, std::size_t bytes) {
    if (part.empty()) return;
    text += '\n';
    text += utf8::prefix(part, bytes);
  };
  add(result.signature.empty() ? result.qualified_name : result.signature, kSignatureBytes);
  add(result.doc, kDocBytes);
  add(result.code, kRerankedBytes);
  text.resize(utf8::prefix(text, kRerankedBytes).size());
  return text;
}

PlaceOrder mix(std::span<const float> ranking, std::span<const float> reranker, float weight) {
  const std::vector<double> first = standardised(ranking);
  const std::vector<double> second = standardised(reranker);
  std::vector<double> mixed(first.size());
  for (std::size_t i = 0; i < mixed.size(); ++i)
    mixed[i] = (1 - double{weight}) * first[i] + double{weight} * second[i];
  PlaceOrder order(mixed.size());
  std::iota(order.begin(), order.end(), std::uint8_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint8_t a, std::uint8_t b) { return mixed[a] > mixed[b]; });
  return order;
}

std::string to_text(const PlaceOrder& order) {
  std::string text;
  for (const std::uint8_t place : order) text += fmt::format("{:02x}", place);
  return text;
}

std::optional<PlaceOrder> parse_place_order(std::string_view text) {
  const std::size_t count = text.size() / 2;
  if (text.size() % 2 != 0 || count > kMaxReranked) return std::nullopt;
  PlaceOrder order(count);
  std::vector<bool> seen(count, false);
  for (std::size_t i = 0; i < count; ++i) {
    if (!ascii::is_lower_hex(text[2 * i]) || !ascii::is_lower_hex(text[2 * i + 1])) return std::nullopt;
    const int place = ascii::hex_value(text[2 * i]) * 16 + ascii::hex_value(text[2 * i + 1]);
    const auto at = static_cast<std::size_t>(place);
    if (at >= count || seen[at]) return std::nullopt;
    seen[at] = true;
    order[i] = static_cast<std::uint8_t>(place);
  }
  return order;
}

}  // namespace quarry::search

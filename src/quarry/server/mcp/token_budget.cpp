#include "quarry/server/mcp/token_budget.h"

#include <algorithm>

#include "quarry/base/utf8.h"

namespace quarry::server::mcp {
namespace {

constexpr std::size_t kLongestDoc = 600;  // bytes; the whole of it is in the code or in read_function
constexpr std::size_t kLongestSignature = 400;
constexpr std::size_t kFieldsBytes = 260;  // names of the fields, id, numbers, punctuation
constexpr std::size_t kReasonBytes = 70;   // a piece of evidence

// The bytes of a JSON string literal.
std::size_t json_size(std::string_view text) {
  std::size_t size = text.size() + 2;
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '\n' || c == '\t' || c == '\r') ++size;
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r') size += 5;
  }
  return size;
}

std::size_t size_without_code(const search::SearchResult& result) {
  return kFieldsBytes + json_size(result.repository) + json_size(result.path) + json_size(result.name) +
         json_size(result.qualified_name) + json_size(result.signature) + json_size(result.doc) +
         result.why.size() * kReasonBytes;
}

void shorten(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  text.resize(utf8::prefix(text, bytes).size());
  text += "…";
}

}  // namespace

std::string_view cut_lines(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  const std::size_t feed = text.substr(0, bytes).rfind('\n');
  return feed == std::string_view::npos ? utf8::prefix(text, bytes) : text.substr(0, feed + 1);
}

std::uint32_t count_lines(std::string_view text) {
  const auto feeds = static_cast<std::uint32_t>(std::ranges::count(text, '\n'));
  return feeds + (text.empty() || text.ends_with('\n') ? 0 : 1);
}

Fitted fit(std::vector<search::SearchResult> results, std::size_t tokens) {
  std::size_t room = tokens * kBytesPerToken;
  Fitted fitted;
  for (search::SearchResult& result : results) {
    shorten(result.doc, kLongestDoc);
    shorten(result.signature, kLongestSignature);
    const std::size_t size = size_without_code(result);
    if (size > room && !fitted.results.empty()) break;
    room -= std::min(room, size);
    fitted.results.push_back(std::move(result));
  }
  for (std::size_t i = 0; i < fitted.results.size(); ++i) {
    std::string& code = fitted.results[i].code;
    // Twice an equal share for this one: what stands first is what is read.
    const std::size_t left = fitted.results.size() - i;
    const std::size_t share = left == 1 ? room : std::min(room, 2 * room / left);
    const std::size_t escapes = json_size(code) - code.size();
    // Escapes are spread over the code: take their part of the share off.
    const std::size_t bytes = code.empty() ? 0 : share * code.size() / (code.size() + escapes);
    const std::uint32_t lines = count_lines(code);
    code.resize(cut_lines(code, bytes).size());
    room -= std::min(room, json_size(code));
    fitted.lines_left_out.push_back(lines - count_lines(code));
  }
  return fitted;
}

}  // namespace quarry::server::mcp

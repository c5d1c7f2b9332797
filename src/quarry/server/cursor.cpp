#include "quarry/server/cursor.h"

#include <charconv>

#include "quarry/base/hash.h"
#include "quarry/search/reranking.h"

namespace quarry::server {
namespace {

constexpr std::uint64_t kSeed = 0x71756172727963;  // sets these hashes apart from all others
constexpr std::size_t kOffsetDigits = 4;
constexpr std::size_t kNumberDigits = 16;
constexpr std::size_t kHeadDigits = kOffsetDigits + kNumberDigits;  // offset, index version
constexpr std::size_t kMaxCursor = 128 + 2 * search::kMaxReranked;

// `tail`: the side, and the order of the best after it.
std::uint64_t check_of(std::string_view head, std::string_view tail, std::uint64_t key) {
  return hash64(fmt::format("{}-{}-{:016x}", head, tail, key), kSeed);
}

bool read_hex(std::string_view digits, std::uint64_t& number) {
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size();
}

}  // namespace

std::uint64_t query_key(const search::Query& query) {
  // What decides the order; what is told beside it may differ from page to page. Lengths and separators, so
  // that no two queries spell the same text.
  std::string text = fmt::format("{}:{};{};{};", query.text.size(), query.text, query.vectors, query.rerank);
  for (const auto language : query.filters.languages) text += fmt::format("l{};", static_cast<int>(language));
  for (const auto kind : query.filters.kinds) text += fmt::format("k{};", static_cast<int>(kind));
  for (const auto& path : query.filters.paths) text += fmt::format("p{}:{};", path.size(), path);
  for (const auto& name : query.filters.repositories) text += fmt::format("r{}:{};", name.size(), name);
  return hash64(text, kSeed);
}

std::string format_cursor(const Cursor& cursor, std::uint64_t query_key) {
  const auto head = fmt::format("{:04x}{:016x}", cursor.offset, cursor.index_version);
  const auto tail = cursor.best.empty() ? cursor.side : cursor.side + '~' + search::to_text(cursor.best);
  return fmt::format("{}{:016x}-{}", head, check_of(head, tail, query_key), tail);
}

Result<Cursor> parse_cursor(std::string_view text, std::uint64_t query_key) {
  const auto wrong = [] {
    return fail(ErrorKind::invalid_argument,
                "the cursor does not belong to this query; use next_cursor of an answer with the same query, "
                "filters and "
                "switches");
  };
  constexpr std::size_t kDash = kHeadDigits + kNumberDigits;
  if (text.size() <= kDash || text.size() > kMaxCursor || text[kDash] != '-') return wrong();
  Cursor cursor;
  std::uint64_t offset = 0;
  std::uint64_t check = 0;
  if (!read_hex(text.substr(0, kOffsetDigits), offset) ||
      !read_hex(text.substr(kOffsetDigits, kNumberDigits), cursor.index_version) ||
      !read_hex(text.substr(kHeadDigits, kNumberDigits), check)) {
    return wrong();
  }
  cursor.offset = offset;
  const auto tail = text.substr(kDash + 1);
  if (check_of(text.substr(0, kHeadDigits), tail, query_key) != check) return wrong();
  const auto mark = tail.find('~');
  cursor.side = tail.substr(0, mark);
  if (mark != std::string_view::npos) {
    auto best = search::parse_place_order(tail.substr(mark + 1));
    if (!best) return wrong();
    cursor.best = *std::move(best);
  }
  return cursor;
}

}  // namespace quarry::server

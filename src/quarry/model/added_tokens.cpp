#include "quarry/model/added_tokens.h"

#include <algorithm>

#include "quarry/base/utf8.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

bool is_word(char32_t c) {
  return unicode::is_letter_or_mark(c) || unicode::is_number(c) || c == '_';
}

std::size_t previous(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && utf8::is_continuation(text[at]));
  return at;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin > 0 && is_word(unicode::decode(text, previous(text, begin)).value)) return false;
  return end == text.size() || !is_word(unicode::decode(text, end).value);
}

unsigned char first_byte(const AddedToken& token) {
  return static_cast<unsigned char>(token.content.front());
}

}  // namespace

Result<std::vector<AddedToken>> parse_added_tokens(const Json& config) {
  std::vector<AddedToken> tokens;
  if (config.is_null()) return tokens;
  if (!config.is_array()) return fail(ErrorKind::corrupt, "\"added_tokens\" must be a list");
  for (const Json& entry : config) {
    AddedToken token;
    QUARRY_TRY(token.content, string_field(entry, "content"));
    QUARRY_TRY(const std::uint64_t id, number_field(entry, "id", kMaxVocabulary));
    if (id >= kMaxVocabulary)
      return fail(ErrorKind::corrupt, "added token \"{}\" has no valid id", token.content);
    token.id = static_cast<TokenId>(id);
    QUARRY_TRY(token.single_word, bool_field(entry, "single_word", false));
    QUARRY_TRY(token.lstrip, bool_field(entry, "lstrip", false));
    QUARRY_TRY(token.rstrip, bool_field(entry, "rstrip", false));
    QUARRY_TRY(const bool special, bool_field(entry, "special", false));
    QUARRY_TRY(token.normalized, bool_field(entry, "normalized", !special));
    if (!token.content.empty()) tokens.push_back(std::move(token));
  }
  return tokens;
}

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  std::stable_sort(tokens_.begin(), tokens_.end(), [](const AddedToken& a, const AddedToken& b) {
    return first_byte(a) != first_byte(b) ? first_byte(a) < first_byte(b)
                                          : a.content.size() > b.content.size();
  });
}

const AddedToken* AddedTokenFinder::longest_at(std::string_view text, std::size_t at) const {
  const auto byte = static_cast<unsigned char>(text[at]);
  auto token = std::lower_bound(tokens_.begin(), tokens_.end(), byte,
                                [](const AddedToken& t, unsigned char b) { return first_byte(t) < b; });
  for (; token != tokens_.end() && first_byte(*token) == byte; ++token) {
    if (text.substr(at).starts_with(token->content)) return &*token;
  }
  return nullptr;
}

void AddedTokenFinder::split(std::string_view text, const std::function<void(const Part&)>& visit) const {
  std::size_t done = 0;
  for (std::size_t at = 0; at < text.size() && !tokens_.empty();) {
    const AddedToken* token = longest_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at + token->content.size();
    at = end;
    if (token->single_word && !stands_alone(text, begin, end)) continue;
    while (token->lstrip && begin > done) {
      const std::size_t before = previous(text, begin);
      if (!unicode::is_whitespace(unicode::decode(text, before).value)) break;
      begin = before;
    }
    begin = std::max(begin, done);
    while (token->rstrip && end < text.size()) {
      const auto point = unicode::decode(text, end);
      if (!unicode::is_whitespace(point.value)) break;
      end += point.bytes;
    }
    if (begin > done) visit({text.substr(done, begin - done), std::nullopt});
    visit({{}, token->id});
    done = end;
    at = std::max(at, end);
  }
  if (done < text.size()) visit({text.substr(done), std::nullopt});
}

}  // namespace quarry::model

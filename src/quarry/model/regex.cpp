#define PCRE2_CODE_UNIT_WIDTH 8
#include "quarry/model/regex.h"

#include <pcre2.h>

#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

constexpr std::uint32_t kMatchLimit = 1'000'000;

// \w means more to Oniguruma (Unicode's UTS #18) than to PCRE2; outside of brackets the difference is written
// out.
std::string translated(const std::string& pattern) {
  static constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d})";
  std::string result;
  int brackets = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char escaped = pattern[++i];
      if (escaped == 'w') {
        result += brackets > 0 ? std::string(kWord) : "[" + std::string(kWord) + "]";
      } else if (escaped == 'W' && brackets == 0) {
        result += "[^" + std::string(kWord) + "]";
      } else {
        result += c;
        result += escaped;
      }
      continue;
    }
    if (c == '[') ++brackets;
    if (c == ']' && brackets > 0) --brackets;
    result += c;
  }
  return result;
}

}  // namespace

Result<Regex> Regex::compile(const std::string& pattern) {
  return compile(translated(pattern), false);
}
Result<Regex> Regex::literal(const std::string& text) {
  return compile(text, true);
}

Result<Regex> Regex::compile(const std::string& pattern, bool literal) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  // Multi-line: in Oniguruma's Ruby syntax ^ and $ always match at lines.
  const std::uint32_t options =
      PCRE2_UTF | (literal ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C);
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options,
                                   &error, &offset, nullptr);
  if (code == nullptr) {
    PCRE2_UCHAR message[160] = {};
    pcre2_get_error_message(error, message, sizeof message);
    return fail(ErrorKind::invalid_argument, "pattern \"{}\": {} (at byte {})", pattern,
                reinterpret_cast<const char*>(message), offset);
  }
  std::shared_ptr<void> owner(code, [](void* held) { pcre2_code_free(static_cast<pcre2_code*>(held)); });
  (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without it matching is slower, not different
  return Regex(std::move(owner));
}

void Regex::split(std::string_view text, std::vector<Stretch>& stretches) const {
  stretches.clear();
  if (text.empty()) return;
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create(1, nullptr), &pcre2_match_data_free);
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
      pcre2_match_context_create(nullptr), &pcre2_match_context_free);
  pcre2_set_match_limit(context.get(), kMatchLimit);

  std::size_t from = 0;     // where the next search starts
  std::size_t covered = 0;  // the end of the last stretch
  bool matched = false;     // a match ended at `covered`
  while (from <= text.size()) {
    const int found = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                                  PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (found < 0) break;
    const PCRE2_SIZE* where = pcre2_get_ovector_pointer(data.get());
    const std::size_t begin = where[0];
    const std::size_t end = where[1];
    if (end < begin || begin < covered) break;  // \K inside look-around: nothing a splitter can use
    if (begin == end && matched && end == covered) {
      if (from >= text.size()) break;
      from += unicode::decode(text, from).bytes;
      continue;
    }
    if (begin > covered) stretches.push_back({covered, begin, false});
    stretches.push_back({begin, end, true});
    covered = from = end;
    matched = true;
  }
  if (covered < text.size()) stretches.push_back({covered, text.size(), false});
}

}  // namespace quarry::model

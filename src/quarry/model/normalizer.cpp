#include "quarry/model/normalizer.h"

#include <array>
#include <string_view>

#include "quarry/base/ascii.h"
#include "quarry/base/utf8.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/regex.h"
#include "quarry/model/tokenizer_pattern.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

using unicode::Form;

template <class Visit>
void for_each_code_point(std::string_view text, Visit visit) {
  for (std::size_t at = 0; at < text.size();) {
    const auto point = unicode::decode(text, at);
    visit(point.value);
    at += point.bytes;
  }
}

template <class Keep>
void keep_if(std::string& text, Keep keep) {
  std::string result;
  result.reserve(text.size());
  for_each_code_point(text, [&](char32_t c) {
    if (keep(c)) unicode::append(result, c);
  });
  text = std::move(result);
}

void lowercase(std::string& text) {
  std::string result;
  result.reserve(text.size());
  for_each_code_point(text, [&](char32_t c) { unicode::append_lower(result, c); });
  text = std::move(result);
}

// The blocks that BERT's reference tokenizer calls Chinese.
bool is_cjk(char32_t c) {
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x20000 && c <= 0x2a6df) ||
         (c >= 0x2a700 && c <= 0x2b73f) || (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
         (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
}

struct Bert {
  bool clean_text = true;
  bool handle_chinese_chars = true;
  bool strip_accents = true;
  bool lowercase = true;

  void operator()(std::string& text) const {
    std::string result;
    result.reserve(text.size() + 16);
    for_each_code_point(text, [&](char32_t c) {
      if (clean_text) {
        const bool blank = c == '\t' || c == '\n' || c == '\r';
        if (c == 0 || c == 0xfffd || (!blank && unicode::is_other(c))) return;
        if (blank || unicode::is_whitespace(c)) c = ' ';
      }
      if (handle_chinese_chars && is_cjk(c)) {
        result += ' ';
        unicode::append(result, c);
        result += ' ';
      } else {
        unicode::append(result, c);
      }
    });
    text = std::move(result);
    if (strip_accents && !ascii::is_ascii(text)) {
      text = unicode::normalized(text, Form::nfd);
      keep_if(text, [](char32_t c) { return !unicode::is_nonspacing_mark(c); });
    }
    if (lowercase) model::lowercase(text);
  }
};

void strip(std::string& text, bool left, bool right) {
  std::size_t begin = 0;
  std::size_t end = text.size();
  while (left && begin < end) {
    const auto point = unicode::decode(text, begin);
    if (!unicode::is_whitespace(point.value)) break;
    begin += point.bytes;
  }
  while (right && end > begin) {
    std::size_t last = end - 1;
    while (last > begin && utf8::is_continuation(text[last])) --last;
    if (!unicode::is_whitespace(unicode::decode(text, last).value)) break;
    end = last;
  }
  text = text.substr(begin, end - begin);
}

Result<Bert> parse_bert(const Json& config) {
  Bert bert;
  QUARRY_TRY(bert.clean_text, bool_field(config, "clean_text", true));
  QUARRY_TRY(bert.handle_chinese_chars, bool_field(config, "handle_chinese_chars", true));
  QUARRY_TRY(bert.lowercase, bool_field(config, "lowercase", true));
  QUARRY_TRY(bert.strip_accents, bool_field(config, "strip_accents", bert.lowercase));  // null: as lowercase
  return bert;
}

constexpr std::array<std::pair<std::string_view, Form>, 4> kForms{
    {{"NFC", Form::nfc}, {"NFD", Form::nfd}, {"NFKC", Form::nfkc}, {"NFKD", Form::nfkd}}};

}  // namespace

Result<Regex> parse_pattern(const Json& config) {
  const Json* pattern = member(config, "pattern");
  if (pattern != nullptr && member(*pattern, "Regex") != nullptr) {
    QUARRY_TRY(const std::string text, string_field(*pattern, "Regex"));
    return Regex::compile(text);
  }
  if (pattern != nullptr && member(*pattern, "String") != nullptr) {
    QUARRY_TRY(const std::string text, string_field(*pattern, "String"));
    return Regex::literal(text);
  }
  return fail(ErrorKind::corrupt, "\"pattern\" must be {{\"String\": ...}} or {{\"Regex\": ...}}");
}

Result<Normalizer> Normalizer::parse(const Json& config) {
  Normalizer normalizer;
  QUARRY_CHECK(normalizer.add(config));
  return normalizer;
}

Status Normalizer::add(const Json& config) {
  if (config.is_null()) return {};
  QUARRY_TRY(const std::string type, string_field(config, "type"));
  for (const auto& [name, form] : kForms) {
    if (type != name) continue;
    steps_.emplace_back([chosen = form](std::string& text) { text = unicode::normalized(text, chosen); });
    return {};
  }
  if (type == "Sequence") {
    const Json* parts = member(config, "normalizers");
    if (parts == nullptr || !parts->is_array())
      return fail(ErrorKind::corrupt, "\"normalizers\" must be a list");
    for (const Json& part : *parts) {
      if (part.is_object() && part.value("type", Json()) == "Sequence") {
        return fail(ErrorKind::invalid_argument, "a normalizer Sequence inside a Sequence is not supported");
      }
      QUARRY_CHECK(add(part));
    }
  } else if (type == "BertNormalizer") {
    QUARRY_TRY(Step step, parse_bert(config));
    steps_.push_back(std::move(step));
  } else if (type == "Lowercase") {
    steps_.emplace_back(lowercase);
  } else if (type == "StripAccents") {
    steps_.emplace_back(
        [](std::string& text) { keep_if(text, [](char32_t c) { return !unicode::is_mark(c); }); });
  } else if (type == "Strip") {
    QUARRY_TRY(const bool left, bool_field(config, "strip_left", true));
    QUARRY_TRY(const bool right, bool_field(config, "strip_right", true));
    steps_.emplace_back([left, right](std::string& text) { strip(text, left, right); });
  } else if (type == "Prepend") {
    QUARRY_TRY(const std::string prefix, string_field(config, "prepend"));
    steps_.emplace_back([prefix](std::string& text) {
      if (!text.empty()) text.insert(0, prefix);
    });
  } else if (type == "Replace") {
    QUARRY_TRY(const Regex pattern, parse_pattern(config));
    QUARRY_TRY(const std::string content, string_field(config, "content"));
    steps_.emplace_back([pattern, content](std::string& text) {
      std::vector<Stretch> stretches;
      pattern.split(text, stretches);
      std::string result;
      for (const Stretch& stretch : stretches) {
        if (stretch.match) {
          result += content;
        } else {
          result.append(text, stretch.begin, stretch.end - stretch.begin);
        }
      }
      text = std::move(result);
    });
  } else {
    return fail(ErrorKind::invalid_argument, "normalizer \"{}\" is not supported", type);
  }
  return {};
}

void Normalizer::apply(std::string& text) const {
  for (const Step& step : steps_) step(text);
}

}  // namespace quarry::model

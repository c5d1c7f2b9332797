#include "quarry/model/pre_tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "quarry/model/byte_alphabet.h"
#include "quarry/model/json_fields.h"
#include "quarry/model/tokenizer_pattern.h"
#include "quarry/model/unicode.h"

namespace quarry::model {
namespace {

// What becomes of the stretches that a pattern matched. Names and meaning as in Hugging Face's tokenizers.
enum class Behaviour : std::uint8_t { removed, isolated, merged_with_previous, merged_with_next, contiguous };

Result<Behaviour> parse_behaviour(const Json& config, const std::string& absent) {
  static constexpr std::array<std::pair<std::string_view, Behaviour>, 5> kNames{
      {{"Removed", Behaviour::removed},
       {"Isolated", Behaviour::isolated},
       {"MergedWithPrevious", Behaviour::merged_with_previous},
       {"MergedWithNext", Behaviour::merged_with_next},
       {"Contiguous", Behaviour::contiguous}}};
  QUARRY_TRY(const std::string name, string_field(config, "behavior", absent));
  for (const auto& [known, behaviour] : kNames) {
    if (name == known) return behaviour;
  }
  return fail(ErrorKind::invalid_argument, "split behavior \"{}\" is not supported", name);
}

// Turns the stretches of one word into the words that take its place, appended to `out`.
void cut(const Words::Span& span, std::span<const Stretch> stretches, Behaviour behaviour,
         std::vector<Words::Span>& out) {
  const std::size_t before = out.size();
  const auto push = [&](const Stretch& stretch) {
    out.push_back({span.begin + stretch.begin, span.begin + stretch.end, span.first && stretch.begin == 0});
  };
  for (std::size_t i = 0; i < stretches.size(); ++i) {
    const Stretch& now = stretches[i];
    const bool after_match = i > 0 && stretches[i - 1].match;
    switch (behaviour) {
      case Behaviour::removed:
        if (!now.match) push(now);
        break;
      case Behaviour::isolated:
        push(now);
        break;
      case Behaviour::contiguous:
        if (i > 0 && stretches[i - 1].match == now.match) {
          out.back().end = span.begin + now.end;
        } else {
          push(now);
        }
        break;
      case Behaviour::merged_with_previous:
        if (now.match && !after_match && out.size() > before) {
          out.back().end = span.begin + now.end;
        } else {
          push(now);
        }
        break;
      case Behaviour::merged_with_next:
        // Seen from the right, a match joins what follows unless that is a match itself.
        if (i > 0 && after_match && !now.match && out.size() > before) {
          out.back().end = span.begin + now.end;
        } else {
          push(now);
        }
        break;
    }
  }
  const auto kept = std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                                   [](const Words::Span& word) { return word.begin == word.end; });
  out.erase(kept, out.end());
}

// find(text, stretches) fills the stretches of one word's text.
template <class Find>
void split_words(Words& words, Behaviour behaviour, Find find) {
  std::vector<Words::Span> result;
  result.reserve(words.spans.size() * 2);
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i < words.spans.size(); ++i) {
    find(words[i], stretches);
    cut(words.spans[i], stretches, behaviour, result);
  }
  words.spans = std::move(result);
}

// Every code point with the property is a match of its own.
template <class Property>
void find_code_points(std::string_view text, Property property, std::vector<Stretch>& stretches) {
  stretches.clear();
  for (std::size_t at = 0; at < text.size();) {
    const auto point = unicode::decode(text, at);
    const std::size_t end = at + point.bytes;
    if (property(point.value)) {
      stretches.push_back({at, end, true});
    } else if (!stretches.empty() && !stretches.back().match) {
      stretches.back().end = end;
    } else {
      stretches.push_back({at, end, false});
    }
    at = end;
  }
}

using Property = bool (*)(char32_t);

std::function<void(Words&)> splitter(Property property, Behaviour behaviour) {
  return [property, behaviour](Words& words) {
    split_words(words, behaviour, [&](std::string_view text, std::vector<Stretch>& stretches) {
      find_code_points(text, property, stretches);
    });
  };
}

std::function<void(Words&)> splitter(Regex pattern, Behaviour behaviour, bool invert) {
  return [pattern = std::move(pattern), behaviour, invert](Words& words) {
    split_words(words, behaviour, [&](std::string_view text, std::vector<Stretch>& stretches) {
      pattern.split(text, stretches);
      if (invert) {
        for (Stretch& stretch : stretches) stretch.match = !stretch.match;
      }
    });
  };
}

// Rewrites every word by write(word, span, text), which appends the new word to `text`.
template <class Write>
void rewrite_words(Words& words, Write write) {
  Words result;
  result.text.reserve(words.text.size() + words.text.size() / 4);
  for (std::size_t i = 0; i < words.spans.size(); ++i) {
    const std::size_t begin = result.text.size();
    write(words[i], words.spans[i], result.text);
    result.spans.push_back({begin, result.text.size(), words.spans[i].first});
  }
  words = std::move(result);
}

// The pattern of GPT-2's reference encoder.
constexpr const char* kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

struct ByteLevel {
  bool add_prefix_space = true;
  std::optional<Regex> pattern;

  void operator()(Words& words) const {
    if (add_prefix_space) {
      rewrite_words(words, [](std::string_view word, const Words::Span&, std::string& text) {
        if (!word.starts_with(' ')) text += ' ';
        text += word;
      });
    }
    if (pattern) splitter(*pattern, Behaviour::isolated, false)(words);
    rewrite_words(words, [](std::string_view word, const Words::Span&, std::string& text) {
      for (const char byte : word) append_byte_letter(text, static_cast<unsigned char>(byte));
    });
  }
};

struct Metaspace {
  enum class Prepend : std::uint8_t { always, first, never };
  std::string replacement;
  Prepend prepend = Prepend::always;
  bool split = true;
  std::optional<Regex> pattern;

  void operator()(Words& words) const {
    rewrite_words(words, [&](std::string_view word, const Words::Span& span, std::string& text) {
      const bool marked = word.starts_with(' ') || word.starts_with(replacement);
      if (!marked && (prepend == Prepend::always || (prepend == Prepend::first && span.first)))
        text += replacement;
      for (const char c : word) {
        if (c == ' ') {
          text += replacement;
        } else {
          text += c;
        }
      }
    });
    if (split) splitter(*pattern, Behaviour::merged_with_next, false)(words);
  }
};

Result<Metaspace> parse_metaspace(const Json& config) {
  Metaspace metaspace;
  QUARRY_TRY(metaspace.replacement, string_field(config, "replacement", "\xe2\x96\x81"));
  QUARRY_TRY(metaspace.split, bool_field(config, "split", true));
  QUARRY_TRY(const bool legacy, bool_field(config, "add_prefix_space", true));
  QUARRY_TRY(const std::string scheme, string_field(config, "prepend_scheme", legacy ? "always" : "never"));
  if (scheme == "first") {
    metaspace.prepend = Metaspace::Prepend::first;
  } else if (scheme == "never") {
    metaspace.prepend = Metaspace::Prepend::never;
  } else if (scheme != "always") {
    return fail(ErrorKind::invalid_argument, "prepend_scheme \"{}\" is not supported", scheme);
  }
  if (metaspace.replacement.empty()) return fail(ErrorKind::corrupt, "\"replacement\" must not be empty");
  QUARRY_TRY(metaspace.pattern, Regex::literal(metaspace.replacement));
  return metaspace;
}

}  // namespace

Result<PreTokenizer> PreTokenizer::parse(const Json& config) {
  PreTokenizer result;
  QUARRY_CHECK(result.add(config));
  return result;
}

Status PreTokenizer::add(const Json& config) {
  if (config.is_null()) return {};
  QUARRY_TRY(const std::string type, string_field(config, "type"));
  if (type == "Sequence") {
    const Json* parts = member(config, "pretokenizers");
    if (parts == nullptr || !parts->is_array())
      return fail(ErrorKind::corrupt, "\"pretokenizers\" must be a list");
    for (const Json& part : *parts) {
      if (part.is_object() && part.value("type", Json()) == "Sequence") {
        return fail(ErrorKind::invalid_argument,
                    "a pre_tokenizer Sequence inside a Sequence is not supported");
      }
      QUARRY_CHECK(add(part));
    }
  } else if (type == "BertPreTokenizer") {
    steps_.push_back(splitter(&unicode::is_whitespace, Behaviour::removed));
    steps_.push_back(splitter(&unicode::is_punctuation, Behaviour::isolated));
  } else if (type == "WhitespaceSplit") {
    steps_.push_back(splitter(&unicode::is_whitespace, Behaviour::removed));
  } else if (type == "Whitespace") {
    QUARRY_TRY(Regex pattern, Regex::compile(R"(\w+|[^\w\s]+)"));
    steps_.push_back(splitter(std::move(pattern), Behaviour::removed, true));
  } else if (type == "Punctuation") {
    QUARRY_TRY(const Behaviour behaviour, parse_behaviour(config, "Isolated"));
    steps_.push_back(splitter(&unicode::is_punctuation, behaviour));
  } else if (type == "Digits") {
    QUARRY_TRY(const bool individual, bool_field(config, "individual_digits", false));
    steps_.push_back(splitter(&unicode::is_number, individual ? Behaviour::isolated : Behaviour::contiguous));
  } else if (type == "CharDelimiterSplit") {
    QUARRY_TRY(const std::string delimiter, string_field(config, "delimiter"));
    QUARRY_TRY(Regex pattern, Regex::literal(delimiter));
    steps_.push_back(splitter(std::move(pattern), Behaviour::removed, false));
  } else if (type == "Split") {
    QUARRY_TRY(Regex pattern, parse_pattern(config));
    QUARRY_TRY(const Behaviour behaviour, parse_behaviour(config, ""));
    QUARRY_TRY(const bool invert, bool_field(config, "invert", false));
    steps_.push_back(splitter(std::move(pattern), behaviour, invert));
  } else if (type == "ByteLevel") {
    ByteLevel step;
    QUARRY_TRY(step.add_prefix_space, bool_field(config, "add_prefix_space", true));
    QUARRY_TRY(const bool use_regex, bool_field(config, "use_regex", true));
    if (use_regex) {
      QUARRY_TRY(step.pattern, Regex::compile(kGpt2Pattern));
    }
    steps_.emplace_back(std::move(step));
  } else if (type == "Metaspace") {
    QUARRY_TRY(Step step, parse_metaspace(config));
    steps_.push_back(std::move(step));
  } else {
    return fail(ErrorKind::invalid_argument, "pre_tokenizer \"{}\" is not supported", type);
  }
  return {};
}

void PreTokenizer::apply(Words& words) const {
  for (const Step& step : steps_) step(words);
}

}  // namespace quarry::model

#include "quarry/training/dataset.h"

#include <algorithm>
#include <array>

#include "quarry/base/hash.h"
#include "quarry/index/path_words.h"
#include "quarry/training/comment.h"
#include "quarry/training/plain_verb.h"

namespace quarry::training {
namespace {

constexpr std::size_t kNameTokens = 24;
constexpr std::size_t kSignatureTokens = 96;
constexpr std::size_t kPlaceTokens = 32;
constexpr std::size_t kCommentTokens = 128;

// What people write around what they look for. Chosen by hand; a model has to learn to pass over them.
constexpr std::array<std::string_view, 20> kQuestions{
    "how to",        "how do you",     "how can i", "how does it",    "how is",      "where is",
    "where does it", "where do we",    "what is",   "which function", "function to", "function that",
    "code to",       "the code that",  "way to",    "using",          "in",          "example",
    "can you",       "the place where"};

// How people write a language's name where it is not what syntax calls it.
std::string_view written_name(std::string_view language) {
  if (language == "cpp") return "c++ cpp";
  if (language == "csharp") return "c# csharp";
  if (language == "go") return "go golang";
  if (language == "bash") return "bash shell";
  return language;
}

// The doc of a Go function starts with its name: a query does not.
std::string_view without_leading_name(std::string_view doc, std::string_view name) {
  if (name.empty() || !doc.starts_with(name)) return doc;
  const std::string_view rest = doc.substr(name.size());
  return rest.size() > 1 && rest.front() == ' ' ? rest.substr(1) : doc;
}

std::string_view last_part(std::string_view name) {
  const std::size_t at = name.find_last_of(".:#");
  return at == std::string_view::npos ? name : name.substr(at + 1);
}

}  // namespace

void Dataset::add(const preparation::Pair& pair, const Tokenize& tokenize, std::uint32_t teacher) {
  if (question_words_.empty()) {
    for (const std::string_view phrase : kQuestions) {
      tokenize(phrase, question_words_.emplace_back(), kNameTokens);
    }
  }
  Record record;
  record.teacher = teacher;
  record.begin = tokens_.size();
  const auto append = [&](std::string_view text, std::size_t limit) {
    const std::size_t before = tokens_.size();
    tokenize(text, tokens_, limit);
    return static_cast<std::uint16_t>(tokens_.size() - before);
  };
  const std::string_view doc = without_leading_name(pair.doc, last_part(pair.name));
  record.doc = append(doc, limits_.doc_tokens);
  record.name = append(pair.name, kNameTokens);
  record.signature = append(pair.signature, kSignatureTokens);
  record.place = append(index::path_text(pair.path), kPlaceTokens);

  const std::string_view code = std::string_view(pair.code).substr(0, limits_.code_bytes);
  record.comments = append(comments_of(pair.language, code), kCommentTokens);

  for (std::size_t i = 0; i < kKeptLines; ++i) {
    if (i < pair.calls.size()) record.calls[i] = append(pair.calls[i], limits_.doc_tokens);
  }
  for (std::size_t i = 0; i < kKeptLines; ++i) {
    if (i < pair.subjects.size()) record.subjects[i] = append(pair.subjects[i], limits_.doc_tokens);
  }

  if (const std::string_view verb = first_word(doc); !verb.empty()) {
    if (const std::string plain = plain_verb(verb); !plain.empty()) {
      scratch_.clear();
      tokenize(verb, scratch_, kNameTokens);
      record.verb_tokens = static_cast<std::uint16_t>(scratch_.size());
      record.plain_verb = append(plain, kNameTokens);
    }
  }

  scratch_.clear();
  tokenize(code, scratch_, limits_.code_tokens);
  if (limits_.in_order) {
    tokens_.insert(tokens_.end(), scratch_.begin(), scratch_.end());
    record.reading = static_cast<std::uint16_t>(scratch_.size());
  }
  record.code_hash =
      hash64({reinterpret_cast<const char*>(scratch_.data()), scratch_.size() * sizeof(TokenId)});
  std::sort(scratch_.begin(), scratch_.end());
  record.code = counts_.size();
  for (std::size_t i = 0; i < scratch_.size();) {
    std::size_t end = i + 1;
    while (end < scratch_.size() && scratch_[end] == scratch_[i]) ++end;
    counts_.emplace_back(scratch_[i], static_cast<std::uint32_t>(end - i));
    i = end;
  }
  record.code_size = static_cast<std::uint32_t>(counts_.size() - record.code);
  record.doc_hash =
      hash64({reinterpret_cast<const char*>(tokens_.data() + record.begin), record.doc * sizeof(TokenId)});
  const auto repository = repository_numbers_.try_emplace(
      pair.repository, static_cast<std::uint32_t>(repository_numbers_.size()));
  record.repository = repository.first->second;
  const auto language =
      language_numbers_.try_emplace(pair.language, static_cast<std::uint32_t>(language_numbers_.size()));
  if (language.second) {
    tokenize(written_name(pair.language), language_words_.emplace_back(), kNameTokens);
  }
  record.language = static_cast<std::uint16_t>(language.first->second);
  if (record.doc == 0 || record.code_size == 0) {
    tokens_.resize(record.begin);
    counts_.resize(record.code);
    return;
  }
  record.file = static_cast<std::uint32_t>(files_.size());
  if (!pair.path.empty()) {
    record.file =
        file_numbers_.try_emplace(hash64(pair.path, hash64(pair.repository)), record.file).first->second;
  }
  if (record.file == files_.size()) files_.emplace_back();
  files_[record.file].push_back(static_cast<std::uint32_t>(records_.size()));
  records_.push_back(record);
}

Example Dataset::operator[](std::size_t i) const {
  const Record& record = records_[i];
  std::size_t at = record.begin;
  const auto take = [&](std::size_t size) {
    const std::span part = std::span(tokens_).subspan(at, size);
    at += size;
    return part;
  };
  Example example;
  example.doc = take(record.doc);
  example.name = take(record.name);
  example.signature = take(record.signature);
  example.place = take(record.place);
  example.comments = take(record.comments);
  for (std::size_t line = 0; line < kKeptLines; ++line) example.calls[line] = take(record.calls[line]);
  for (std::size_t line = 0; line < kKeptLines; ++line) example.subjects[line] = take(record.subjects[line]);
  example.plain_verb = take(record.plain_verb);
  example.verb_tokens = record.verb_tokens;
  example.reading = take(record.reading);
  example.teacher = record.teacher;
  example.code = std::span(counts_).subspan(record.code, record.code_size);
  example.repository = record.repository;
  example.file = record.file;
  example.language = record.language;
  example.doc_hash = record.doc_hash;
  example.code_hash = record.code_hash;
  return example;
}

void Dataset::append_card(std::size_t i, std::vector<TokenId>& ids) const {
  const std::size_t end = ids.size() + limits_.code_tokens;
  const auto append = [&](std::span<const TokenId> more) { ids.insert(ids.end(), more.begin(), more.end()); };
  append((*this)[i].place);
  for (const std::uint32_t member : files_[records_[i].file]) {
    if (ids.size() >= end) break;
    append((*this)[member].name);
  }
  if (ids.size() > end) ids.resize(end);
}

}  // namespace quarry::training

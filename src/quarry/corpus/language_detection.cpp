// Which language a file is written in: its whole name, its extension, its "#!" line, and for names that
// several languages share what stands in its first bytes.
#include <algorithm>
#include <array>
#include <string>

#include "quarry/base/ascii.h"
#include "quarry/corpus/language.h"
#include "quarry/corpus/language_table.h"

namespace quarry::corpus {
namespace {

// Enough to get past a licence text at the top; more would cost time and decide nothing else.
constexpr std::size_t kHeadBytes = 16U << 10;

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

std::string_view take_word(std::string_view& rest) {
  rest = trimmed(rest);
  const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

// "#!/usr/bin/env -S FOO=1 python3.11 -u" -> python.
std::optional<Language> by_shebang(std::string_view head) {
  if (!head.starts_with("#!")) return std::nullopt;
  std::string_view line = head.substr(2, head.find('\n') - 2);
  const auto program_of = [](std::string_view path) { return path.substr(path.rfind('/') + 1); };
  std::string_view program = program_of(take_word(line));
  if (program == "env") {
    do {
      program = take_word(line);
    } while (program.starts_with('-') || program.find('=') != std::string_view::npos);
    program = program_of(program);
  }
  if (const auto exact = language_of_interpreter(program)) return exact;
  const std::size_t end = program.find_last_not_of("0123456789.-");
  return language_of_interpreter(program.substr(0, end == std::string_view::npos ? 0 : end + 1));
}

// Calls visit(line) for each line of `head` without comments and outer blanks, until it is true.
template <class Visit>
bool any_code_line(std::string_view head, const Visit& visit) {
  std::string line;
  bool in_block = false;
  for (std::size_t i = 0; i <= head.size(); ++i) {
    const char c = i < head.size() ? head[i] : '\n';
    const char next = i + 1 < head.size() ? head[i + 1] : '\n';
    if (c == '\n') {
      if (visit(trimmed(line))) return true;
      line.clear();
    } else if (in_block) {
      if (c == '*' && next == '/') {
        in_block = false;
        ++i;
      }
    } else if (c == '/' && next == '*') {
      in_block = true;
      ++i;
    } else if (c == '/' && next == '/') {
      i = std::min(head.find('\n', i), head.size()) - 1;
    } else {
      line += c;
    }
  }
  return false;
}

bool starts_with_word(std::string_view line, std::string_view word) {
  return line.starts_with(word) && (line.size() == word.size() || !ascii::is_word(line[word.size()]));
}

bool is_cpp_line(std::string_view line) {
  static constexpr std::array kWords =
      std::to_array<std::string_view>({"namespace", "template", "using", "constexpr", "consteval", "virtual",
                                       "friend", "static_assert", "explicit", "concept"});
  static constexpr std::array kAccess = std::to_array<std::string_view>(
      {"public:", "private:", "protected:", "enum class", "inline namespace"});
  if (line.empty()) return false;
  // static_assert and constexpr are C11's and C23's as well: too rare in headers of C to matter.
  if (std::ranges::any_of(kWords, [&](auto word) { return starts_with_word(line, word); })) return true;
  if (std::ranges::any_of(kAccess, [&](auto word) { return line.starts_with(word); })) return true;
  if (starts_with_word(line, "class") && line.size() > 6 && ascii::is_word(line[6])) return true;
  if (line.starts_with("#include")) {  // <vector>: a header of the C++ library has no extension
    const std::string_view name = trimmed(line.substr(8));
    return name.starts_with('<') && name.find('.') == std::string_view::npos;
  }
  return line.find("std::") != std::string_view::npos || line.find("operator==") != std::string_view::npos;
}

bool is_objective_c_line(std::string_view line) {
  return line.starts_with("@interface") || line.starts_with("@protocol") ||
         line.starts_with("@implementation") || line.starts_with("@class") || line.starts_with("@import") ||
         line.starts_with("#import");
}

Language by_c_header(std::string_view head) {
  bool cpp = false;
  // An Objective-C++ header shows both; its own constructs tell more than C++'s.
  if (any_code_line(head, [&](std::string_view line) {
        cpp = cpp || is_cpp_line(line);
        return is_objective_c_line(line);
      })) {
    return Language::objective_c;
  }
  return cpp ? Language::cpp : Language::c;
}

// `.m` is MATLAB's as well, which has no name here.
Language by_dot_m(std::string_view head) {
  if (head.empty() || any_code_line(head, is_objective_c_line)) return Language::objective_c;
  const bool c_like = any_code_line(head, [](std::string_view line) {
    return line.starts_with("#include") || line.starts_with("#define") || line.ends_with('{');
  });
  return c_like ? Language::objective_c : Language::text;
}

// `.pl` is Prolog's as well: clauses and directives, and nothing that only Perl has.
Language by_dot_pl(std::string_view head) {
  if (head.find(":- ") == std::string_view::npos) return Language::perl;
  const bool perl =
      head.find("use strict") != std::string_view::npos || head.find("my $") != std::string_view::npos;
  return perl ? Language::perl : Language::text;
}

Language resolve(Language language, std::string_view extension, std::string_view head) {
  const std::string_view start = trimmed(head.substr(0, 64));
  const bool markup = start.starts_with("<?xml") || start.starts_with("<!DOCTYPE");
  if (extension == "h") return by_c_header(head);
  if (extension == "m") return by_dot_m(head);
  if (extension == "pl") return by_dot_pl(head);
  if (extension == "ts" && markup) return Language::xml;  // Qt Linguist
  if (extension == "fs" &&
      (start.starts_with("#version") || head.find("gl_Frag") != std::string_view::npos)) {
    return Language::text;  // a GLSL fragment shader
  }
  return language;
}

std::optional<Language> by_extension(std::string_view name, std::string_view head) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return std::nullopt;
  const std::string_view original = name.substr(dot + 1);
  if (original == "C" || original == "H") return Language::cpp;  // by the custom of Unix compilers
  const std::string extension = ascii::lower(original);
  // A template of a file: config.h.in, nginx.conf.tmpl.
  if (extension == "in" || extension == "tmpl" || extension == "tpl" || extension == "template") {
    const std::string_view inner = name.substr(0, dot);
    if (const auto known = language_of_file_name(inner)) return known;
    return by_extension(inner, head);
  }
  const auto language = language_of_extension(extension);
  if (!language) return std::nullopt;
  return resolve(*language, extension, head);
}

// Dockerfile.prod, Makefile.am: the name is in front.
std::optional<Language> by_name_prefix(std::string_view name) {
  const std::size_t dot = name.find('.');
  if (dot == 0 || dot == std::string_view::npos) return std::nullopt;
  const auto language = language_of_file_name(name.substr(0, dot));
  if (language == Language::dockerfile || language == Language::makefile) return language;
  return std::nullopt;
}

}  // namespace

Language detect_language(std::string_view path, std::string_view head) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  head = head.substr(0, kHeadBytes);
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (const auto known = language_of_file_name(name)) return *known;
  if (const auto known = by_extension(name, head)) return *known;
  if (const auto known = by_name_prefix(name)) return *known;
  if (const auto known = by_shebang(head)) return *known;
  if (head.starts_with("<?php")) return Language::php;
  if (head.starts_with("<?xml")) return Language::xml;
  return Language::text;
}

}  // namespace quarry::corpus

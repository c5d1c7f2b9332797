// Answers for people, for editors and for programs: text, vimgrep and JSON.
#pragma once

#include <functional>
#include <string>

#include "quarry/cli/output.h"
#include "quarry/cli/settings.h"
#include "quarry/cli/terminal.h"
#include "quarry/search/answer.h"

namespace quarry::cli {

enum class Format : std::uint8_t { text, json, vimgrep };

// How a result's file is named where a person or an editor is to open it.
struct ShownPath {
  std::string relative;  // as typed from the current folder
  std::string absolute;  // "" where the file lies in no folder (a revision of an object store)
};

struct PrintOptions {
  Format format = Format::text;
  std::size_t code_lines = 12;  // of each result
  bool explain = false;
  bool show_repository = false;  // there are several
  std::function<ShownPath(const search::SearchResult&)> locate;
};

// From --json, --format, --context, --full and --explain; `locate` is left to the caller.
[[nodiscard]] PrintOptions print_options(const Settings& settings);

void print_answer(const search::Answer& answer, const PrintOptions& options, const Terminal& terminal,
                  Output& out);

// The answer as one line of JSON; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_line(const search::Answer& answer);

}  // namespace quarry::cli

// quarry similar: functions like the one at a line.
#include <charconv>

#include "quarry/cli/answer_printer.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/search_session.h"

namespace quarry::cli {
namespace {

constexpr std::array kIndexFlags{&kIndexDirectory, &kNoRefresh,    &kRevision,   &kModel,    &kNoVectors,
                                 &kWeights,        &kNoSecondLook, &kName,       &kNoSource, &kMaxFileSize,
                                 &kNoDefaultRules, &kNoIgnore,     &kGraphUnits, &kThreads};
constexpr std::array kGroups{FlagGroup{"Filters", kFilterFlags}, FlagGroup{"Output", kOutputFlags},
                             FlagGroup{"Index", kIndexFlags}};
constexpr std::array kArguments{
    Argument{.name = "FILE:LINE",
             .brief = "A place inside the function, as editors and `quarry search` write it",
             .completion = Completion::file},
    Argument{.name = "PATH",
             .required = false,
             .brief = "The folder or repository to search; without it the current folder, or the file's own "
                      "repository where that lies elsewhere",
             .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry similar src/app.py:120", "Functions like the one that holds line 120."},
    Example{"quarry similar --lang go legacy/retry.py:10",
            "How other languages of the repository do the same."}};

struct Place {
  std::string file;
  std::uint32_t line = 0;
};

// FILE:LINE, also FILE:LINE:COLUMN as compilers and vimgrep write it.
Result<Place> parse_place(std::string_view text) {
  const auto number_at = [](std::string_view digits) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size() ? number : 0;
  };
  const auto last = text.rfind(':');
  if (last != std::string_view::npos && last > 0) {
    const auto number = number_at(text.substr(last + 1));
    const auto front = text.substr(0, last);
    const auto before = front.rfind(':');
    if (number != 0 && before != std::string_view::npos && before > 0) {
      if (const auto line = number_at(front.substr(before + 1)); line != 0)
        return Place{std::string(front.substr(0, before)), line};
    }
    if (number != 0) return Place{std::string(front), number};
  }
  return fail(ErrorKind::invalid_argument, "similar: '{}' is not FILE:LINE with a line from 1", text);
}

// The name that the index has for a file: relative to the root of the view that holds it.
std::string indexed_path(const index::Snapshot& snapshot, const std::string& file) {
  std::error_code error;
  const auto absolute = std::filesystem::weakly_canonical(file, error);
  if (error) return file;
  for (const auto& view : snapshot.views()) {
    if (view.root.empty()) continue;
    const auto relative = absolute.lexically_relative(view.root);
    if (!relative.empty() && *relative.begin() != "..") return relative.generic_string();
  }
  return file;
}

Result<int> run_similar(Context& context) {
  QUARRY_TRY(const auto place, parse_place(context.arguments[0]));
  const auto where = context.arguments.size() > 1                     ? context.arguments[1]
                     : context.settings.text(kIndexDirectory).empty() ? folder_around(context, place.file)
                                                                      : std::string(".");
  QUARRY_TRY(const auto engine, open_session(context, where));
  const auto query = query_of(context.settings);
  // As seen from the current folder first, as `quarry search` prints it; then as the index has it.
  const auto path = indexed_path(engine->snapshot(), place.file);
  auto answer = engine->similar(path, place.line, query);
  if (!answer && answer.error().kind == ErrorKind::not_found && path != place.file) {
    answer = engine->similar(place.file, place.line, query);
  }
  if (!answer) return tl::unexpected(answer.error());
  auto options = print_options(context.settings);
  options.locate = locator_of(engine->snapshot());
  options.show_repository = engine->snapshot().views().size() > 1 && context.settings.is_set(kIndexDirectory);
  print_answer(*answer, options, context.terminal, context.out);
  return answer->results.empty() ? kNothingFound : kFound;
}

}  // namespace

const Command kSimilarCommand{.name = "similar",
                              .brief = "Find functions like the one at a line",
                              .details =
                                  "The function, method, class or section that holds the line is the query; "
                                  "it is left out of the results.",
                              .arguments = kArguments,
                              .groups = kGroups,
                              .examples = kExamples,
                              .run = run_similar};

}  // namespace quarry::cli

// quarry questions: judged questions out of the docs of repositories, for eval and fit-ranking.
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/text_layout.h"
#include "quarry/evaluation/doc_questions.h"

namespace quarry::cli {
namespace {

constexpr Flag kOutputFile{.name = "output",
                           .letter = 'o',
                           .type = ValueType::text,
                           .value = "FILE",
                           .brief = "Write the questions to FILE instead of printing them",
                           .completion = Completion::file};
constexpr Flag kPerRepository{.name = "per-repository",
                              .type = ValueType::number,
                              .value = "N",
                              .fallback = "50",
                              .brief = "Questions of a repository, chosen by chance",
                              .minimum = 1,
                              .maximum = 1'000'000};

constexpr std::array kQuestionFlags{&kOutputFile, &kPerRepository, &kSeed};
constexpr std::array kGroups{FlagGroup{"Questions", kQuestionFlags}, FlagGroup{"Files", kSelectionFlags}};
constexpr std::array kArguments{Argument{.name = "PATH",
                                         .repeated = true,
                                         .brief = "A folder, repository or git URL",
                                         .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry questions ~/src/* -o docs.jsonl", "Fifty questions a repository."},
    Example{"quarry eval --task docs.jsonl --repos ~/src", "How well are they answered without those docs?"}};

Result<int> run_questions(Context& context) {
  if (context.arguments.empty()) return fail(ErrorKind::invalid_argument, "questions: PATH is missing");
  const Interruption interruption;
  std::string lines;
  std::size_t count = 0;
  for (const std::string& where : context.arguments) {
    if (interruption.stopped()) return fail(ErrorKind::cancelled, "stopped");
    QUARRY_TRY(const auto source, open_source_for(context, where, interruption.token()));
    QUARRY_TRY(const auto questions,
               evaluation::questions_from_docs(*source, {.listing = list_options(context.settings),
                                                         .limit = context.settings.number(kPerRepository),
                                                         .seed = context.settings.number(kSeed)}));
    context.note(fmt::format("{}: {}", source->name(), counted(questions.size(), "question")));
    for (const evaluation::Question& question : questions) lines += to_json_line(question);
    count += questions.size();
  }
  if (const std::string file = context.settings.text(kOutputFile); !file.empty()) {
    QUARRY_CHECK(write_atomically(context.files, file, std::as_bytes(std::span(lines))));
  } else {
    context.out.write(lines);
  }
  return count == 0 ? kNothingFound : kFound;
}

}  // namespace

const Command kQuestionsCommand{
    .name = "questions",
    .brief = "Make judged questions out of the docs of repositories",
    .details =
        "The first sentence of a function's doc becomes a question whose one right answer is that function. "
        "Each "
        "question is marked as masked: `quarry eval` hides that doc, and that doc alone, from the index that "
        "it "
        "asks. Functions of tests and examples ask nothing, and a sentence that two functions share asks for "
        "neither.\n\n"
        "A repository is named as its folder or remote is; `quarry eval --repos DIR` looks for it below DIR.",
    .arguments = kArguments,
    .groups = kGroups,
    .examples = kExamples,
    .run = run_questions};

}  // namespace quarry::cli

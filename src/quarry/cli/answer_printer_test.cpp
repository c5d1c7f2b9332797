// Results as text and vimgrep lines, in a pipe and on a terminal.
#include "quarry/cli/answer_printer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "quarry/cli/batch.h"
#include "quarry/cli/progress_display.h"

namespace quarry::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Terminal kPipe{.interactive = false, .colours = false, .links = false, .width = 0};
const Terminal kScreen{.interactive = true, .colours = false, .links = false, .width = 40};

search::Answer example() {
  search::SearchResult result;
  result.rank = 1;
  result.score = 0.8731F;
  result.repository = "app";
  result.path = "src/io.py";
  result.start_line = 9;
  result.end_line = 11;
  result.language = corpus::Language::python;
  result.kind = syntax::Kind::function;
  result.name = "join";
  result.qualified_name = "Files.join";
  result.signature = "def join(paths):";
  result.doc = "\n  Joins files.\n\n  More.";
  result.code = "def join(paths):\n\n    return b''.join(map(read, paths))  # a comment that is long\n";
  result.why = {{"prior", 1.0F, -0.25F}, {"file.bm25f", 12.0F, 0.5F}};
  search::Answer answer;
  answer.query = "join files";
  answer.results = {result};
  return answer;
}

std::string print(const search::Answer& answer, const PrintOptions& chosen, const Terminal& terminal) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  auto options = chosen;
  options.locate = [](const search::SearchResult& result) {
    return ShownPath{result.path, "/r/" + result.path};
  };
  {
    Output out(ends[1]);
    print_answer(answer, options, terminal, out);
  }
  ::close(ends[1]);
  std::string text(1U << 15, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, size)));
  return text;
}

TEST(AnswerPrinter, PlainTextInAPipe) {
  EXPECT_EQ(print(example(), {}, kPipe),
            "src/io.py:9-11: function Files.join  [0.873]\n"
            "    Joins files.\n"
            "     9  def join(paths):\n"
            "    10\n"
            "    11      return b''.join(map(read, paths))  # a comment that is long\n");
}

TEST(AnswerPrinter, AScreenIsNotOverrun) {
  const auto text = print(example(), {}, kScreen);
  EXPECT_THAT(text, HasSubstr("src/io.py:9: function Files.join"));
  EXPECT_THAT(text, HasSubstr("    11 │     return b''.join(map(read, …\n"));
}

TEST(AnswerPrinter, CodeIsCutAfterTheChosenLines) {
  PrintOptions options;
  options.code_lines = 1;
  EXPECT_THAT(print(example(), options, kPipe), AllOf(HasSubstr("2 more lines"), Not(HasSubstr("return"))));
  options.code_lines = 2;  // one line more is shown instead of a line that says so
  EXPECT_THAT(print(example(), options, kPipe), AllOf(Not(HasSubstr("more line")), HasSubstr("return")));
  options.code_lines = 0;
  EXPECT_THAT(print(example(), options, kPipe), Not(HasSubstr("def")));
}

TEST(AnswerPrinter, ReasonsComeWithTheHeaviestFirst) {
  PrintOptions options;
  options.explain = true;
  const auto text = print(example(), options, kPipe);
  EXPECT_THAT(text, HasSubstr("+0.500  file.bm25f = 12"));
  EXPECT_LT(text.find("file.bm25f"), text.find("prior"));
}

TEST(AnswerPrinter, AnIndexWithoutSourceShowsSignatures) {
  auto answer = example();
  answer.results[0].code.clear();
  EXPECT_THAT(print(answer, {}, kPipe), HasSubstr("9  def join(paths):"));
}

TEST(AnswerPrinter, AVimgrepResultIsOneLineWhateverItHolds) {
  PrintOptions options;
  options.format = Format::vimgrep;
  EXPECT_EQ(print(example(), options, kPipe), "src/io.py:9:1:def join(paths):\n");
  auto hostile = example();
  hostile.results[0].path = "a\nb\x1b[2J.py";
  hostile.results[0].signature = "def f(a,\n b):";
  const auto text = print(hostile, options, kPipe);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(AnswerPrinter, HostileCodeReachesTheScreenHarmless) {
  auto hostile = example();
  hostile.results[0].code = "x = '\x1b]0;owned\x07'\n";
  hostile.results[0].doc = "\x1b[31mred";
  hostile.results[0].qualified_name = "a\x1b[1mb";
  EXPECT_THAT(print(hostile, {}, kScreen), Not(HasSubstr("\x1b")));
}

TEST(AnswerPrinter, JsonHoldsPathsThatAreNoUtf8) {
  auto answer = example();
  answer.results[0].path = "caf\xE9.py";
  EXPECT_THAT(json_line(answer), HasSubstr("caf\xEF\xBF\xBD.py"));
}

TEST(Batch, ALineIsTextOrAnObject) {
  search::Query defaults;
  defaults.limit = 7;
  defaults.filters.paths = {"src/"};
  const auto text = parse_batch_line("open a file", defaults);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text, "open a file");
  EXPECT_EQ(text->limit, 7U);
  const auto object = parse_batch_line(
      R"({"query":"open","lang":"go","kind":["method"],"path":["a/","b/"],"limit":3,"id":1})", defaults);
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->text, "open");
  EXPECT_EQ(object->limit, 3U);
  EXPECT_EQ(object->filters.languages, (std::vector{corpus::Language::go}));
  EXPECT_EQ(object->filters.kinds, (std::vector{syntax::Kind::method}));
  EXPECT_EQ(object->filters.paths, (std::vector<std::string>{"a/", "b/"}));
}

TEST(Batch, SaysWhatIsWrongWithALine) {
  const auto error = [](std::string_view line) {
    const auto query = parse_batch_line(line, {});
    return query ? std::string("no error") : query.error().message;
  };
  EXPECT_THAT(error("{\"query\":"), HasSubstr("not valid JSON"));
  EXPECT_THAT(error("{}"), HasSubstr("\"query\""));
  EXPECT_THAT(error(R"({"query":"a","lang":"klingon"})"), HasSubstr("klingon"));
  EXPECT_THAT(error(R"({"query":"a","lang":3})"), HasSubstr("\"lang\""));
  EXPECT_THAT(error(R"({"query":"a","kind":"verb"})"), HasSubstr("verb"));
  EXPECT_THAT(error(R"({"query":"a","limit":0})"), HasSubstr("\"limit\""));
  EXPECT_THAT(error(R"({"query":"a","limit":-1})"), HasSubstr("\"limit\""));
  EXPECT_THAT(error(std::string(200000, '[')), Not(HasSubstr("no error")));
}

TEST(ProgressBar, FillsByEighths) {
  EXPECT_EQ(progress_bar(0, 4), "▕    ▏");
  EXPECT_EQ(progress_bar(0.5, 4), "▕██  ▏");
  EXPECT_EQ(progress_bar(0.53125, 4), "▕██▏ ▏");
  EXPECT_EQ(progress_bar(7, 2), "▕██▏");
}

}  // namespace
}  // namespace quarry::cli

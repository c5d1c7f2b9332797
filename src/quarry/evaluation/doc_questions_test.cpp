#include "quarry/evaluation/doc_questions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "quarry/base/file_system.h"
#include "quarry/base/test_directory.h"
#include "quarry/evaluation/evaluation.h"
#include "quarry/evaluation/masked_source.h"

namespace quarry::evaluation {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(AskedSentence, IsTheFirstOneThatAPersonCouldAsk) {
  EXPECT_EQ(asked_sentence("Opens a socket\nto a host. Then waits."), "Opens a socket to a host");
  EXPECT_EQ(asked_sentence("Reads things, e.g. a date, from text\n\nMore"),
            "Reads things, e.g. a date, from text");
  EXPECT_EQ(asked_sentence("Too short."), "");
  EXPECT_EQ(asked_sentence("@param x the number of things to read"), "");
  EXPECT_EQ(asked_sentence("===== ---- 12345 ++++"), "");
  EXPECT_EQ(asked_sentence(""), "");
}

class DocQuestionsTest : public testing::Test {
 protected:
  DocQuestionsTest() {
    folder_.write(
        "app/net.py",
        "def connect(host):\n    \"\"\"Opens a socket to some host.\"\"\"\n    return dial(host)\n\n"
        "def listen(port):\n    \"\"\"Waits for peers on a port.\"\"\"\n    return accept(port)\n");
    folder_.write(
        "app/test_net.py",
        "def test_connect():\n    \"\"\"Checks that the socket opens.\"\"\"\n    assert connect('x')\n");
    folder_.write("app/a.go", "package a\n\n// Same says the very same thing.\nfunc Same() {\n}\n");
    folder_.write("app/b.go", "package a\n\n// Same says the very same thing.\nfunc Same2() {\n\n}\n");
  }
  std::unique_ptr<corpus::Source> source() {
    return corpus::open_source(posix_file_system(), (folder_.path() / "app").string()).value();
  }
  TestDirectory folder_;
};

TEST_F(DocQuestionsTest, DocsAskForTheirFunctionsAndAreReadBack) {
  const auto questions = questions_from_docs(*source(), {}).value();
  ASSERT_EQ(questions.size(), 2U);
  EXPECT_EQ(questions[0].text, "Opens a socket to some host");
  std::string lines;
  for (const Question& question : questions) lines += to_json_line(question);
  const auto back = read_questions(posix_file_system(), folder_.write("q.jsonl", lines)).value();
  ASSERT_EQ(back.size(), 2U);
  EXPECT_TRUE(back[1].masked);
  EXPECT_TRUE(back[1].by_function());
  EXPECT_EQ(back[1].targets[0].lines->first, 5U);
  EXPECT_EQ(questions_from_docs(*source(), {.listing = {}, .limit = 1}).value().size(), 1U);
}

TEST_F(DocQuestionsTest, MaskingHidesTheAskedDocsAndNothingElse) {
  const auto questions = questions_from_docs(*source(), {}).value();
  const Question* first[] = {&questions[0]};
  const auto plain = source();
  const auto masked = mask_docs(source(), masked_functions(first));
  EXPECT_NE(masked->identity(), plain->identity());
  const corpus::FileEntry file{.path = "net.py", .size = 0, .mtime_ns = 0, .inode = 0, .blob = {}};
  const auto before = plain->read(file, {}).value();
  const auto after = masked->read(file, {}).value();
  EXPECT_THAT(after.text, Not(HasSubstr("Opens a socket")));
  EXPECT_THAT(after.text, HasSubstr("Waits for peers"));
  EXPECT_EQ(after.text.size(), before.text.size());
  EXPECT_EQ(std::count(after.text.begin(), after.text.end(), '\n'),
            std::count(before.text.begin(), before.text.end(), '\n'));
  EXPECT_NE(after.blob, before.blob);
}

TEST_F(DocQuestionsTest, AnEvaluationMasksByItself) {
  const auto first_found = [&](bool masked) {
    auto questions = questions_from_docs(*source(), {}).value();
    std::string lines;
    for (Question& question : questions) {
      question.masked = masked;
      lines += to_json_line(question);
    }
    const auto file = folder_.write(masked ? "masked.jsonl" : "plain.jsonl", lines);
    const TaskOptions options{.repositories = folder_.path()};
    const auto tasks = read_tasks(posix_file_system(), file.string(), options).value();
    const std::vector<System> systems{
        {.name = "words", .ranker = Ranker::words, .encoder = nullptr, .weights = {}}};
    EvaluationOptions evaluation;
    evaluation.work = folder_.path() / (masked ? "masked" : "plain");
    evaluation.threads = 1;
    const auto result = evaluate(posix_file_system(), tasks.at(0), systems, evaluation).value();
    const auto& found = result.systems[0].queries[0].found;
    return found.empty() ? std::string() : found[0].id;
  };
  // "Opens a socket to some host": its own doc says so; without it, the doc of a test is nearer.
  EXPECT_EQ(first_found(false), "net.py:1-3");
  EXPECT_EQ(first_found(true), "test_net.py:1-3");
}

}  // namespace
}  // namespace quarry::evaluation

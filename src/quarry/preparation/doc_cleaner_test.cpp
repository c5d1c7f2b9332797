// Docs as they stand in real sources, language by language.
#include "quarry/preparation/doc_cleaner.h"

#include <gtest/gtest.h>

#include "quarry/preparation/commit_subject.h"
#include "quarry/preparation/english.h"
#include "quarry/preparation/markup.h"

namespace quarry::preparation {
namespace {

TEST(FirstParagraph, EndsAtABlankLineAndAtEveryKindOfTag) {
  EXPECT_EQ(first_paragraph("\"\"\"Reads a file.\n\n    Longer story.\n    \"\"\"", "python", "read"),
            "Reads a file.");
  EXPECT_EQ(first_paragraph("/**\n * Opens it for\n * writing.\n * @param path where\n */", "java", "open"),
            "Opens it for writing.");
  EXPECT_EQ(first_paragraph("\"\"\"Sends mail.\n    Args:\n        to: whom\n\"\"\"", "python", "send"),
            "Sends mail.");
  EXPECT_EQ(first_paragraph("/// Sorts the list.\n/// # Examples\n/// ```", "rust", "sort"),
            "Sorts the list.");
  EXPECT_EQ(first_paragraph("/// Adds two.\n/// - Parameter a: first", "swift", "add"), "Adds two.");
  EXPECT_EQ(first_paragraph("\"\"\"Finds it.\n:param x: y\n\"\"\"", "python", "find"), "Finds it.");
  EXPECT_EQ(first_paragraph("/// # Safety\n/// The pointer must be valid.", "rust", "read"), "");
  EXPECT_EQ(first_paragraph("/// # Reader\n///\n/// Reads all of it.", "rust", "Reader"), "Reads all of it.");
  EXPECT_EQ(first_paragraph("/** @param x only a tag */", "java", "f"), "");
  EXPECT_EQ(first_paragraph("", "java", "f"), "");
}

TEST(FirstParagraph, TakesTheSummaryAndTheBrief) {
  EXPECT_EQ(
      first_paragraph("/// <summary>\n/// Closes the <see cref=\"T:System.IO.Stream\"/>.\n/// </summary>\n"
                      "/// <param name=\"x\">y</param>",
                      "csharp", "Close"),
      "Closes the Stream.");
  EXPECT_EQ(
      first_paragraph("/*!\n * \\brief Frees the buffer\n * and more.\n * \\param b it\n */", "cpp", "free"),
      "Frees the buffer and more.");
}

TEST(FirstParagraph, LeavesOutWordsToToolsAndGosNames) {
  EXPECT_EQ(
      first_paragraph("# shellcheck disable=SC2154\n# Prints the version of the tool.", "bash", "version"),
      "Prints the version of the tool.");
  EXPECT_EQ(first_paragraph("// Serve accepts connections.\n//go:noinline", "go", "Serve"),
            "accepts connections.");
  EXPECT_EQ(first_paragraph("// Serve accepts connections.", "rust", "Serve"), "Serve accepts connections.");
  EXPECT_EQ(first_paragraph("// -----------\n// Parses numbers.\n// -----------", "c", "parse"),
            "Parses numbers.");
}

TEST(Markup, BecomesItsText) {
  EXPECT_EQ(without_markup("Returns <code>true</code> if {@link Foo#bar it} is {@code null}.<p>"),
            "Returns true if it is null.");
  EXPECT_EQ(without_markup("A :class:`~http.Request` or :func:`send`, see [docs](https://x.y/z) or `x`."),
            "A Request or send, see docs or x.");
  EXPECT_EQ(without_markup("Makes a List<String> from Vec<T> &amp; [`Arc`], **now** \\c p"),
            "Makes a List<String> from Vec<T> & Arc, now p");
  EXPECT_EQ(without_markup("a < b and c > d, i[0], {x}"), "a < b and c > d, i[0], {x}");
  EXPECT_EQ(without_markup("See https://example.org/a?b=c for more"), "See for more");
  EXPECT_EQ(without_markup("<<<{@ [[ `"), "<<<{@ [[");
  EXPECT_EQ(without_markup("sees [[x]"), "sees [[x]");
  EXPECT_EQ(without_markup("sees [[x] and y"), "sees [[x] and y");
}

TEST(English, IsToldByLettersAndCommonWords) {
  EXPECT_TRUE(is_english("Returns the number of open files"));
  EXPECT_TRUE(is_english("Token count"));
  EXPECT_TRUE(is_english("Computes a naïve Bayes score"));
  EXPECT_FALSE(is_english("打开文件并读取内容"));
  EXPECT_FALSE(is_english("Открывает файл для чтения"));
  EXPECT_FALSE(is_english("Devuelve el número de archivos que se han abierto"));
  EXPECT_FALSE(is_english("Gibt die Anzahl der Dateien zurück und schließt das Fenster"));
  EXPECT_FALSE(is_english("Retourne le nombre de fichiers dans la liste"));
  EXPECT_FALSE(is_english("foo bar baz qux quux corge grault garply waldo fred plugh xyzzy"));
}

TEST(Subject, KeepsWhatWasDoneAndDropsWhoAndWhere) {
  EXPECT_EQ(cleaned_subject("fix(http): close idle sockets after timeout (#123)"),
            "close idle sockets after timeout");
  EXPECT_EQ(cleaned_subject("net/http: retry requests on stale connections"),
            "retry requests on stale connections");
  EXPECT_EQ(cleaned_subject("[parser] Accept trailing commas in lists."), "Accept trailing commas in lists");
  EXPECT_FALSE(cleaned_subject("Merge branch 'main' into x"));
  EXPECT_FALSE(cleaned_subject("Bump lodash from 1 to 2 in /web"));
  EXPECT_FALSE(cleaned_subject("chore: bump version to 1.2.3"));
  EXPECT_FALSE(cleaned_subject("fix typo in the docs of open"));
  EXPECT_FALSE(cleaned_subject("more work"));
  EXPECT_FALSE(cleaned_subject("修复 解析器 的 错误 处理"));
}

}  // namespace
}  // namespace quarry::preparation

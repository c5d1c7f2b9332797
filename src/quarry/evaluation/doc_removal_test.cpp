#include "quarry/evaluation/doc_removal.h"

#include <gtest/gtest.h>

namespace quarry::evaluation {
namespace {

using corpus::Language;

TEST(WithoutDocs, DocstringsGoWithTheirLinesAndCommentsStay) {
  syntax::Extractor extractor;
  EXPECT_EQ(
      without_docs(extractor, Language::python,
                   "def paste(x=False):\n    \"\"\"Returns the clipboard.\n\n    :param x: y\n    \"\"\"\n"
                   "    # the primary one\n    return read(\"\"\"kept\"\"\")\n"),
      "def paste(x=False):\n    # the primary one\n    return read(\"\"\"kept\"\"\")\n");
}

TEST(WithoutDocs, EveryDefinitionOfTheText) {
  syntax::Extractor extractor;
  EXPECT_EQ(without_docs(
                extractor, Language::python,
                "class A:\n    'Doc of A.'\n    def f(self):\n        \"\"\"Doc of f.\"\"\"\n        pass\n"),
            "class A:\n    def f(self):\n        pass\n");
}

TEST(WithoutDocs, CommentsBeforeADefinition) {
  syntax::Extractor extractor;
  EXPECT_EQ(without_docs(extractor, Language::go, "// Add adds.\nfunc Add(a, b int) int { return a + b }\n"),
            "func Add(a, b int) int { return a + b }\n");
}

TEST(WithoutDocs, ADocThatSharesItsLineTakesOnlyItself) {
  syntax::Extractor extractor;
  EXPECT_EQ(without_docs(extractor, Language::python, "def f(): 'doc'; return 1\n").find("doc"),
            std::string::npos);
  EXPECT_NE(without_docs(extractor, Language::python, "def f(): 'doc'; return 1\n").find("return 1"),
            std::string::npos);
}

TEST(WithoutDocs, WhatIsNoCodeStaysAsItIs) {
  syntax::Extractor extractor;
  for (const char* text : {"", "not ) code (", "'just a string'\n"}) {
    EXPECT_EQ(without_docs(extractor, Language::text, text), text);
  }
}

}  // namespace
}  // namespace quarry::evaluation

#include "quarry/corpus/language.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace quarry::corpus {
namespace {

TEST(Language, EveryOneHasAUniqueNameThatReadsBack) {
  std::set<std::string_view> names;
  for (const Language language : all_languages()) {
    EXPECT_TRUE(names.insert(name_of(language)).second) << name_of(language);
    EXPECT_EQ(language_from_name(name_of(language)), language) << name_of(language);
  }
  EXPECT_EQ(names.size(), 53U);
  EXPECT_EQ(name_of(static_cast<Language>(200)), "text");
}

TEST(Language, AliasesAndExtensionsNameIt) {
  EXPECT_EQ(language_from_name("C++"), Language::cpp);
  EXPECT_EQ(language_from_name("c#"), Language::csharp);
  EXPECT_EQ(language_from_name("Golang"), Language::go);
  EXPECT_EQ(language_from_name("py"), Language::python);
  EXPECT_EQ(language_from_name(".kts"), Language::kotlin);
  EXPECT_EQ(language_from_name("shell"), Language::bash);
  EXPECT_EQ(language_from_name("klingon"), std::nullopt);
  EXPECT_EQ(language_from_name(""), std::nullopt);
}

TEST(Language, GrammarsAreThoseOfTheFirstTwenty) {
  EXPECT_TRUE(has_grammar(Language::python));
  EXPECT_TRUE(has_grammar(Language::zig));
  EXPECT_FALSE(has_grammar(Language::text));
  EXPECT_FALSE(has_grammar(Language::markdown));
}

struct Case {
  const char* path;
  const char* head;
  Language language;
};

class Detection : public testing::TestWithParam<Case> {};

TEST_P(Detection, FindsTheLanguage) {
  const Case& one = GetParam();
  EXPECT_EQ(name_of(detect_language(one.path, one.head)), name_of(one.language)) << one.path << "\n"
                                                                                 << one.head;
}

INSTANTIATE_TEST_SUITE_P(
    Names, Detection,
    testing::Values(Case{"src/app.py", "", Language::python}, Case{"A.PY", "", Language::python},
                    Case{"a.d.ts", "", Language::typescript}, Case{"a.tsx", "", Language::tsx},
                    Case{"Main.C", "", Language::cpp}, Case{"main.c", "", Language::c},
                    Case{"x/Makefile", "", Language::makefile}, Case{"Makefile.am", "", Language::makefile},
                    Case{"Dockerfile", "", Language::dockerfile},
                    Case{"Dockerfile.prod", "", Language::dockerfile},
                    Case{"CMakeLists.txt", "", Language::cmake}, Case{"Rakefile", "", Language::ruby},
                    Case{"Gemfile", "", Language::ruby}, Case{"BUILD.bazel", "", Language::python},
                    Case{"BUILD", "", Language::python}, Case{"config.h.in", "", Language::c},
                    Case{"CMakeLists.txt.in", "", Language::cmake}, Case{"App.vue", "", Language::vue},
                    Case{".bashrc", "", Language::bash}, Case{"notes.txt", "", Language::text},
                    Case{"README", "", Language::text}, Case{".gitignore", "", Language::text},
                    Case{"trailing.", "", Language::text}, Case{"", "", Language::text}));

INSTANTIATE_TEST_SUITE_P(
    Contents, Detection,
    testing::Values(Case{"run", "#!/usr/bin/env python3\n", Language::python},
                    Case{"run", "#!/usr/bin/python3.11 -u\n", Language::python},
                    Case{"run", "#! /bin/sh\n", Language::bash},
                    Case{"run", "#!/usr/bin/env -S FOO=1 node --x\n", Language::javascript},
                    Case{"run", "#!/usr/bin/env", Language::text}, Case{"run", "#!", Language::text},
                    Case{"run", "#!/usr/bin/env ruby\r\n", Language::ruby},
                    Case{"run", "#!/opt/unknown\n", Language::text},
                    Case{"run", "\xEF\xBB\xBF#!/bin/bash\n", Language::bash},
                    Case{"page", "<?php echo 1;", Language::php}, Case{"a.h", "", Language::c},
                    Case{"a.h", "/* class of things\n namespace x */\nstruct a;\n", Language::c},
                    Case{"a.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n", Language::c},
                    Case{"a.h", "// Licence\n#pragma once\nnamespace x {\n", Language::cpp},
                    Case{"a.h", "#include <vector>\n", Language::cpp},
                    Case{"a.h", "#include <stdio.h>\n", Language::c},
                    Case{"a.h", "  class Foo : public Bar {\n", Language::cpp},
                    Case{"a.h", "template<class T>\n", Language::cpp},
                    Case{"a.h", "#import <UIKit/UIKit.h>\n@interface A\n", Language::objective_c},
                    Case{"a.m", "@implementation A\n", Language::objective_c},
                    Case{"a.m", "function y = f(x)\n  y = x;\nend\n", Language::text},
                    Case{"a.pl", "use strict;\nmy $x = 1;\n", Language::perl},
                    Case{"a.pl", ":- module(a, [b/1]).\nb(X) :- c(X).\n", Language::text},
                    Case{"app_de.ts", "<?xml version=\"1.0\"?>\n<!DOCTYPE TS>\n", Language::xml},
                    Case{"light.fs", "#version 330\n", Language::text},
                    Case{"a.fs", "module A\n", Language::fsharp}));

}  // namespace
}  // namespace quarry::corpus

// The rules of CodeSearchNet one by one, near duplicates against the exact similarity, licences by their
// texts.
#include "quarry/preparation/pair_filter.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "quarry/preparation/license.h"
#include "quarry/preparation/near_duplicates.h"
#include "quarry/preparation/partition.h"

namespace quarry::preparation {
namespace {

Pair good() {
  Pair pair;
  pair.language = "python";
  pair.kind = "function";
  pair.name = "Session.send";
  pair.doc = "Sends a prepared request over the wire";
  pair.code =
      "def send(self, request):\n    adapter = self.adapter(request)\n    return adapter.send(request)";
  return pair;
}

template <class Change>
std::optional<DropReason> after(Change change) {
  Pair pair = good();
  change(pair);
  return reason_to_drop(pair);
}

TEST(ReasonToDrop, KeepsAGoodPair) {
  EXPECT_FALSE(reason_to_drop(good()));
}

TEST(ReasonToDrop, NamesEachRule) {
  EXPECT_EQ(after([](Pair& p) { p.doc = "Sends it"; }), DropReason::doc_short);
  EXPECT_EQ(after([](Pair& p) {
              p.doc.clear();
              for (int i = 0; i < 300; ++i) p.doc += "word ";
            }),
            DropReason::doc_long);
  EXPECT_EQ(after([](Pair& p) { p.doc = "Отправляет запрос по сети"; }), DropReason::doc_language);
  EXPECT_EQ(after([](Pair& p) { p.doc = "Copyright 2020 The Authors. All rights reserved."; }),
            DropReason::doc_boilerplate);
  EXPECT_EQ(after([](Pair& p) { p.doc = "TODO: write what this does"; }), DropReason::doc_boilerplate);
  EXPECT_EQ(after([](Pair& p) { p.doc = "Sends the session"; }), DropReason::doc_name_only);
  EXPECT_EQ(after([](Pair& p) { p.code = "def send(self): pass\n\n\n"; }), DropReason::code_short);
  for (const char* name :
       {"A.__repr__", "A.toString", "Point.Point", "Foo.~Foo", "Foo.constructor", "A.hashCode"}) {
    EXPECT_EQ(after([&](Pair& p) { p.name = name; }), DropReason::standard_method) << name;
  }
}

TEST(IsTest, LooksAtPathNameAndAttributes) {
  EXPECT_TRUE(is_test("tests/x.py", "python", "helper", ""));
  EXPECT_TRUE(is_test("src/x_test.go", "go", "helper", ""));
  EXPECT_TRUE(is_test("src/x.go", "go", "TestOpen", ""));
  EXPECT_TRUE(is_test("src/lib.rs", "rust", "opens", "#[test]\n"));
  EXPECT_TRUE(is_test("A.java", "java", "A.opens", "@Test public "));
  EXPECT_FALSE(is_test("src/x.py", "python", "testify", ""));
  EXPECT_FALSE(is_test("src/contest.py", "python", "latest", "@cached"));
}

TEST(CutCode, CutsAfterALineAndNeverInsideACharacter) {
  std::string lines;
  while (lines.size() < 2 * kMostCodeBytes) lines += "a line of code\n";
  const auto cut = cut_code(lines);
  EXPECT_LE(cut.size(), kMostCodeBytes);
  EXPECT_EQ(lines[cut.size()], '\n');
  std::string wide;
  while (wide.size() < 2 * kMostCodeBytes) wide += "\xE6\x96\x87";
  EXPECT_EQ(cut_code(wide).size() % 3, 0U);
}

// Texts of many words, of which a share is replaced: what the index says against the Jaccard similarity
// itself.
TEST(NearDuplicates, AgreeWithTheExactSimilarity) {
  std::mt19937 random(7);
  const auto word = [&] { return fmt::format("w{}", random() % 100000); };
  int wrong = 0;
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<std::string> first;
    for (int i = 0; i < 120; ++i) first.push_back(word());
    std::vector<std::string> second = first;
    const auto changes = static_cast<std::size_t>(trial % 20);
    for (std::size_t i = 0; i < changes; ++i) second[random() % second.size()] = word();
    const auto shingles = [](const std::vector<std::string>& words) {
      std::set<std::string> set;
      for (std::size_t i = 0; i + 3 <= words.size(); ++i)
        set.insert(words[i] + " " + words[i + 1] + " " + words[i + 2]);
      return set;
    };
    const auto a = shingles(first);
    const auto b = shingles(second);
    std::size_t common = 0;
    for (const auto& shingle : a) common += b.contains(shingle) ? 1U : 0U;
    const double similarity = static_cast<double>(common) / static_cast<double>(a.size() + b.size() - common);
    const auto text = [](const std::vector<std::string>& words) {
      std::string all;
      for (const auto& w : words) all += w + " ";
      return all;
    };
    NearDuplicates known;
    ASSERT_TRUE(known.add(min_hash(text(first))));
    const bool duplicate = !known.add(min_hash(text(second)));
    if (similarity > 0.92 && !duplicate) ++wrong;
    if (similarity < 0.65 && duplicate) ++wrong;
  }
  EXPECT_LE(wrong, 2);
}

TEST(NearDuplicates, FindTheFirstAmongMany) {
  NearDuplicates known;
  const auto code = [](int i) {
    std::string text;
    for (int j = 0; j < 30; ++j) text += fmt::format("name{}", i * 31 + j * 7) + " ";
    return text;
  };
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(known.add(min_hash(code(i)))) << i;
  for (int i = 0; i < 20'000; i += 997) EXPECT_FALSE(known.add(min_hash(code(i)))) << i;
  EXPECT_EQ(known.size(), 20'000U);
}

TEST(NearDuplicates, LayoutAndCaseDoNotMatter) {
  EXPECT_EQ(min_hash("int Add(int a,int b){return a+b;}"),
            min_hash("int add(int a, int b)\n{\n  return a + b;\n}"));
  NearDuplicates known;
  EXPECT_TRUE(known.add(min_hash("")));
  EXPECT_FALSE(known.add(min_hash("  \n")));
  EXPECT_TRUE(known.add(min_hash("two words")));
}

TEST(License, IsToldByItsText) {
  EXPECT_EQ(license_of_text(
                "Permission is hereby granted, free of charge, to any person obtaining a copy\nof this"),
            "MIT");
  EXPECT_EQ(license_of_text("   Apache License\n   Version 2.0, January 2004\n"), "Apache-2.0");
  EXPECT_EQ(license_of_text(
                "Redistribution and use in source and binary forms, with or without\n3. Neither the name of"),
            "BSD-3-Clause");
  EXPECT_EQ(license_of_text("Redistribution and use in source and binary forms"), "BSD-2-Clause");
  EXPECT_EQ(license_of_text("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007"), "GPL-3.0");
  EXPECT_EQ(license_of_text("Mozilla Public License Version 2.0"), "MPL-2.0");
  EXPECT_EQ(license_of_text("All rights are ours."), "");
  EXPECT_EQ(license_of_header("// SPDX-License-Identifier: MIT OR Apache-2.0\nint x;"), "MIT OR Apache-2.0");
  EXPECT_EQ(license_of_header("/* SPDX-License-Identifier: GPL-2.0-only */"), "GPL-2.0-only");
  EXPECT_EQ(license_of_header("int x;"), "");
  EXPECT_TRUE(is_permissive("MIT OR GPL-3.0"));
  EXPECT_TRUE(is_permissive("(MIT AND BSD-3-Clause)"));
  EXPECT_FALSE(is_permissive("MIT AND GPL-3.0"));
  EXPECT_FALSE(is_permissive("unknown"));
  EXPECT_FALSE(is_permissive(""));
  EXPECT_TRUE(is_license_file("LICENSE.md"));
  EXPECT_TRUE(is_license_file("COPYING"));
  EXPECT_FALSE(is_license_file("docs/LICENSE"));
}

TEST(Partition, IsTheSameWhateverElseThereIsAndAsLargeAsAsked) {
  std::array<int, kPartitions> count{};
  for (int i = 0; i < 10'000; ++i) {
    const std::string name = fmt::format("owner{}", i) + "/repo";
    const Partition part = partition_of(name, {10, 5});
    EXPECT_EQ(part, partition_of(fmt::format("OWNER{}", i) + "/Repo", {10, 5}));
    ++count[static_cast<std::size_t>(part)];
  }
  EXPECT_NEAR(count[static_cast<std::size_t>(Partition::test)], 500, 70);
  EXPECT_NEAR(count[static_cast<std::size_t>(Partition::valid)], 1000, 100);
}

}  // namespace
}  // namespace quarry::preparation

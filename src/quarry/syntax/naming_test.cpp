#include "quarry/syntax/naming.h"

#include <gtest/gtest.h>

namespace quarry::syntax {
namespace {

std::string both(std::string_view text) {
  const SplitName split = split_name(text);
  return split.container + "|" + split.name;
}

TEST(SplitName, SplitsWhatQualifies) {
  EXPECT_EQ(both("run"), "|run");
  EXPECT_EQ(both("Foo::bar"), "Foo|bar");
  EXPECT_EQ(both("a::b<c::d>::e"), "a.b|e");
  EXPECT_EQ(both("M.new"), "M|new");
  EXPECT_EQ(both("M:new"), "M|new");
  EXPECT_EQ(both("App\\Http\\Kernel"), "App.Http|Kernel");
}

TEST(SplitName, DropsWordsThatOnlySayWhere) {
  EXPECT_EQ(both("exports.open"), "|open");
  EXPECT_EQ(both("module.exports.open"), "|open");
  EXPECT_EQ(both("module.exports"), "|exports");
  EXPECT_EQ(both("Store.prototype.parent"), "Store|parent");
}

TEST(SplitName, KeepsOperatorsAndOddNames) {
  EXPECT_EQ(both("operator=="), "|operator==");
  EXPECT_EQ(both("v::iterator<T>::operator->"), "v.iterator|operator->");
  EXPECT_EQ(both("operator std::string"), "|operator std::string");
  EXPECT_EQ(both("Foo::~Foo"), "Foo|~Foo");
  EXPECT_EQ(both("'quoted name'"), "|quoted name");
  EXPECT_EQ(both("[Symbol.iterator]"), "|[Symbol.iterator]");
  EXPECT_EQ(both("operators"), "|operators");
}

TEST(SplitName, AnyTextGivesBoundedNames) {
  EXPECT_EQ(both(""), "|");
  EXPECT_EQ(both("::"), "|::");
  EXPECT_LE(split_name(std::string(100000, 'x')).name.size(), 256U);
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "a::";
  EXPECT_LE(split_name(deep).container.size(), 256U);
}

}  // namespace
}  // namespace quarry::syntax

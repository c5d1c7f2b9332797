#include "quarry/base/lru_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace quarry {
namespace {

std::shared_ptr<const std::string> value(const char* text) {
  return std::make_shared<const std::string>(text);
}

TEST(LruCache, ForgetsWhatWasUsedLongestAgo) {
  LruCache<int, std::string> cache(2);
  cache.store(1, value("one"));
  cache.store(2, value("two"));
  ASSERT_NE(cache.find(1), nullptr);
  cache.store(3, value("three"));
  EXPECT_EQ(cache.find(2), nullptr);
  EXPECT_EQ(*cache.find(1), "one");
  EXPECT_EQ(*cache.find(3), "three");
}

TEST(LruCache, KeepsTheFirstValueOfAKey) {
  LruCache<int, std::string> cache(1);
  cache.store(1, value("first"));
  cache.store(1, value("second"));
  const auto kept = cache.find(1);
  cache.store(2, value("other"));
  EXPECT_EQ(cache.find(1), nullptr);
  EXPECT_EQ(*kept, "first") << "lives on with who has it";
}

}  // namespace
}  // namespace quarry

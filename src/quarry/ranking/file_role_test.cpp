#include "quarry/ranking/file_role.h"

#include <gtest/gtest.h>

namespace quarry::ranking {
namespace {

using corpus::Language;

TEST(FileRole, TellsTestsFromWordsThatContainTest) {
  EXPECT_TRUE(roles_of("tests/test_io.py", Language::python) & role_test);
  EXPECT_TRUE(roles_of("pkg/server_test.go", Language::go) & role_test);
  EXPECT_TRUE(roles_of("src/app.spec.ts", Language::typescript) & role_test);
  EXPECT_TRUE(roles_of("src/RouterTest.java", Language::java) & role_test);
  EXPECT_FALSE(roles_of("src/latest.py", Language::python) & role_test);
  EXPECT_FALSE(roles_of("src/contest/entry.py", Language::python) & role_test);
}

TEST(FileRole, LegacyIsAFolderOrAName) {
  EXPECT_TRUE(roles_of("lib/deprecated/x.rb", Language::ruby) & role_legacy);
  EXPECT_FALSE(roles_of("src/vm/x.c", Language::c) & role_legacy);
}

TEST(FileRole, FindsTheVersionFolder) {
  const auto version = version_folder("packages/zod/src/v12/core/api.ts");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->parent, "packages/zod/src/");
  EXPECT_EQ(version->number, 12);
  EXPECT_FALSE(version_folder("src/vm/v1.c"));
}

TEST(FileRole, DocsConfigAndDeclarations) {
  EXPECT_TRUE(roles_of("README.md", Language::markdown) & role_docs);
  EXPECT_TRUE(roles_of("ci/build.yaml", Language::yaml) & role_config);
  EXPECT_TRUE(roles_of("types/index.d.ts", Language::typescript) & role_declaration);
  EXPECT_EQ(roles_of("src/net/http.py", Language::python), 0);
}

}  // namespace
}  // namespace quarry::ranking

// Lists as people and programs write them, and what is wrong with some.
#include "quarry/preparation/repository_list.h"

#include <gmock/gmock.h>

#include "quarry/base/test_directory.h"

namespace quarry::preparation {
namespace {

using testing::HasSubstr;

constexpr const char* kHost = "https://example.org/";

TEST(RepositoryList, TakesPlacesRevisionsAndLicences) {
  const TestDirectory directory;
  directory.write("here/a.py", "");
  const auto list =
      directory.write("list", "# mine\n\nhere\npsf/requests v2.31.0 Apache-2.0\r\nhttps://host/x/y.git\n");
  const auto entries = read_repository_list(posix_file_system(), list, kHost);
  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].place, (directory.path() / "here").string());
  EXPECT_EQ((*entries)[1].place, "https://example.org/psf/requests");
  EXPECT_EQ((*entries)[1].name, "psf/requests");
  EXPECT_EQ((*entries)[1].revision, "v2.31.0");
  EXPECT_EQ((*entries)[1].license, "Apache-2.0");
  EXPECT_EQ((*entries)[2].name, "x/y");
}

TEST(RepositoryList, ReadsTheListOfTheModelInTheBox) {
  const auto entries =
      read_repository_list(posix_file_system(), QUARRY_SOURCE_DIR "/models/default/data.tsv", kHost);
  ASSERT_TRUE(entries) << entries.error().message;
  EXPECT_GT(entries->size(), 100U);
  for (const RepositoryEntry& entry : *entries) {
    EXPECT_THAT(entry.place, testing::StartsWith(kHost));
    EXPECT_EQ(entry.revision.size(), 40U) << entry.name;
    EXPECT_FALSE(entry.license.empty()) << entry.name;
    EXPECT_FALSE(entry.partition.empty()) << entry.name;
  }
}

TEST(RepositoryList, SaysWhichLineIsWrong) {
  const TestDirectory directory;
  const auto error_of = [&](const char* text) {
    const auto entries = read_repository_list(posix_file_system(), directory.write("list", text), kHost);
    return entries ? std::string("no error") : entries.error().message;
  };
  EXPECT_THAT(error_of("a/b\na b c d e\n"), HasSubstr("line 2"));
  EXPECT_THAT(error_of("repo\tpartition\na/b\tmaybe\n"), AllOf(HasSubstr("line 2"), HasSubstr("maybe")));
  EXPECT_THAT(error_of("# nothing\n"), HasSubstr("no repository"));
  EXPECT_FALSE(read_repository_list(posix_file_system(), directory.path() / "none", kHost));
}

TEST(RepositoryName, IsOwnerAndName) {
  EXPECT_EQ(repository_name_of("https://github.com/psf/requests.git"), "psf/requests");
  EXPECT_EQ(repository_name_of("https://user:secret@host/group/sub/name/"), "sub/name");
  EXPECT_EQ(repository_name_of("git@host:a/b.git"), "a/b");
  EXPECT_EQ(repository_name_of("ssh://git@host/b.git"), "b");
  EXPECT_EQ(repository_name_of("/srv/code/thing"), "thing");
}

TEST(ExcludedNames, MatchWholeNamesOrLastParts) {
  const TestDirectory directory;
  ExcludedNames names;
  ASSERT_TRUE(read_excluded(posix_file_system(),
                            directory.write("out", "repo\tcommit\nPSF/Requests\tx\nserde\n"), names));
  EXPECT_TRUE(names.holds("psf/requests"));
  EXPECT_FALSE(names.holds("other/requests"));
  EXPECT_TRUE(names.holds("serde-rs/serde"));
  EXPECT_TRUE(names.holds("serde"));
  EXPECT_FALSE(names.holds("repo"));
}

}  // namespace
}  // namespace quarry::preparation

#include "quarry/server/forge_link.h"

#include <gtest/gtest.h>

namespace quarry::server {
namespace {

TEST(WebAddress, OfRemotesAsGitKnowsThem) {
  struct Case {
    const char* remote;
    const char* address;
  };
  constexpr Case kCases[] = {
      {"https://github.com/moby/moby.git", "https://github.com/moby/moby"},
      {"https://github.com/moby/moby/", "https://github.com/moby/moby"},
      {"git@github.com:moby/moby.git", "https://github.com/moby/moby"},
      {"ssh://git@gitlab.example.org:2222/group/sub/app.git", "https://gitlab.example.org/group/sub/app"},
      {"git://git.example.org/app.git", "https://git.example.org/app"},
      // Names and passwords are nobody's business.
      {"https://alice:secret@git.example.org/app.git", "https://git.example.org/app"},
      {"https://token@git.example.org:8443/app", "https://git.example.org:8443/app"},
      // A forge of the house.
      {"http://gitea:3000/team/app.git", "http://gitea:3000/team/app"},
      {"http://localhost/team/app.git", "http://localhost/team/app"},
      {"https://git.example.org/with space/\"app\"", "https://git.example.org/with%20space/%22app%22"},
      // No address of a page.
      {"", ""},
      {"/srv/git/app.git", ""},
      {"../app", ""},
      {"file:///srv/git/app.git", ""},
      {"work:team/app.git", ""},
      {"javascript:alert(1)", ""},
      {"https://", ""},
      {"https://git.example.org", ""},
      {"https://git.example.org/", ""},
      {"https://git.example.org//evil.example", ""},
      {"https://evil\"onclick=.example.org/app", ""},
  };
  for (const auto& [remote, address] : kCases) EXPECT_EQ(web_address(remote), address) << remote;
}

class ForgeLink : public testing::Test {
 protected:
  [[nodiscard]] std::string link(const std::string& remote, const std::string& path = "net/retry.py") const {
    auto view = view_;
    view.remote = remote;
    return forge_link(view, path, 4, 11);
  }
  index::ViewInfo view_ = [] {
    index::ViewInfo view;
    view.revision = "0123456789abcdef0123456789abcdef01234567";
    return view;
  }();
};

TEST_F(ForgeLink, HasTheFormOfItsForge) {
  const std::string revision = view_.revision;
  EXPECT_EQ(link("git@github.com:acme/shop.git"),
            "https://github.com/acme/shop/blob/" + revision + "/net/retry.py#L4-L11");
  EXPECT_EQ(link("https://gitlab.com/acme/team/shop.git"),
            "https://gitlab.com/acme/team/shop/-/blob/" + revision + "/net/retry.py#L4-11");
  EXPECT_EQ(link("http://gitlab.house:8080/acme/shop"),
            "http://gitlab.house:8080/acme/shop/-/blob/" + revision + "/net/retry.py#L4-11");
  EXPECT_EQ(link("http://gitea:3000/acme/shop"),
            "http://gitea:3000/acme/shop/src/commit/" + revision + "/net/retry.py#L4-L11");
  EXPECT_EQ(link("ssh://git@codeberg.org/acme/shop.git"),
            "https://codeberg.org/acme/shop/src/commit/" + revision + "/net/retry.py#L4-L11");
  EXPECT_EQ(link("https://bitbucket.org/acme/shop"),
            "https://bitbucket.org/acme/shop/src/" + revision + "/net/retry.py#lines-4:11");
}

TEST_F(ForgeLink, ReachesTheFileWhateverItIsCalled) {
  EXPECT_EQ(link("https://github.com/a/b", "a b/#1?/\xc3\xa9.py"),
            "https://github.com/a/b/blob/" + view_.revision + "/a%20b/%231%3F/%C3%A9.py#L4-L11");
  view_.prefix = "services/shop";  // only this folder of the repository was indexed
  EXPECT_EQ(link("https://github.com/a/b"),
            "https://github.com/a/b/blob/" + view_.revision + "/services/shop/net/retry.py#L4-L11");
}

TEST_F(ForgeLink, IsNoneWithoutARevisionThatStands) {
  for (const char* revision : {"", "main", "../../evil"}) {
    view_.revision = revision;
    EXPECT_EQ(link("https://github.com/a/b"), "") << revision;
  }
}

}  // namespace
}  // namespace quarry::server

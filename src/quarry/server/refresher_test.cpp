// Real git repositories: pushed to, fetched, searched.
#include "quarry/server/refresher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/git_fixture.h"
#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/search/engine.h"
#include "quarry/server/push_event.h"

namespace quarry::server {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class RefresherTest : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(work_);
    corpus::git(work_, "init");
    commit("app.py", "def first_function():\n    return 1\n");
    corpus::git(folder_.path(), "clone --bare work origin.git");
    corpus::git(work_, "remote add origin " + url_);
    index(url_);
  }

  void commit(const std::string& name, const std::string& text) {
    folder_.write("work/" + name, text);
    corpus::git(work_, "add -A");
    corpus::git(work_, "commit -m change");
  }
  void push() { corpus::git(work_, "push origin main"); }

  void index(const std::string& where) {
    corpus::OpenOptions open;
    open.clones = folder_.path() / "clones";
    const auto source = corpus::open_source(posix_file_system(), where, open);
    ASSERT_TRUE(source) << source.error().message;
    auto writer = index::IndexWriter::open(posix_file_system(), index_);
    ASSERT_TRUE(writer) << writer.error().message;
    index::UpdateOptions update;
    update.threads = 1;
    const auto report = (*writer)->update(**source, update);
    ASSERT_TRUE(report) << report.error().message;
  }

  [[nodiscard]] std::unique_ptr<Refresher> refresher() {
    RefresherOptions options;
    options.indexes = {index_};
    options.clones = folder_.path() / "clones";
    options.on_change = [this] { ++changes_; };
    options.say = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      said_ += line + '\n';
    };
    return std::make_unique<Refresher>(posix_file_system(), options);
  }

  [[nodiscard]] bool finds(const std::string& name) const {
    const auto snapshot = index::Snapshot::open(posix_file_system(), index_);
    const auto engine = search::Engine::open(*snapshot, {});
    search::Query query;
    query.text = name;
    const auto answer = (*engine)->search(query);
    return std::ranges::any_of(answer->results, [&](const auto& result) { return result.name == name; });
  }

  TestDirectory folder_;
  fs::path work_ = folder_.path() / "work";
  fs::path index_ = folder_.path() / "index";
  std::string url_ = "file://" + (folder_.path() / "origin.git").string();
  std::atomic<int> changes_{0};
  std::mutex mutex_;
  std::string said_;
};

TEST_F(RefresherTest, FetchesWhatWasPushed) {
  const auto refresher = this->refresher();
  commit("more.py", "def second_function():\n    return 2\n");
  push();
  EXPECT_FALSE(finds("second_function"));
  EXPECT_TRUE(refresher->request({"example.org/x", remote_key(url_)}));
  refresher->wait_until_idle();
  EXPECT_TRUE(finds("second_function")) << said_;
  EXPECT_EQ(changes_, 1);
  EXPECT_THAT(said_, HasSubstr("1 files parsed"));
}

TEST_F(RefresherTest, NothingNewIsNoNewVersion) {
  const auto refresher = this->refresher();
  EXPECT_TRUE(refresher->request({remote_key(url_)}));
  refresher->wait_until_idle();
  EXPECT_EQ(changes_, 0) << said_;
}

TEST_F(RefresherTest, ManyRequestsAreFewRefreshes) {
  const auto refresher = this->refresher();
  commit("more.py", "def second_function():\n    return 2\n");
  push();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(refresher->request({remote_key(url_)}));
  refresher->wait_until_idle();
  EXPECT_TRUE(finds("second_function"));
  EXPECT_LE(std::ranges::count(said_, '\n'), 3);
}

TEST_F(RefresherTest, UnknownRepositoriesAreNotRefreshed) {
  const auto refresher = this->refresher();
  EXPECT_FALSE(refresher->request({"github.com/somebody/else"}));
  EXPECT_FALSE(refresher->request({}));
  refresher->wait_until_idle();
  EXPECT_EQ(said_, "");
}

TEST_F(RefresherTest, AWorkTreeIsReadAsItIs) {
  index(work_.string());  // a second view, with the same remote
  const auto refresher = this->refresher();
  commit("more.py", "def only_in_the_work_tree():\n    return 3\n");  // not pushed
  EXPECT_TRUE(refresher->request({remote_key(url_)}));
  refresher->wait_until_idle();
  EXPECT_TRUE(finds("only_in_the_work_tree")) << said_;
}

TEST_F(RefresherTest, ARemoteThatIsGoneIsSaidAndTheOldIndexStays) {
  fs::remove_all(folder_.path() / "origin.git");
  const auto refresher = this->refresher();
  EXPECT_TRUE(refresher->request({remote_key(url_)}));
  refresher->wait_until_idle();
  EXPECT_THAT(said_, HasSubstr("was not refreshed"));
  EXPECT_TRUE(finds("first_function"));
}

TEST_F(RefresherTest, WaitsForAnotherWriter) {
  commit("more.py", "def second_function():\n    return 2\n");
  push();
  auto writer = index::IndexWriter::open(posix_file_system(), index_);
  ASSERT_TRUE(writer);
  const auto refresher = this->refresher();
  EXPECT_TRUE(refresher->request({remote_key(url_)}));
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  EXPECT_FALSE(finds("second_function"));
  writer->reset();
  refresher->wait_until_idle();
  EXPECT_TRUE(finds("second_function")) << said_;
}

}  // namespace
}  // namespace quarry::server

// A small real index of two repositories. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "quarry/base/test_directory.h"
#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/search/engine.h"

namespace quarry::search {

class TestIndex {
 public:
  explicit TestIndex(bool with_source = true, std::shared_ptr<const model::Encoder> encoder = nullptr,
                     Reranking reranking = {})
      : with_source_(with_source), encoder_(std::move(encoder)), reranking_(std::move(reranking)) {
    folder_.write("shop/net/retry.py",
                  "import time\n"
                  "\n"
                  "\n"
                  "def retry_with_backoff(call, attempts):\n"
                  "    \"\"\"Calls again with exponential backoff until it works.\"\"\"\n"
                  "    for attempt in range(attempts):\n"
                  "        try:\n"
                  "            return call()\n"
                  "        except OSError:\n"
                  "            time.sleep(2 ** attempt)\n"
                  "    raise TimeoutError\n"
                  "\n"
                  "\n"
                  "class Client:\n"
                  "    def send(self, request):\n"
                  "        \"\"\"Sends a request, again with backoff where the network fails.\"\"\"\n"
                  "        return retry_with_backoff(lambda: self.post(request), 3)\n");
    folder_.write("shop/net/backoff.go",
                  "package net\n"
                  "\n"
                  "// Backoff waits longer after every failed attempt.\n"
                  "func Backoff(attempt int) int {\n"
                  "\treturn 1 << attempt\n"
                  "}\n");
    folder_.write("secret/vault.py",
                  "def open_vault(password):\n"
                  "    \"\"\"Opens the vault with backoff after a wrong password.\"\"\"\n"
                  "    return password == 'swordfish'\n");
    folder_.write("outside.txt", "not in the index: backoff\n");
    update();
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path index() const { return folder_.path() / "index"; }
  void write(const std::string& name, const std::string& text) const { folder_.write(name, text); }

  void update() {
    auto writer = index::IndexWriter::open(posix_file_system(), index());
    ASSERT_TRUE(writer) << writer.error().message;
    for (const char* name : {"shop", "secret"}) {
      corpus::OpenOptions options;
      options.name = name;
      const auto source = corpus::open_source(posix_file_system(), (folder_.path() / name).string(), options);
      ASSERT_TRUE(source) << source.error().message;
      index::UpdateOptions update;
      update.threads = 1;
      update.source = with_source_;
      update.encoder = encoder_.get();
      const auto report = (*writer)->update(**source, update);
      ASSERT_TRUE(report) << report.error().message;
    }
    auto snapshot = index::Snapshot::open(posix_file_system(), index());
    ASSERT_TRUE(snapshot) << snapshot.error().message;
    auto engine = Engine::open(
        *std::move(snapshot),
        {.encoder = encoder_, .weights = {}, .view = {}, .second_look = true, .reranking = reranking_});
    ASSERT_TRUE(engine) << engine.error().message;
    engine_ = *std::move(engine);
  }

  [[nodiscard]] Result<std::shared_ptr<const Engine>> engine() const { return engine_; }

 private:
  bool with_source_;
  std::shared_ptr<const model::Encoder> encoder_;
  Reranking reranking_;
  TestDirectory folder_;
  std::shared_ptr<const Engine> engine_;
};

}  // namespace quarry::search

// A source of files in memory with the ways of a work tree or of a revision, and hooks that analyse without a
// parser. Tests only.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/index/test_documents.h"

namespace quarry::index {

class TestSource : public corpus::Source {
 public:
  explicit TestSource(std::string root = "/work/tree", std::string identity = "/work/tree/.git")
      : root_(std::move(root)), identity_(std::move(identity)) {}

  struct File {
    std::string content;
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
  };
  // Every write is a second after the one before.
  void write(const std::string& path, std::string content) {
    files_[path] = {std::move(content), clock_ += 1'000'000'001, ++inode_};
  }
  void remove(const std::string& path) { files_.erase(path); }
  [[nodiscard]] const std::map<std::string, File>& files() const { return files_; }

  std::map<std::string, File> files_;
  std::int64_t clock_ = 1'700'000'000'000'000'001;
  std::uint64_t inode_ = 100;
  bool blobs_known = false;  // as of a revision
  std::string revision_value = "r1";
  std::string name_value = "tree";
  mutable std::atomic<int> reads{0};

  [[nodiscard]] const std::string& name() const override { return name_value; }
  [[nodiscard]] const std::string& identity() const override { return identity_; }
  [[nodiscard]] const std::string& root() const override { return root_; }
  [[nodiscard]] const std::string& revision() const override { return revision_value; }
  [[nodiscard]] const std::string& remote() const override { return empty_; }
  [[nodiscard]] const std::string& prefix() const override { return empty_; }

  [[nodiscard]] Result<corpus::Listing> list(const corpus::ListOptions&) const override {
    corpus::Listing listing;
    for (const auto& [path, file] : files_) {
      corpus::FileEntry entry{path, file.content.size(), file.mtime_ns, file.inode, {}};
      if (blobs_known) entry = {path, file.content.size(), 0, 0, test_blob(file.content)};
      listing.files.push_back(entry);
    }
    listing.skipped.push_back({"node_modules/", corpus::SkipReason::vendored, ""});
    return listing;
  }

  // Content that starts with "BINARY" is skipped after reading.
  [[nodiscard]] tl::expected<corpus::Content, corpus::Skipped> read(
      const corpus::FileEntry& entry, const corpus::ListOptions&) const override {
    ++reads;
    const std::string& content = files_.at(entry.path).content;
    if (content.starts_with("BINARY")) {
      return tl::unexpected(corpus::Skipped{entry.path, corpus::SkipReason::binary, ""});
    }
    return corpus::Content{content, test_blob(content)};
  }

 private:
  std::string root_;
  std::string identity_;
  std::string empty_;
};

inline WriterHooks test_hooks(const TestSource& source) {
  return {[](const UpdateOptions&) -> Analyse {
            return [](std::string_view, std::string_view path,
                      const corpus::Content& content) -> Result<Document> {
              return test_document(path, content.text);
            };
          },
          [&source] { return source.clock_ + 10'000'000'000; }};
}

}  // namespace quarry::index

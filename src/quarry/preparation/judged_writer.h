// The test part once more, in BEIR's layout: every doc a query whose one right answer is its own code.
#pragma once

#include <filesystem>
#include <memory>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/preparation/pair.h"

namespace quarry::preparation {

// corpus.jsonl {"_id", "title", "text"}, queries.jsonl {"_id", "text"} and qrels/test.tsv below `folder`
// (https://github.com/beir-cellar/beir). Not thread-safe.
class JudgedWriter {
 public:
  JudgedWriter(FileSystem& files, std::filesystem::path folder);

  [[nodiscard]] Status add(const Pair& pair);
  [[nodiscard]] Status finish();  // writes nothing where nothing was added

 private:
  [[nodiscard]] Status open();

  FileSystem& files_;
  std::filesystem::path folder_;
  std::unique_ptr<WritableFile> corpus_;
  std::unique_ptr<WritableFile> queries_;
  std::unique_ptr<WritableFile> judgments_;
  std::uint64_t count_ = 0;
};

}  // namespace quarry::preparation

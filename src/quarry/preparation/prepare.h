// The stage as a whole: repositories and ready pairs in, a folder of training data out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"
#include "quarry/preparation/drop_reason.h"
#include "quarry/preparation/pair_writer.h"
#include "quarry/preparation/partition.h"
#include "quarry/preparation/repository_list.h"

namespace quarry::preparation {

enum class LicensePolicy : std::uint8_t {
  any,         // every pair, its licence recorded
  known,       // not what nobody knows the licence of
  permissive,  // only what license.h calls so
};
[[nodiscard]] std::string_view name_of(LicensePolicy policy);

struct Progress {
  std::string_view what;   // a repository's name, or a shard's
  std::size_t number = 0;  // of it, from 1
  std::size_t inputs = 0;
  std::uint64_t done = 0;   // files or pairs of it
  std::uint64_t total = 0;  // 0: not known
};

struct PrepareOptions {
  std::vector<RepositoryEntry> repositories;
  std::vector<std::filesystem::path> ready;  // shards of pairs or folders of them (pair_reader.h)
  ExcludedNames excluded;
  PartitionShares shares;
  bool split_by_file = false;  // a part a file instead of a repository: for data of one repository
  LicensePolicy licenses = LicensePolicy::any;
  std::size_t history = 0;  // commits a repository to look at; 0: none
  std::size_t pairs_per_repository = 12'000;
  std::uint64_t pairs_per_shard = 50'000;
  double broken_share = 0.01;  // of a ready shard's lines; more is an error
  corpus::ListOptions listing;
  std::filesystem::path clones;  // where git URLs are cloned to
  std::size_t threads = 0;       // 0: one a core; never changes the result
  std::string code_version;      // written to the manifest
  std::stop_token stop;
  std::function<void(const Progress&)> progress = [](const Progress&) {};
  std::function<void(const std::string&)> warn = [](const std::string&) {};
};

// What became of one repository or one set of ready pairs.
struct InputReport {
  std::string name;
  std::string place;  // without credentials
  std::string revision;
  std::string license;
  std::string partition;        // "" where its pairs go to several
  bool ready = false;           // ready pairs, no repository
  std::string skipped;          // why nothing was read of it; "" where it was
  std::uint64_t files = 0;      // read, of a language with a grammar
  std::uint64_t functions = 0;  // functions and types, or lines of ready pairs
  std::uint64_t broken = 0;     // lines of ready pairs that are none
  std::uint64_t pairs = 0;      // written, those of commits included
  std::uint64_t commits = 0;    // pairs of a commit's subject and a function, of `pairs`
  DropCounts drops;
  std::map<std::string, std::uint64_t, std::less<>> languages;      // pairs
  std::map<std::string, std::uint64_t, std::less<>> skipped_files;  // by corpus's reason
};

struct PrepareReport {
  std::vector<InputReport>
      inputs;  // in the order of work: test, valid, train, each by name; ready pairs last
  std::vector<Shard> shards;
  DropCounts drops;
  std::map<std::string, std::uint64_t, std::less<>> partitions, languages, licenses;  // pairs
  std::uint64_t pairs = 0;
  std::uint64_t with_calls = 0;     // pairs that have lines which call them
  std::uint64_t with_subjects = 0;  // and subjects of commits
};

// Writes `output`: train-*.jsonl.zst, valid-*.jsonl.zst (marked heldout), commits-*.jsonl.zst,
// test/test-*.jsonl.zst, beir/ (the test part in BEIR's layout), manifest.json and repositories.tsv. Equal
// inputs and options make equal bytes. A repository that cannot be read is skipped with its reason. Nothing
// of `output` changes before all is done. ErrorKind::cancelled by options.stop, invalid_argument where
// nothing was readable, corrupt for ready pairs with too many broken lines, io where the disk is full.
[[nodiscard]] Result<PrepareReport> prepare(FileSystem& files, const std::filesystem::path& output,
                                            const PrepareOptions& options);

}  // namespace quarry::preparation

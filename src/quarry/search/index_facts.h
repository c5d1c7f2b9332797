// What an index holds, counted: the content of `quarry status`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/index/snapshot.h"

namespace quarry::search {

struct LanguageFacts {
  std::uint64_t files = 0;
  std::uint64_t functions = 0;  // units other than files
};

struct ViewFacts {
  index::ViewInfo view;
  std::map<std::string, LanguageFacts> languages;
};

struct IndexFacts {
  std::filesystem::path folder;
  std::uint64_t version = 0;
  std::uint64_t bytes = 0;
  std::size_t segments = 0;
  std::size_t graphs = 0;       // segments whose vectors a search walks through a graph
  std::int64_t changed_ns = 0;  // since the Unix epoch; 0: not known
  bool has_source = false;
  index::ModelInfo model;
  std::vector<ViewFacts> views;
};

// The number of segments that have a graph of their vectors.
[[nodiscard]] std::size_t count_graphs(const index::Snapshot& snapshot);

[[nodiscard]] Result<IndexFacts> gather_facts(const FileSystem& files, const index::Snapshot& snapshot);

[[nodiscard]] nlohmann::ordered_json to_json(const IndexFacts& facts);

}  // namespace quarry::search

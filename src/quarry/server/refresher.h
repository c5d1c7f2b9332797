// Brings repositories of served indexes up to date in the background, one at a time, each once however often
// it was asked for meanwhile.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/index/snapshot.h"
#include "quarry/model/encoder.h"

namespace quarry::server {

struct RefresherOptions {
  std::vector<std::filesystem::path> indexes;
  std::filesystem::path clones;  // where repositories that were indexed by URL have their clones
  // The model that made the snapshot's vectors; null where it is not installed.
  std::function<Result<std::shared_ptr<const model::Encoder>>(const index::Snapshot&)> open_encoder;
  std::function<void()> on_change;                   // a new version was committed
  std::function<void(const std::string& line)> say;  // what was done, and what failed
};

// Thread-safe.
class Refresher {
 public:
  Refresher(FileSystem& files, RefresherOptions options);
  ~Refresher();  // asks a refresh under way to stop, and waits for it

  // True where an index holds a repository with one of these remote_key()s; it is then refreshed soon:
  // fetched where it was indexed by URL, read again where it is a folder or a bare repository of this
  // machine.
  bool request(const std::vector<std::string>& remotes);

  void wait_until_idle();  // for tests

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace quarry::server

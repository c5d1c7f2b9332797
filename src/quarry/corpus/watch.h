// Tells when something in a source's folder has changed, so that `quarry watch` can bring the index up to
// date.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/corpus/source.h"

namespace quarry::corpus {

// Watches the folders that a listing enters, and only those: what the ignore and built-in rules leave out
// (build folders, node_modules) wakes nobody. Linux inotify(7): changes made on another machine to a network
// file system are not seen. One thread at a time.
class Watcher {
 public:
  // `root`: a folder as open_source takes it. ErrorKind::limit where the kernel allows no more watches (the
  // message names the setting), io for other failures. Changes from here on are seen by the first wait().
  [[nodiscard]] static Result<std::unique_ptr<Watcher>> open(FileSystem& files,
                                                             const std::filesystem::path& root,
                                                             const ListOptions& options = {});
  ~Watcher();

  // Waits for a change, then until nothing has changed for `debounce` (yet not longer than ten times that, so
  // that steady writing cannot hold it off for ever). True: list the source again; this also stands for
  // events that the kernel dropped. False: a stop was asked for. ErrorKind::not_found where the root is gone.
  [[nodiscard]] Result<bool> wait(const std::stop_token& stop, std::chrono::milliseconds debounce);

 private:
  struct State;
  explicit Watcher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace quarry::corpus

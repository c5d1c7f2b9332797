// Lines on their way to a file or stderr, written by a thread of their own: a slow or full disk costs lines,
// never requests.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <limits>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "quarry/base/result.h"

namespace quarry::server {

// Thread-safe.
class LineSink {
 public:
  // Appends to the file, making it (mode 0600) where it is missing; "-" is stderr. What would make a regular
  // file larger than `most_bytes` is lost.
  [[nodiscard]] static Result<std::unique_ptr<LineSink>> open(const std::filesystem::path& path,
                                                              std::uint64_t most_bytes = kUnbounded);
  ~LineSink();  // writes what it holds
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;

  // `line` without its line feed. Lost, and counted, where too many wait, the file is or the disk is full.
  void write(std::string line);
  // The number of lines lost since the last call.
  [[nodiscard]] std::uint64_t take_lost() { return lost_.exchange(0); }
  // Opens the file anew under its name: after it was renamed by log rotation.
  void reopen() { reopen_ = true; }
  // Whether the last lines did not fit into `most_bytes`.
  [[nodiscard]] bool is_full() const { return full_; }

  static constexpr std::uint64_t kUnbounded = std::numeric_limits<std::uint64_t>::max();

 private:
  LineSink(std::filesystem::path path, int descriptor, std::uint64_t most_bytes);
  void run(const std::stop_token& stop);
  void put(const std::deque<std::string>& lines);
  [[nodiscard]] std::uint64_t room() const;  // bytes that the file may still take

  const std::filesystem::path path_;
  const std::uint64_t most_bytes_;
  int descriptor_;
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<std::string> waiting_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> reopen_{false};
  std::atomic<bool> full_{false};
  std::jthread thread_;
};

}  // namespace quarry::server

// Lines on their way to a file or stderr, written by a thread of their own: a slow or full disk costs lines,
// never requests.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
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
  // Appends to the file, making it (mode 0600) where it is missing; "-" is stderr.
  [[nodiscard]] static Result<std::unique_ptr<LineSink>> open(const std::filesystem::path& path);
  ~LineSink();  // writes what it holds
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;

  // `line` without its line feed. Lost, and counted, where too many wait or the disk is full.
  void write(std::string line);
  // The number of lines lost since the last call.
  [[nodiscard]] std::uint64_t take_lost() { return lost_.exchange(0); }
  // Opens the file anew under its name: after it was renamed by log rotation.
  void reopen() { reopen_ = true; }

 private:
  LineSink(std::filesystem::path path, int descriptor);
  void run(const std::stop_token& stop);
  void put(const std::deque<std::string>& lines);

  const std::filesystem::path path_;
  int descriptor_;
  std::mutex mutex_;
  std::condition_variable_any filled_;
  std::deque<std::string> waiting_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> reopen_{false};
  std::jthread thread_;
};

}  // namespace quarry::server

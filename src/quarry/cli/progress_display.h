// How far long work has come: a bar with rate and remaining time on a terminal, a line now and then
// elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "quarry/cli/context.h"

namespace quarry::cli {

struct Advance {
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // 0: not known
  std::uint64_t bytes = 0;  // of them, 0: not counted
  std::uint64_t bytes_total = 0;
};

// Says nothing with --quiet, and nothing before the work has taken a moment. Not thread-safe.
class ProgressDisplay {
 public:
  using Clock = std::chrono::steady_clock;

  ProgressDisplay(const Context& context, std::string label, Clock::time_point start = Clock::now());
  ~ProgressDisplay();  // takes the bar off the screen
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void relabel(std::string label) { label_ = std::move(label); }
  void show(const Advance& advance, Clock::time_point now = Clock::now());
  void clear();

 private:
  [[nodiscard]] std::string facts(const Advance& advance, double seconds) const;

  const Context& context_;
  std::string label_;
  Clock::time_point start_;
  Clock::time_point next_;
  bool drawn_ = false;
};

// The bar alone: eighths of blocks, `columns` wide; `share` from 0 to 1.
[[nodiscard]] std::string progress_bar(double share, std::size_t columns);

}  // namespace quarry::cli

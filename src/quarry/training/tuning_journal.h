// What a search has tried, kept on disk from the first trial on, so that it can go on after any end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/training/early_stopping.h"
#include "quarry/training/tuning_space.h"

namespace quarry::training {

struct Trial {
  enum class State : std::uint8_t { running, finished, stopped, failed };
  std::uint64_t number = 0;  // from 1
  TuningPoint point;
  std::map<std::string, std::string> values;  // key -> text, as it was given to the program
  Reports reports;                            // of the objective, as printed
  State state = State::running;
  std::string why;  // it failed

  // What it came to: its last report. Only where there is one.
  [[nodiscard]] bool has_value() const { return !reports.empty(); }
  [[nodiscard]] double value() const { return reports.back().second; }
};
[[nodiscard]] const char* name_of(Trial::State state);

struct Journal {
  std::string space;  // canonical_text of the space
  std::vector<Trial> trials;
};

// JSON lines: {"space"}, then a trial a line. Written atomically as a whole: it is small and never torn.
[[nodiscard]] std::string to_json_lines(const Journal& journal);
// ErrorKind::corrupt names the line.
[[nodiscard]] Result<Journal> parse_journal(std::string_view lines);

}  // namespace quarry::training

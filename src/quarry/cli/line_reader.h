// Lines of a file or of standard input as they come, of bounded length.
#pragma once

#include <string>

#include "quarry/base/result.h"

namespace quarry::cli {

// A longer line is cut to this many bytes: more than any query may have, so that the query parser refuses it.
inline constexpr std::size_t kLongestLine = 1U << 20;

class LineReader {
 public:
  // "-" is standard input.
  [[nodiscard]] static Result<LineReader> open(const std::string& file);
  ~LineReader();
  LineReader(LineReader&& other) noexcept;
  LineReader& operator=(LineReader&&) = delete;

  // Waits for one line, without its line feed (and carriage return); false at the end.
  [[nodiscard]] Result<bool> next(std::string& line);

 private:
  LineReader(std::string file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {}

  std::string file_;
  int descriptor_;
  std::string buffer_;
  std::size_t at_ = 0;
};

}  // namespace quarry::cli

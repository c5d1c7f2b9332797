// Bytes on their way to a file descriptor: buffered, with the one distinction that matters to a command line
// tool, a reader that went away (`quarry search x | head`), which is success, and a disk that is full, which
// is not.
#pragma once

#include <string>
#include <string_view>

#include "quarry/base/result.h"

namespace quarry::cli {

// Not thread-safe. Flushes when it has gathered 64 KiB and at its end.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void flush();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool reader_gone() const { return reader_gone_; }  // stop early: nobody reads any more
  [[nodiscard]] const Status& status() const { return status_; }   // the first failure other than that

 private:
  int descriptor_;
  std::string buffer_;
  bool reader_gone_ = false;
  Status status_;
};

}  // namespace quarry::cli

// Programs that Quarry starts: by name and arguments, never through a shell, their output read line by line.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "quarry/base/result.h"

namespace quarry {

// A started program. Standard input is empty, standard output a pipe to here. Used by one thread, but for
// terminate(), which others may call as long as the object lives.
class ChildProcess {
 public:
  // arguments[0] is a path, or a name that PATH knows. Standard error is appended to `log`, or shared with
  // this process where `log` is empty. Signals are as a shell would set them, whatever this process blocks.
  [[nodiscard]] static Result<ChildProcess> start(std::span<const std::string> arguments,
                                                  const std::filesystem::path& log = {});
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();  // asks it to end and waits for that

  // The next line of its output, without the line feed; none at the end.
  [[nodiscard]] Result<std::optional<std::string>> read_line();
  // Asks it to end (SIGTERM).
  void terminate() const;
  // Its exit status, 128 + the signal where one ended it. Output that was not read is read and dropped.
  [[nodiscard]] Result<int> wait();

 private:
  ChildProcess(pid_t pid, int output);
  std::unique_ptr<std::mutex> mutex_;  // of pid_: a number that was given back may be another program's
  pid_t pid_ = -1;
  int output_ = -1;
  std::string pending_;
};

}  // namespace quarry

// Runs the built program as a user does: arguments, variables and input in, output and exit status out.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace quarry::tests {

struct Outcome {
  int status = -1;  // exit status; 128 + signal where one ended it
  std::string out;
  std::string err;
};

struct Start {
  std::vector<std::string> arguments;
  std::filesystem::path folder = "/";
  std::map<std::string, std::string> variables;   // the whole environment but PATH
  std::optional<std::string> input;               // else /dev/null
  std::optional<std::filesystem::path> out_file;  // else a pipe
  std::optional<uid_t> user;                      // to run as, where root starts it
};

// A started program. Ends it at destruction.
class Running {
 public:
  explicit Running(const Start& start);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void send(const std::string& input) const;              // to a pipe kept open: Start::input must be ""
  [[nodiscard]] std::string read_line(int seconds = 20);  // of the output; "" at the end or too late
  void close_input();
  void close_output();  // as a reader that goes away
  void signal(int number) const;
  // Status -1 when it did not end in time (and was killed); a sanitizer needs some.
  [[nodiscard]] Outcome wait(int seconds = 240);
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string pending_;
};

[[nodiscard]] Outcome run(const Start& start);

}  // namespace quarry::tests

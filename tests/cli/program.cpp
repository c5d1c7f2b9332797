// fork and exec with pipes; poll so that neither side waits for the other.
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>

namespace quarry::tests {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  return {ends[0], ends[1]};
}

void close_descriptor(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

int milliseconds_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(0, left));
}

// Appends what can be read at once; false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 4096> buffer{};
  const auto count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

Running::Running(const Start& start) {
  std::vector<std::string> words{QUARRY_PROGRAM};
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin"};
  for (const auto& [name, value] : start.variables) variables.push_back(name + "=" + value);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  auto in = make_pipe();
  auto out = make_pipe();
  auto err = make_pipe();
  pid_ = ::fork();
  if (pid_ == 0) {
    std::signal(SIGPIPE, SIG_DFL);
    if (!start.input) in.read = ::open("/dev/null", O_RDONLY);
    if (start.out_file) out.write = ::open(start.out_file->c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(in.read, STDIN_FILENO);
    ::dup2(out.write, STDOUT_FILENO);
    ::dup2(err.write, STDERR_FILENO);
    if (start.user && (::setgid(*start.user) != 0 || ::setuid(*start.user) != 0)) ::_exit(126);
    if (::chdir(start.folder.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  close_descriptor(in.read);
  close_descriptor(out.write);
  close_descriptor(err.write);
  in_ = in.write;
  out_ = out.read;
  err_ = err.read;
  if (start.input && !start.input->empty()) {
    send(*start.input);
    close_input();
  } else if (!start.input) {
    close_input();
  }
}

Running::~Running() {
  close_descriptor(in_);
  close_descriptor(out_);
  close_descriptor(err_);
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
}

void Running::send(const std::string& input) const {
  std::string_view rest = input;
  while (!rest.empty()) {
    const auto count = ::write(in_, rest.data(), rest.size());
    if (count <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string Running::read_line(int seconds) {
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  while (true) {
    if (const auto feed = pending_.find('\n'); feed != std::string::npos) {
      auto line = pending_.substr(0, feed);
      pending_.erase(0, feed + 1);
      return line;
    }
    pollfd watched{out_, POLLIN, 0};
    if (::poll(&watched, 1, milliseconds_until(end)) <= 0 || !read_some(out_, pending_)) return {};
  }
}

void Running::close_input() {
  close_descriptor(in_);
}

void Running::close_output() {
  close_descriptor(out_);
}

void Running::signal(int number) const {
  ::kill(pid_, number);
}

Outcome Running::wait(int seconds) {
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  Outcome outcome;
  outcome.out = std::move(pending_);
  bool killed = false;
  while (out_ >= 0 || err_ >= 0) {
    std::array<pollfd, 2> watched{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
    if (::poll(watched.data(), watched.size(), milliseconds_until(end)) <= 0) {
      ::kill(pid_, SIGKILL);
      killed = true;
      break;
    }
    if (watched[0].revents != 0 && !read_some(out_, outcome.out)) close_descriptor(out_);
    if (watched[1].revents != 0 && !read_some(err_, outcome.err)) close_descriptor(err_);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (!killed) outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return outcome;
}

Outcome run(const Start& start) {
  return Running(start).wait();
}

}  // namespace quarry::tests

#include "quarry/base/child_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

extern char** environ;

namespace quarry {
namespace {

// Of the child; nothing is printed here.
constexpr int kChildInput = 0;
constexpr int kChildOutput = 1;
constexpr int kChildErrors = 2;

constexpr std::size_t kLongestLine = std::size_t{1} << 20;  // bytes; longer lines are cut into several

// posix_spawn's two parameter objects, freed on every way out.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  posix_spawn_file_actions_t* actions() { return &actions_; }
  posix_spawnattr_t* attributes() { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<ChildProcess> ChildProcess::start(std::span<const std::string> arguments,
                                         const std::filesystem::path& log) {
  if (arguments.empty()) return fail(ErrorKind::invalid_argument, "no program to start");
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorKind::io, "cannot start {}: {}", arguments[0], std::strerror(errno));
  }
  SpawnPlan plan;
  ::posix_spawn_file_actions_addopen(plan.actions(), kChildInput, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(plan.actions(), ends[1], kChildOutput);
  if (!log.empty()) {
    ::posix_spawn_file_actions_addopen(plan.actions(), kChildErrors, log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0666);
  }
  std::vector<std::string> copies(arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  pid_t pid = -1;
  const int error =
      ::posix_spawnp(&pid, pointers[0], plan.actions(), plan.attributes(), pointers.data(), environ);
  ::close(ends[1]);
  if (error != 0) {
    ::close(ends[0]);
    return fail(error == ENOENT ? ErrorKind::not_found : ErrorKind::io, "cannot start {}: {}", arguments[0],
                std::strerror(error));
  }
  return ChildProcess(pid, ends[0]);
}

ChildProcess::ChildProcess(pid_t pid, int output)
    : mutex_(std::make_unique<std::mutex>()), pid_(pid), output_(output) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : mutex_(std::move(other.mutex_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      pending_(std::move(other.pending_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    terminate();
    (void)wait();
  }
  if (output_ >= 0) ::close(output_);
}

Result<std::optional<std::string>> ChildProcess::read_line() {
  std::array<char, 4096> buffer{};
  while (true) {
    const std::size_t end = pending_.find('\n');
    if (end != std::string::npos || pending_.size() >= kLongestLine) {
      const std::size_t size = std::min(end, pending_.size());
      std::string line = pending_.substr(0, size);
      pending_.erase(0, end == std::string::npos ? size : size + 1);
      return line;
    }
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorKind::io, "cannot read a program's output: {}", std::strerror(errno));
    if (got == 0) {
      if (pending_.empty()) return std::nullopt;
      return std::exchange(pending_, {});
    }
    pending_.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void ChildProcess::terminate() const {
  const std::lock_guard lock(*mutex_);
  if (pid_ > 0) ::kill(pid_, SIGTERM);
}

Result<int> ChildProcess::wait() {
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t got = ::read(output_, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR)) break;
  }
  // Waited for first and given back under the lock: terminate() never signals a number that is free again.
  siginfo_t info;
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  const std::lock_guard lock(*mutex_);
  int status = 0;
  pid_t done = -1;
  do {
    done = ::waitpid(pid_, &status, 0);
  } while (done < 0 && errno == EINTR);
  pid_ = -1;
  if (done < 0) return fail(ErrorKind::io, "lost a started program: {}", std::strerror(errno));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace quarry

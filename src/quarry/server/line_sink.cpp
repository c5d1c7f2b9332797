#include "quarry/server/line_sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace quarry::server {
namespace {

constexpr std::size_t kMaxWaiting = 8192;

int open_to_append(const std::filesystem::path& path) {
  if (path == "-") return ::dup(STDERR_FILENO);
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

}  // namespace

Result<std::unique_ptr<LineSink>> LineSink::open(const std::filesystem::path& path,
                                                 std::uint64_t most_bytes) {
  const int descriptor = open_to_append(path);
  if (descriptor < 0) return fail(ErrorKind::io, "{}: {}", path.string(), std::strerror(errno));
  return std::unique_ptr<LineSink>(new LineSink(path, descriptor, most_bytes));
}

LineSink::LineSink(std::filesystem::path path, int descriptor, std::uint64_t most_bytes)
    : path_(std::move(path)),
      most_bytes_(most_bytes),
      descriptor_(descriptor),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

LineSink::~LineSink() {
  thread_.request_stop();
  thread_.join();
  ::close(descriptor_);
}

void LineSink::write(std::string line) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMaxWaiting) {
      ++lost_;
      return;
    }
    waiting_.push_back(std::move(line));
  }
  filled_.notify_one();
}

void LineSink::run(const std::stop_token& stop) {
  while (true) {
    std::deque<std::string> lines;
    {
      std::unique_lock lock(mutex_);
      filled_.wait(lock, stop, [this] { return !waiting_.empty(); });
      lines.swap(waiting_);
    }
    if (lines.empty()) return;
    put(lines);
  }
}

// Looked up each time: the file may have been cut short, and others may write to it.
std::uint64_t LineSink::room() const {
  struct stat status {};
  if (most_bytes_ == kUnbounded || ::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
    return kUnbounded;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return size < most_bytes_ ? most_bytes_ - size : 0;
}

void LineSink::put(const std::deque<std::string>& lines) {
  if (reopen_.exchange(false)) {
    if (const int renewed = open_to_append(path_); renewed >= 0) {
      ::close(descriptor_);
      descriptor_ = renewed;
    }
  }
  std::string text;
  const std::uint64_t most = room();
  std::size_t taken = 0;
  for (; taken < lines.size() && text.size() + lines[taken].size() + 1 <= most; ++taken) {
    text += lines[taken];
    text += '\n';
  }
  lost_ += lines.size() - taken;
  full_ = taken < lines.size();
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  for (const char c : rest) lost_ += c == '\n' ? 1 : 0;
}

}  // namespace quarry::server

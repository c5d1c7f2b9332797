// Reads what is there instead of filling a buffer first: a program that writes a query waits for its answer.
#include "quarry/cli/line_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace quarry::cli {

Result<LineReader> LineReader::open(const std::string& file) {
  if (file == "-") return LineReader("standard input", STDIN_FILENO);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail(errno == ENOENT ? ErrorKind::not_found : ErrorKind::io, "cannot read the queries in {}: {}",
                file, std::generic_category().message(errno));
  }
  return LineReader(file, descriptor);
}

LineReader::LineReader(LineReader&& other) noexcept
    : file_(std::move(other.file_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      at_(other.at_) {}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

Result<bool> LineReader::next(std::string& line) {
  line.clear();
  bool any = false;
  while (true) {
    if (at_ == buffer_.size()) {
      buffer_.resize(64U << 10);
      ssize_t count = 0;
      do {
        count = ::read(descriptor_, buffer_.data(), buffer_.size());
      } while (count < 0 && errno == EINTR);
      if (count < 0) {
        return fail(ErrorKind::io, "cannot read the queries in {}: {}", file_,
                    std::generic_category().message(errno));
      }
      buffer_.resize(static_cast<std::size_t>(count));
      at_ = 0;
      if (count == 0) break;
    }
    any = true;
    const auto end = buffer_.find('\n', at_);
    const auto part = std::string_view(buffer_).substr(at_, end == std::string::npos ? end : end - at_);
    line.append(part.substr(0, kLongestLine - std::min(kLongestLine, line.size())));
    at_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (end != std::string::npos) break;
  }
  if (line.ends_with('\r')) line.pop_back();
  return any;
}

}  // namespace quarry::cli

// Writes with write(2), because iostreams do not say why they failed.
#include "quarry/cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace quarry::cli {
namespace {

constexpr std::size_t kBufferBytes = 64U << 10;

}  // namespace

Output::~Output() {
  flush();
}

void Output::write(std::string_view text) {
  if (reader_gone_ || !status_) return;
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !reader_gone_ && status_) {
    const auto written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      reader_gone_ = true;
    } else if (errno != EINTR) {
      status_ = fail(ErrorKind::io, "cannot write the output: {}", std::generic_category().message(errno));
    }
  }
  buffer_.clear();
}

}  // namespace quarry::cli

// Draws progress on standard error, so that results in a pipe stay clean.
#include "quarry/cli/progress_display.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/text_layout.h"

namespace quarry::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kBarPatience = 300ms;  // shorter work needs no bar
constexpr auto kBarPeriod = 100ms;
constexpr auto kLinePeriod = 5s;
constexpr std::size_t kWidestBar = 30;

}  // namespace

ProgressDisplay::ProgressDisplay(const Context& context, std::string label, Clock::time_point start)
    : context_(context), label_(std::move(label)), start_(start) {
  next_ = start +
          (context.error_terminal.interactive ? Clock::duration(kBarPatience) : Clock::duration(kLinePeriod));
}

ProgressDisplay::~ProgressDisplay() {
  clear();
}

void ProgressDisplay::show(const Advance& advance, Clock::time_point now) {
  if (now < next_ || context_.settings.on(kQuiet)) return;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  auto& err = context_.err;
  const auto& terminal = context_.error_terminal;
  const auto label = harmless(label_);
  if (!terminal.interactive) {
    next_ = now + kLinePeriod;
    err.write(fmt::format("{}: {}\n", label, facts(advance, seconds)));
  } else {
    next_ = now + kBarPeriod;
    const auto words = facts(advance, seconds);
    const auto used = display_width(label) + display_width(words) + 5;
    const auto bar_width = terminal.width > used ? std::min(kWidestBar, terminal.width - used) : 0;
    std::string line = label;
    if (advance.total != 0 && bar_width >= 5) {
      const double share = advance.bytes_total != 0
                               ? static_cast<double>(advance.bytes) / static_cast<double>(advance.bytes_total)
                               : static_cast<double>(advance.done) / static_cast<double>(advance.total);
      line += fmt::format("  {}", terminal.paint(Style::function, progress_bar(share, bar_width)));
      line += fmt::format("  {}", words);
    } else {
      line = fit(fmt::format("{}  {}", label, words), terminal.width - 1);
    }
    err.write(fmt::format("\r{}\x1b[K", line));
    drawn_ = true;
  }
  err.flush();
}

void ProgressDisplay::clear() {
  if (!drawn_) return;
  context_.err.write("\r\x1b[K");
  context_.err.flush();
  drawn_ = false;
}

std::string ProgressDisplay::facts(const Advance& advance, double seconds) const {
  std::string text = grouped(advance.done);
  if (advance.total != 0) text += fmt::format("/{}", grouped(advance.total));
  if (seconds <= 0) return text;
  if (advance.bytes != 0) {
    text += fmt::format(
        "  {}/s", readable_bytes(static_cast<std::uint64_t>(static_cast<double>(advance.bytes) / seconds)));
  } else {
    text += fmt::format("  {:.0f}/s", static_cast<double>(advance.done) / seconds);
  }
  // Bytes foretell the rest better than files do: a file of 4 MB takes as long as a thousand of 4 KB.
  const bool by_bytes = advance.bytes_total != 0 && advance.bytes != 0;
  const auto done = static_cast<double>(by_bytes ? advance.bytes : advance.done);
  const auto total = static_cast<double>(by_bytes ? advance.bytes_total : advance.total);
  if (done > 0 && total > done) {
    text +=
        fmt::format("  {} left", readable_seconds(std::max(1.0, std::ceil(seconds * (total - done) / done))));
  }
  return text;
}

std::string progress_bar(double share, std::size_t columns) {
  constexpr std::array<std::string_view, 8> kEighths{" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths =
      static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(columns * 8));
  std::string bar = "▕";
  for (std::size_t i = 0; i < columns; ++i) {
    if (eighths >= (i + 1) * 8) {
      bar += "█";
    } else {
      bar += kEighths[eighths > i * 8 ? eighths - i * 8 : 0];
    }
  }
  return bar + "▏";
}

}  // namespace quarry::cli

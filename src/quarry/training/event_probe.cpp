// Writes the event files of a run that was cut and resumed, for event_file_peer_test.py to read back.
#include <filesystem>

#include "quarry/training/event_file.h"

namespace {

using namespace quarry;
using namespace quarry::training;

Status write(const std::filesystem::path& folder, std::uint64_t first, std::uint64_t last, double offset) {
  QUARRY_TRY(EventFile events,
             EventFile::create(posix_file_system(), folder, first, 1000.0 + static_cast<double>(first)));
  for (std::uint64_t step = first; step <= last; ++step) {
    const double now = 1000.5 + static_cast<double>(step);
    QUARRY_CHECK(events.add("loss", step, offset + 1.0 / static_cast<double>(step), now));
    if (step % 2 == 0) QUARRY_CHECK(events.add("validation MRR", step, 0.25, now));
  }
  return events.close();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  // The second run starts again before the first had ended.
  return write(folder, 1, 6, 0) && write(folder, 4, 300, 10) ? 0 : 1;
}

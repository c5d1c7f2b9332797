// Segments that nobody vouches for, with their checksums made right so that reading goes past them: every
// answer stays inside the bytes and takes bounded time.
#include <cstdint>
#include <string>

#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quarry::index;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  reseal(bytes);
  MemoryFileSystem files;
  files.put("/a/s", std::move(bytes));
  const auto segment = Segment::open(files, "/a/s");
  // Every file may claim the whole text as its own; a segment of some kilobytes with more files is none of
  // ours.
  if (!segment || (*segment)->file_count() > 1000 || (*segment)->unit_count() > 10'000) return 0;
  (void)read_all(**segment);
  return 0;
}

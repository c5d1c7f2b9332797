// Views that nobody vouches for, with their checksums made right so that reading goes past them: every answer
// stays inside the bytes and takes bounded time and memory.
#include <cstddef>
#include <cstdint>
#include <string>

#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_reading.h"
#include "quarry/index/view_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quarry::index;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  reseal(bytes);
  MemoryFileSystem files;
  files.put("/a/v", std::move(bytes));
  const auto view = ViewFile::open(files, "/a/v");
  if (!view) return 0;
  (void)(*view)->verify();
  (void)(*view)->totals();
  for (const std::uint32_t count : {0U, 1U, 2U, 65U}) (void)(*view)->live_files("00000001-0.seg", count);
  (void)(*view)->content();
  return 0;
}

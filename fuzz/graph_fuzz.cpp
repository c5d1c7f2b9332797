// Graphs that nobody vouches for, with their checksums made right so that reading goes past them: every link
// stays inside the segment that it belongs to.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "quarry/index/test_file_systems.h"
#include "quarry/index/test_reading.h"
#include "quarry/index/vector_graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quarry::index;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  reseal(bytes);
  MemoryFileSystem files;
  files.put("/a/g", std::move(bytes));
  const auto graph = VectorGraph::open(files, "/a/g");
  if (!graph) return 0;
  (void)(*graph)->entries();
  for (std::uint32_t unit = 0; unit < (*graph)->unit_count(); ++unit) {
    const auto neighbours = (*graph)->neighbours(unit);
    if (!neighbours) continue;
    for (const std::uint32_t other : *neighbours) {
      if (other >= (*graph)->unit_count()) std::abort();
    }
  }
  (void)(*graph)->verify();
  return 0;
}

// Fuzzes vectors on their way into a segment and back: the first byte says how many dimensions, the second
// whether floats of an encoder follow or stored bytes. What is read back is odd numbers of -15 to 15 with the
// signs of what was stored, or zeros.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "quarry/index/segment.h"
#include "quarry/index/segment_writer.h"
#include "quarry/index/stored_vector.h"
#include "small_engine.h"

namespace {

using namespace quarry::index;
using quarry::fuzz::require;

std::vector<std::int8_t> stored_bytes(std::span<const std::uint8_t> bytes, std::size_t count, bool floats) {
  std::vector<std::int8_t> stored(count);
  if (!floats) {
    std::memcpy(stored.data(), bytes.data(), std::min(count, bytes.size()));
    return stored;
  }
  std::vector<float> vector(count);
  std::memcpy(vector.data(), bytes.data(),
              std::min(count * sizeof(float), bytes.size()) / sizeof(float) * sizeof(float));
  store_vector(vector, stored);
  for (const std::int8_t value : stored) require(value >= -127);
  return stored;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint32_t dimensions = 1 + data[0] % 130;
  Document document = test_document("a.py", "one\ntwo\nthree", dimensions);
  const std::size_t units = document.units.size();
  document.vectors.clear();
  std::span<const std::uint8_t> rest(data + 2, size - 2);
  const bool floats = data[1] % 2 != 0;
  for (std::size_t u = 0; u < units; ++u) {
    const auto row = stored_bytes(rest, dimensions, floats);
    rest = rest.subspan(std::min(rest.size(), dimensions * (floats ? sizeof(float) : 1)));
    document.vectors.insert(document.vectors.end(), row.begin(), row.end());
  }
  const std::vector<std::int8_t> stored(document.vectors.begin(), document.vectors.end());

  MemoryFileSystem files;
  (void)files.create_directories("/a");
  SegmentWriter writer({.dimensions = dimensions, .source = true});
  writer.add(document);
  require(writer.finish(files, "/a/s").has_value());
  const auto segment = Segment::open(files, "/a/s");
  require(segment && (*segment)->prepare() && (*segment)->prepare_vectors() &&
          (*segment)->unit_count() == units);
  std::vector<std::int8_t> row(dimensions);
  for (std::uint32_t u = 0; u < units; ++u) {
    (*segment)->vector(u, row);
    if (std::ranges::all_of(row, [](std::int8_t value) { return value == 0; })) continue;
    for (std::size_t d = 0; d < dimensions; ++d) {
      require(row[d] % 2 != 0 && row[d] >= -15 && row[d] <= 15);
      require((row[d] < 0) == (stored[u * dimensions + d] < 0));
    }
  }
  return 0;
}

// Fuzzes manifests: the input is one as it stands, and the text below a first line whose checksum is made
// right so that reading goes past it. What is accepted names no file outside of the index and is written as
// it was read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "quarry/base/hash.h"
#include "quarry/index/listing_rules.h"
#include "quarry/index/manifest.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_inside(const quarry::index::StoredFile& file) {
  require(file.name.find('/') == std::string::npos && file.name != ".." && file.name != "." &&
          !file.name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace quarry::index;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  (void)parse_manifest(input, "manifest");
  const auto manifest = parse_manifest(
      fmt::format("quarry index manifest {} {:016x}\n{}", kManifestVersion, quarry::hash64(input), input),
      "manifest");
  if (!manifest) {
    require(!manifest.error().message.empty());
    return 0;
  }
  for (const auto& segment : manifest->segments) require_inside(segment);
  for (const auto& view : manifest->views) {
    require_inside(view.file);
    const auto listing = parse_listing(view.listing);
    if (listing) require(parse_listing(format_listing(*listing)).has_value());
  }
  const auto written = format_manifest(*manifest);
  const auto again = parse_manifest(written, "manifest");
  require(again.has_value() && format_manifest(*again) == written);
  return 0;
}

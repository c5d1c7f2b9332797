// The files of the web page inside the program: a table that the build fills from web/.
#pragma once

#include <span>
#include <string_view>

namespace quarry::server {

struct StaticAsset {
  std::string_view path;          // "index.html", "assets/app-3f2a.js"; index.html also answers "/"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view etag;          // with its quotes: "\"3f2a...\""
  std::string_view bytes;
  std::string_view gzip;    // empty: not worth it
  std::string_view brotli;  // empty: not worth it
};

// Defined in the file that the build generates from the page.
[[nodiscard]] std::span<const StaticAsset> static_assets();

}  // namespace quarry::server

// A program built without the web page: the table is empty, and "/" says so.
#include "quarry/server/static_assets.h"

namespace quarry::server {

std::span<const StaticAsset> static_assets() {
  return {};
}

}  // namespace quarry::server

// One opened version of one index, as requests hold it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "quarry/model/encoder.h"
#include "quarry/search/engine.h"

namespace quarry::server {

// Immutable; lives while a request holds it, whatever is swapped in meanwhile.
struct ServedIndex {
  std::string name;   // of the side: "main", or as in --index name=DIR
  std::string label;  // "main@12": name and version, as answers are marked
  std::shared_ptr<const search::Engine> engine;
  std::shared_ptr<const model::Encoder> encoder;  // of queries; null: words only
  std::string without_encoder;  // why there is none although the index has vectors; "" where all is well
  std::int64_t created_ns = 0;  // when its manifest was written, since the Unix epoch
};

}  // namespace quarry::server

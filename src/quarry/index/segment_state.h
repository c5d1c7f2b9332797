// What an open Segment holds: the mapped file and the readers over its sections. Seen by segment.cpp and by
// merging.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "quarry/index/checked_file.h"
#include "quarry/index/dictionary.h"
#include "quarry/index/postings_codec.h"
#include "quarry/index/segment.h"
#include "quarry/index/segment_columns.h"
#include "quarry/index/segment_format.h"
#include "quarry/index/text_store.h"

namespace quarry::index {

struct Segment::State {
  std::unique_ptr<CheckedFile> file;
  std::uint32_t dimensions = 0;
  bool source = false;

  // Each pair is prepared once, under the mutex; `ready` is read without it.
  std::mutex mutex;
  std::atomic<bool> ready{false};
  std::atomic<bool> vectors_ready{false};

  Columns columns;
  Dictionary dictionary;
  ShapeTable shapes;
  TextReader text;
  std::span<const std::byte> postings;
  // Planes of packed_vectors.h, row after row.
  std::span<const std::uint64_t> vector_sizes;
  std::span<const std::uint64_t> vector_signs;
};

}  // namespace quarry::index

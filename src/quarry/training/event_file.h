// Curves as TensorBoard reads them: an events file, record by record.
//
// Format: TFRecord (length, its checksum, data, its checksum; CRC-32C, masked) around the protocol buffer
// tensorflow.Event, of which wall_time = 1, step = 2, file_version = 3, summary = 5 and session_log = 7 are
// written. https://www.tensorflow.org/tutorials/load_data/tfrecord
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::training {

class EventFile {
 public:
  // Makes `folder`/events.out.tfevents.<first_step>.quarry. TensorBoard drops what older files of the folder
  // say from `first_step` on: a resumed run measures that again. `now` is in seconds since the Unix epoch.
  [[nodiscard]] static Result<EventFile> create(FileSystem& files, const std::filesystem::path& folder,
                                                std::uint64_t first_step, double now);

  [[nodiscard]] Status add(std::string_view tag, std::uint64_t step, double value, double now);
  [[nodiscard]] Status close();

 private:
  explicit EventFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}
  [[nodiscard]] Status write(std::string_view event);
  std::unique_ptr<WritableFile> file_;
};

}  // namespace quarry::training

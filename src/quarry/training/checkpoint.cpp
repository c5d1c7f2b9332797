#include "quarry/training/checkpoint.h"

#include <charconv>
#include <cstring>
#include <string_view>
#include <vector>

#include "quarry/base/hash.h"
#include "quarry/model/safetensors.h"

namespace quarry::training {
namespace {

// The first line of `theirs` that is not the same in `ours`, and its counterpart there.
std::string difference(std::string_view theirs, std::string_view ours) {
  while (!theirs.empty() || !ours.empty()) {
    const auto take = [](std::string_view& text) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(text.size(), line.size() + 1));
      return line.empty() ? std::string_view("nothing") : line;
    };
    const std::string_view their_line = take(theirs);
    const std::string_view our_line = take(ours);
    if (their_line != our_line) return fmt::format("\"{}\" there, \"{}\" here", their_line, our_line);
  }
  return "no difference";
}

Result<Progress> read(const FileSystem& files, const std::filesystem::path& path, const RunIdentity& run,
                      TrainableEncoder& encoder) {
  QUARRY_TRY(const auto file, files.map(path));
  QUARRY_TRY(const model::Safetensors tensors, model::parse_safetensors(file->bytes()));
  const auto text_of = [&](const char* key) {
    const auto found = tensors.metadata.find(key);
    return found == tensors.metadata.end() ? std::string() : found->second;
  };
  if (text_of("format") != "quarry-checkpoint-1")
    return fail(ErrorKind::corrupt, "not a checkpoint of this format");
  if (const std::string config = text_of("config"); config != run.config) {
    return fail(ErrorKind::version_mismatch,
                "made with another config: {}. Train into another folder, or give back the old value",
                difference(config, run.config));
  }
  if (text_of("data") != fmt::format("{:016x}", run.data)) {
    return fail(ErrorKind::version_mismatch,
                "made from other pairs than those given. Train into another folder");
  }
  Progress progress;
  const std::string steps = text_of("step");
  if (std::from_chars(steps.data(), steps.data() + steps.size(), progress.step).ec != std::errc{}) {
    return fail(ErrorKind::corrupt, "it does not tell its step");
  }
  for (const StatePart& part : encoder.state()) {
    const model::Tensor* tensor = tensors.find(part.name);
    if (tensor == nullptr || tensor->dtype != model::Dtype::f32 || tensor->elements() != part.values.size()) {
      return fail(ErrorKind::corrupt, "tensor \"{}\" is missing or of another size", part.name);
    }
    std::memcpy(part.values.data(), tensor->bytes.data(), tensor->bytes.size());
  }
  if (const model::Tensor* tensor = tensors.find("clusters")) {
    if (tensor->dtype != model::Dtype::i32)
      return fail(ErrorKind::corrupt, "tensor \"clusters\" has the wrong type");
    progress.clusters.resize(tensor->elements());
    std::memcpy(progress.clusters.data(), tensor->bytes.data(), tensor->bytes.size());
  }
  return progress;
}

}  // namespace

Status write_checkpoint(FileSystem& files, const std::filesystem::path& path, TrainableEncoder& encoder,
                        const Progress& progress, const RunIdentity& run) {
  std::vector<model::Tensor> tensors;
  for (const StatePart& part : encoder.state()) {
    tensors.push_back({part.name, model::Dtype::f32, {part.values.size()}, std::as_bytes(part.values)});
  }
  if (!progress.clusters.empty()) {
    tensors.push_back({"clusters",
                       model::Dtype::i32,
                       {progress.clusters.size()},
                       std::as_bytes(std::span(progress.clusters))});
  }
  QUARRY_TRY(const std::string bytes,
             model::write_safetensors(tensors, {{"format", "quarry-checkpoint-1"},
                                                {"config", run.config},
                                                {"data", fmt::format("{:016x}", run.data)},
                                                {"step", fmt::format("{}", progress.step)}}));
  return write_atomically(files, path, std::as_bytes(std::span(bytes)));
}

Result<Progress> read_checkpoint(const FileSystem& files, const std::filesystem::path& path,
                                 const RunIdentity& run, TrainableEncoder& encoder) {
  auto progress = read(files, path, run, encoder);
  if (!progress) return fail_in("checkpoint " + path.string(), std::move(progress).error());
  return progress;
}

}  // namespace quarry::training

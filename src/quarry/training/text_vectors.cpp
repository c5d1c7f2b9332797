#include "quarry/training/text_vectors.h"

#include <algorithm>

#include "quarry/base/hash.h"
#include "quarry/model/safetensors.h"

namespace quarry::training {
namespace {

constexpr std::size_t kTextsAtATime = 256;

Result<TextVectors> parse(std::span<const std::byte> file) {
  QUARRY_TRY(const model::Safetensors tensors, model::parse_safetensors(file));
  const model::Tensor* texts = tensors.find("texts");
  const model::Tensor* vectors = tensors.find("vectors");
  if (texts == nullptr || texts->dtype != model::Dtype::u8) {
    return fail(ErrorKind::corrupt, "tensor \"texts\" of bytes (U8) is missing");
  }
  if (vectors == nullptr || vectors->shape.size() != 2 || vectors->elements() == 0) {
    return fail(ErrorKind::corrupt, "tensor \"vectors\" with rows and columns is missing");
  }
  QUARRY_TRY(const std::vector<float> values, model::to_floats(*vectors));
  const std::size_t dimensions = vectors->shape[1];
  TextVectors result(static_cast<std::uint32_t>(dimensions));
  std::string_view rest(reinterpret_cast<const char*>(texts->bytes.data()), texts->bytes.size());
  const auto lines = static_cast<std::uint64_t>(std::count(rest.begin(), rest.end(), '\n'));
  if (lines != vectors->shape[0] || !rest.ends_with('\n')) {
    return fail(ErrorKind::corrupt, "tensor \"texts\" holds {} lines where \"vectors\" has {} rows", lines,
                vectors->shape[0]);
  }
  for (std::size_t row = 0; !rest.empty(); ++row) {
    const std::size_t end = rest.find('\n');
    result.add(rest.substr(0, end), std::span(values).subspan(row * dimensions, dimensions));
    rest.remove_prefix(end + 1);
  }
  return result;
}

// As a line of the file holds it.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::uint64_t key_of(std::string_view text) {
  return text.find('\n') == std::string_view::npos ? hash64(text) : hash64(one_line(text));
}

}  // namespace

void TextVectors::add(std::string_view text, std::span<const float> vector) {
  const std::uint64_t key = key_of(text);
  if (!rows_.try_emplace(key, static_cast<std::uint32_t>(size())).second) return;
  texts_ = hash64(text, texts_);
  values_.insert(values_.end(), vector.begin(), vector.end());
}

std::uint32_t TextVectors::find(std::string_view text) const {
  const auto found = rows_.find(key_of(text));
  return found == rows_.end() ? kNone : found->second;
}

std::uint64_t TextVectors::fingerprint() const {
  return hash64(std::as_bytes(std::span(values_)), texts_);
}

Result<TextVectors> read_text_vectors(const FileSystem& files, const std::filesystem::path& path) {
  QUARRY_TRY(const auto file, files.map(path));
  auto vectors = parse(file->bytes());
  if (!vectors) return fail_in(path.string(), std::move(vectors).error());
  return vectors;
}

Status write_text_vectors(FileSystem& files, const std::filesystem::path& path,
                          std::span<const std::string> texts, std::uint32_t dimensions,
                          std::span<const float> vectors) {
  std::string lines;
  for (const std::string& text : texts) lines += one_line(text) + '\n';
  const std::vector<model::Tensor> tensors{
      {"texts", model::Dtype::u8, {lines.size()}, std::as_bytes(std::span(lines))},
      {"vectors", model::Dtype::f32, {texts.size(), dimensions}, std::as_bytes(vectors)}};
  QUARRY_TRY(const std::string bytes, model::write_safetensors(tensors));
  return write_atomically(files, path, std::as_bytes(std::span(bytes)));
}

Result<TextVectors> ask_for_vectors(const model::Encoder& encoder, model::Side side,
                                    std::span<const std::string> texts) {
  TextVectors result(encoder.dimensions());
  for (std::size_t begin = 0; begin < texts.size(); begin += kTextsAtATime) {
    const auto part = texts.subspan(begin, std::min(kTextsAtATime, texts.size() - begin));
    const std::vector<std::string_view> views(part.begin(), part.end());
    QUARRY_TRY(const std::vector<float> vectors, encoder.encode(views, side));
    for (std::size_t i = 0; i < views.size(); ++i) {
      result.add(views[i], std::span(vectors).subspan(i * result.dimensions(), result.dimensions()));
    }
  }
  return result;
}

}  // namespace quarry::training

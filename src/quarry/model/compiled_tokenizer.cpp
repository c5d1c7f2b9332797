#include "quarry/model/compiled_tokenizer.h"

#include <array>
#include <cstring>

#include "quarry/base/hash.h"

namespace quarry::model {
namespace {

constexpr std::array<char, 4> kMagic{'Q', 'T', 'O', 'K'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kSections = 5;

struct Header {
  std::array<char, 4> magic;
  std::uint32_t version;
  std::uint64_t source_hash;                   // of tokenizer.json
  std::uint64_t payload_hash;                  // of everything behind the header
  std::array<std::uint64_t, kSections> bytes;  // of each section
};

constexpr std::size_t aligned(std::size_t size) {
  return (size + 7) / 8 * 8;
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
std::string_view bytes_of_span(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

template <class T>
Result<std::span<const T>> as_array(std::span<const std::byte> bytes) {
  if (bytes.size() % sizeof(T) != 0)
    return fail(ErrorKind::corrupt, "tokenizer.bin: an array ends inside an element");
  return std::span(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T));
}

}  // namespace

Result<std::string> compile_tokenizer(std::string_view tokenizer_json) {
  QUARRY_TRY(const Tokenizer tokenizer, Tokenizer::parse(tokenizer_json));
  const Bpe* bpe = tokenizer.identifier_bpe();
  if (bpe == nullptr || bpe->options().unknown || !bpe->options().suffix.empty() ||
      bpe->options().byte_fallback || bpe->options().ignore_merges) {
    return fail(ErrorKind::invalid_argument, "only tokenizers of Quarry's own layout can be compiled");
  }
  const auto& arrays = bpe->vocabulary().arrays();
  const std::array<std::string_view, kSections> sections{bpe->options().prefix, bytes_of_span(arrays.offsets),
                                                         bytes_of_span(arrays.slots), arrays.bytes,
                                                         bytes_of_span(bpe->merges().table())};
  Header header{kMagic, kVersion, hash64(tokenizer_json), 0, {}};
  std::string payload;
  for (std::size_t i = 0; i < kSections; ++i) {
    header.bytes[i] = sections[i].size();
    payload += sections[i];
    payload.resize(aligned(payload.size()), '\0');
  }
  header.payload_hash = hash64(payload);
  std::string file(sizeof header, '\0');
  std::memcpy(file.data(), &header, sizeof header);
  return file + payload;
}

Result<std::optional<Tokenizer>> adopt_compiled_tokenizer(std::span<const std::byte> compiled,
                                                          std::uint64_t tokenizer_json_hash,
                                                          std::shared_ptr<const void> owner) {
  Header header;
  if (compiled.size() < sizeof header)
    return fail(ErrorKind::corrupt, "tokenizer.bin: too short for its header");
  std::memcpy(&header, compiled.data(), sizeof header);
  if (header.magic != kMagic) return fail(ErrorKind::corrupt, "tokenizer.bin: not a compiled tokenizer");
  if (header.version != kVersion || header.source_hash != tokenizer_json_hash) return std::nullopt;
  const auto payload = compiled.subspan(sizeof header);
  if (hash64(payload) != header.payload_hash) {
    return fail(ErrorKind::corrupt,
                "tokenizer.bin: checksum mismatch: remove the file, it can be made again");
  }
  std::array<std::span<const std::byte>, kSections> sections;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kSections; ++i) {
    if (at > payload.size() || header.bytes[i] > payload.size() - at) {
      return fail(ErrorKind::corrupt, "tokenizer.bin: section {} does not fit the file", i);
    }
    sections[i] = payload.subspan(at, header.bytes[i]);
    at += aligned(header.bytes[i]);
  }
  QUARRY_TRY(const auto offsets, as_array<std::uint32_t>(sections[1]));
  QUARRY_TRY(const auto slots, as_array<std::uint32_t>(sections[2]));
  QUARRY_TRY(const auto table, as_array<Merges::Entry>(sections[4]));
  QUARRY_TRY(Vocabulary vocabulary, Vocabulary::adopt({offsets, slots, as_text(sections[3])}, owner));
  QUARRY_TRY(Merges merges, Merges::adopt(table, vocabulary.size(), owner));
  return Tokenizer::of_identifiers(std::move(vocabulary), std::move(merges),
                                   std::string(as_text(sections[0])));
}

}  // namespace quarry::model

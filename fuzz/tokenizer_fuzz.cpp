// Fuzzes tokenizers: the input up to the first NUL byte is a tokenizer.json, the rest a text. Ids stay inside
// of the vocabulary, the fast path agrees with the patterns, and a compiled tokenizer with the one it was
// made of.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "quarry/base/hash.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using quarry::model::Tokenizer;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view json = input.substr(0, input.find('\0'));
  const std::string_view text = input.substr(std::min(input.size(), json.size() + 1)).substr(0, 4096);
  // Both readers take any bytes.
  (void)quarry::model::adopt_compiled_tokenizer(std::as_bytes(std::span(text)), 0, nullptr);
  const auto tokenizer = Tokenizer::parse(json);
  if (!tokenizer) return 0;
  const auto ids = tokenizer->encode(text, true);
  for (const auto id : tokenizer->encode(text)) {
    if (id >= tokenizer->size()) std::abort();
  }
  if (tokenizer->identifier_bpe() == nullptr) return 0;
  if (tokenizer->by_patterns().encode(text) != tokenizer->encode(text)) std::abort();
  const auto compiled = quarry::model::compile_tokenizer(json);
  if (!compiled) return 0;
  const auto adopted = quarry::model::adopt_compiled_tokenizer(std::as_bytes(std::span(*compiled)),
                                                               quarry::hash64(json), nullptr);
  if (!adopted || !adopted->has_value() || (*adopted)->encode(text) != tokenizer->encode(text)) std::abort();
  return 0;
}

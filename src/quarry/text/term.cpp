#include "quarry/text/term.h"

#include "quarry/base/hash.h"

namespace quarry::text {
namespace {
constexpr std::uint64_t kSymbolSeed = 0x73796d626f6c;  // "symbol"
}  // namespace

Term symbol_term(std::string_view name) {
  return hash64(name, kSymbolSeed);
}

Term word_term(std::string_view stemmed) {
  return hash64(stemmed);
}

}  // namespace quarry::text

#include "quarry/model/vocabulary.h"

#include <algorithm>
#include <bit>

#include "quarry/base/hash.h"

namespace quarry::model {
namespace {

struct Storage {
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t> slots;
  std::string bytes;
};

}  // namespace

Result<Vocabulary> Vocabulary::build(std::span<const std::pair<std::string, TokenId>> tokens) {
  std::uint32_t size = 0;
  std::uint64_t total = 0;
  for (const auto& [token, id] : tokens) {
    if (id >= kMaxVocabulary) {
      return fail(ErrorKind::limit, "token id {} exceeds the limit of {}", id, kMaxVocabulary);
    }
    size = std::max(size, id + 1);
    total += token.size();
  }
  if (total > 0xffff'ffffU) return fail(ErrorKind::limit, "the vocabulary's tokens exceed 4 GiB");
  std::vector<const std::string*> by_id(size, nullptr);
  for (const auto& [token, id] : tokens) {
    if (by_id[id] != nullptr) {
      return fail(ErrorKind::corrupt, "tokens \"{}\" and \"{}\" share the id {}", *by_id[id], token, id);
    }
    by_id[id] = &token;
  }
  auto storage = std::make_shared<Storage>();
  storage->bytes.reserve(total);
  storage->offsets.reserve(size + 1U);
  storage->slots.assign(std::bit_ceil(std::size_t{size} * 3 / 2 + 2), 0);
  const std::size_t mask = storage->slots.size() - 1;
  for (TokenId id = 0; id < size; ++id) {
    storage->offsets.push_back(static_cast<std::uint32_t>(storage->bytes.size()));
    if (by_id[id] == nullptr || by_id[id]->empty()) continue;
    storage->bytes += *by_id[id];
    std::size_t slot = hash64(*by_id[id]) & mask;
    while (storage->slots[slot] != 0) slot = (slot + 1) & mask;
    storage->slots[slot] = id + 1;
  }
  storage->offsets.push_back(static_cast<std::uint32_t>(storage->bytes.size()));
  const Arrays arrays{storage->offsets, storage->slots, storage->bytes};
  return adopt(arrays, std::move(storage));
}

Result<Vocabulary> Vocabulary::adopt(const Arrays& arrays, std::shared_ptr<const void> owner) {
  Vocabulary result;
  const auto& offsets = arrays.offsets;
  const std::size_t tokens = offsets.empty() ? 0 : offsets.size() - 1;
  if (offsets.empty() || offsets.front() != 0 || offsets.back() != arrays.bytes.size() ||
      tokens > kMaxVocabulary || !std::has_single_bit(arrays.slots.size()) || arrays.slots.size() <= tokens) {
    return fail(ErrorKind::corrupt, "the arrays of the vocabulary do not fit each other");
  }
  for (std::size_t i = 0; i < tokens; ++i) {
    if (offsets[i] > offsets[i + 1])
      return fail(ErrorKind::corrupt, "the vocabulary's offsets are not in order");
    result.longest_ = std::max<std::size_t>(result.longest_, offsets[i + 1] - offsets[i]);
  }
  std::size_t used = 0;
  std::uint32_t largest = 0;
  for (const std::uint32_t slot : arrays.slots) {
    used += slot != 0 ? 1U : 0U;
    largest = std::max(largest, slot);
  }
  if (largest > tokens || used == arrays.slots.size()) {  // a full table would let a look-up run in circles
    return fail(ErrorKind::corrupt, "the vocabulary's table points outside of it or has no free slot");
  }
  result.arrays_ = arrays;
  result.owner_ = std::move(owner);
  return result;
}

std::optional<TokenId> Vocabulary::find(std::string_view token) const {
  if (token.empty() || arrays_.slots.empty()) return std::nullopt;
  const std::size_t mask = arrays_.slots.size() - 1;
  for (std::size_t slot = hash64(token) & mask; arrays_.slots[slot] != 0; slot = (slot + 1) & mask) {
    const TokenId id = arrays_.slots[slot] - 1;
    if ((*this)[id] == token) return id;
  }
  return std::nullopt;
}

std::string_view Vocabulary::operator[](TokenId id) const {
  return arrays_.bytes.substr(arrays_.offsets[id], arrays_.offsets[id + 1] - arrays_.offsets[id]);
}

std::uint32_t Vocabulary::size() const {
  return arrays_.offsets.empty() ? 0 : static_cast<std::uint32_t>(arrays_.offsets.size() - 1);
}

}  // namespace quarry::model

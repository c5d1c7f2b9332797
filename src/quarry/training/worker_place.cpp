#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>

#include "quarry/training/gloo_workers.h"

namespace quarry::training {
namespace {

template <class Number>
Status take(const std::function<const char*(const char*)>& lookup, const char* name, Number& number) {
  const char* text = lookup(name);
  if (text == nullptr) return {};
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, number);
  if (error != std::errc{} || rest != end) {
    return fail(ErrorKind::invalid_argument, "{}: \"{}\" is not a number", name, text);
  }
  return {};
}

}  // namespace

Result<WorkerPlace> worker_place(const std::function<const char*(const char*)>& lookup) {
  WorkerPlace place;
  QUARRY_CHECK(take(lookup, "WORLD_SIZE", place.size));
  QUARRY_CHECK(take(lookup, "RANK", place.rank));
  QUARRY_CHECK(take(lookup, "MASTER_PORT", place.port));
  if (const char* master = lookup("MASTER_ADDR")) place.master = master;
  if (place.size == 0)
    return fail(ErrorKind::invalid_argument, "WORLD_SIZE: there must be at least one worker");
  if (place.rank >= place.size) {
    return fail(ErrorKind::invalid_argument, "RANK: {} is not below WORLD_SIZE {}", place.rank, place.size);
  }
  return place;
}

}  // namespace quarry::training

// How every fallible function in Quarry answers: a value, or an Error with a kind and a sentence.
//
// Errors are values; nothing here throws, prints or aborts. Exceptions of libraries are caught where they
// are called. Only cli/ and server/ turn an Error into output.
#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace quarry {

enum class ErrorKind {
  invalid_argument,  // the caller asked for something that has no meaning
  not_found,         // a named thing does not exist
  io,                // the operating system refused: disk full, permission, vanished file
  corrupt,           // stored bytes do not match their checksum or format
  version_mismatch,  // stored by another format version, or vectors of another model
  limit,             // an input exceeds a stated bound
  busy,              // somebody else holds the lock
  unavailable,       // a remote peer did not answer in time
  cancelled,         // the user or a deadline stopped the work
};

// A failure in words for a person: names the file or input, the reason and, where there is one, the way out.
struct Error {
  ErrorKind kind;
  std::string message;
};

template <class T = void>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected(Error{kind, fmt::format(format, std::forward<Args>(args)...)});
}

// The same failure with where it happened put in front: "index /x: segment 3: checksum mismatch".
[[nodiscard]] inline tl::unexpected<Error> fail_in(const std::string& place, Error error) {
  return tl::unexpected(Error{error.kind, place + ": " + std::move(error.message)});
}

}  // namespace quarry

#define QUARRY_CONCAT_INNER(a, b) a##b
#define QUARRY_CONCAT(a, b) QUARRY_CONCAT_INNER(a, b)

// QUARRY_TRY(auto file, storage.map(path));   declares `file`, or returns the error.
#define QUARRY_TRY(declaration, ...)                                                   \
  auto QUARRY_CONCAT(quarry_result_, __LINE__) = (__VA_ARGS__);                        \
  if (!QUARRY_CONCAT(quarry_result_, __LINE__))                                        \
    return tl::unexpected(std::move(QUARRY_CONCAT(quarry_result_, __LINE__)).error()); \
  declaration = *std::move(QUARRY_CONCAT(quarry_result_, __LINE__))

// QUARRY_CHECK(storage.remove(path));   goes on, or returns the error.
#define QUARRY_CHECK(...)                                 \
  if (auto quarry_status = (__VA_ARGS__); !quarry_status) \
  return tl::unexpected(std::move(quarry_status).error())

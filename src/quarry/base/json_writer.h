// JSON written straight into one string: for answers, whose source code is long and which are made thousands
// of times a second. What is read, or small, goes through nlohmann::json.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace quarry {

// Calls follow the order of the text; commas and colons come by themselves. The text is valid UTF-8 whatever
// the strings hold: what is none becomes U+FFFD. Not thread-safe.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::uint64_t number);
  // The shortest digits that read back as the same number, with ".0" where it is whole; 0 for NaN and
  // infinities.
  JsonWriter& value(double number);
  JsonWriter& value(float number);
  template <class T>
  JsonWriter& member(std::string_view name, T&& what) {
    return key(name).value(std::forward<T>(what));
  }

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  void reserve(std::size_t bytes) { text_.reserve(bytes); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();
  void quote(std::string_view text);

  std::string text_;
};

}  // namespace quarry

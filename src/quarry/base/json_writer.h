// JSON written straight into one string, by RapidJSON's writer: for answers, whose source code is long and
// which are made thousands of times a second. What is read, or small, goes through nlohmann::json.
#pragma once

#include <rapidjson/writer.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace quarry {

// Calls follow the order of the text; commas and colons come by themselves. The text is valid UTF-8 whatever
// the strings hold: what is none becomes U+FFFD. Not thread-safe.
class JsonWriter {
 public:
  // Room for `bytes` of text to begin with.
  explicit JsonWriter(std::size_t bytes = 256) { text_.string.reserve(bytes); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object() { return writer_.StartObject(), *this; }
  JsonWriter& end_object() { return writer_.EndObject(), *this; }
  JsonWriter& begin_array() { return writer_.StartArray(), *this; }
  JsonWriter& end_array() { return writer_.EndArray(), *this; }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(std::uint64_t number) { return writer_.Uint64(number), *this; }
  // The shortest digits that read back as the same number, with ".0" where it is whole; 0 for NaN and
  // infinities.
  JsonWriter& value(double number);
  JsonWriter& value(float number);
  template <class T>
  JsonWriter& member(std::string_view name, T&& what) {
    return key(name).value(std::forward<T>(what));
  }

  [[nodiscard]] const std::string& text() const { return text_.string; }
  // Leaves nothing behind.
  [[nodiscard]] std::string take() { return std::move(text_.string); }

 private:
  // What RapidJSON writes to.
  struct Text {
    using Ch = char;
    void Put(char c) { string.push_back(c); }
    void Flush() {}
    std::string string;
  };
  // RapidJSON looks at each character of a string by itself: a third of the time that an answer takes.
  class Writer : public rapidjson::Writer<Text> {
   public:
    using rapidjson::Writer<Text>::Writer;
    void write_string(std::string_view valid);
  };

  Text text_;
  Writer writer_{text_};
};

}  // namespace quarry

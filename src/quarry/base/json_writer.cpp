#include "quarry/base/json_writer.h"

#include <utf8.h>

#include <charconv>
#include <cmath>
#include <iterator>

#include "quarry/base/ascii.h"

namespace quarry {
namespace {

rapidjson::SizeType length(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

// RapidJSON prints a float as the double that it becomes: "0.10000000149011612" for 0.1.
template <class Number, class Writer>
void write_decimal(Number number, Writer& writer) {
  char digits[40];
  const auto end =
      std::to_chars(std::begin(digits), std::end(digits) - 2, std::isfinite(number) ? number : Number{0}).ptr;
  std::string_view text(digits, static_cast<std::size_t>(end - digits));
  if (text.find_first_of(".e") == std::string_view::npos) {
    end[0] = '.';
    end[1] = '0';
    text = {digits, text.size() + 2};
  }
  writer.RawValue(text.data(), text.size(), rapidjson::kNumberType);
}

}  // namespace

JsonWriter& JsonWriter::key(std::string_view name) {
  writer_.Key(name.data(), length(name));
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  // Source is nearly always ASCII, which needs no look at its characters.
  if (ascii::is_ascii(text) || utf8::is_valid(text.begin(), text.end())) {
    writer_.String(text.empty() ? "" : text.data(), length(text));
  } else {
    std::string valid;
    utf8::replace_invalid(text.begin(), text.end(), std::back_inserter(valid), 0xfffd);
    writer_.String(valid.data(), length(valid));
  }
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  write_decimal(number, writer_);
  return *this;
}

JsonWriter& JsonWriter::value(float number) {
  write_decimal(number, writer_);
  return *this;
}

}  // namespace quarry

#include "quarry/training/event_file.h"

#include <array>
#include <bit>
#include <cstring>
#include <span>

namespace quarry::training {
namespace {

constexpr std::array<std::uint32_t, 256> kCastagnoli = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82f63b78U : 0U);
    table[i] = value;
  }
  return table;
}();

std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes)
    crc = kCastagnoli[(crc ^ static_cast<unsigned char>(byte)) & 0xffU] ^ (crc >> 8U);
  crc = ~crc;
  return std::rotr(crc, 15) + 0xa282ead8U;
}

template <class T>
void append_little(std::string& to, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) to += static_cast<char>((value >> (8 * i)) & 0xffU);
}

// Protocol buffer fields.
enum Wire : std::uint32_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void append_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) to += static_cast<char>((value & 0x7fU) | 0x80U);
  to += static_cast<char>(value);
}
void append_key(std::string& to, std::uint32_t field, Wire wire) {
  append_varint(to, field << 3U | wire);
}
void append_number(std::string& to, std::uint32_t field, std::uint64_t value) {
  append_key(to, field, varint);
  append_varint(to, value);
}
void append_double(std::string& to, std::uint32_t field, double value) {
  append_key(to, field, fixed64);
  append_little(to, std::bit_cast<std::uint64_t>(value));
}
void append_float(std::string& to, std::uint32_t field, float value) {
  append_key(to, field, fixed32);
  append_little(to, std::bit_cast<std::uint32_t>(value));
}
void append_bytes(std::string& to, std::uint32_t field, std::string_view value) {
  append_key(to, field, bytes);
  append_varint(to, value.size());
  to += value;
}

std::string event_at(std::uint64_t step, double now) {
  std::string event;
  append_double(event, 1, now);
  append_number(event, 2, step);
  return event;
}

}  // namespace

Result<EventFile> EventFile::create(FileSystem& files, const std::filesystem::path& folder,
                                    std::uint64_t first_step, double now) {
  QUARRY_TRY(auto file, files.create(folder / fmt::format("events.out.tfevents.{:010}.quarry", first_step)));
  EventFile events(std::move(file));
  std::string version = event_at(0, now);
  append_bytes(version, 3, "brain.Event:2");
  QUARRY_CHECK(events.write(version));
  if (first_step > 1) {
    std::string start;
    append_number(start, 1, 1);  // SessionLog.START
    std::string event = event_at(first_step, now);
    append_bytes(event, 7, start);
    QUARRY_CHECK(events.write(event));
  }
  return events;
}

Status EventFile::add(std::string_view tag, std::uint64_t step, double value, double now) {
  std::string measured;
  append_bytes(measured, 1, tag);
  append_float(measured, 2, static_cast<float>(value));
  std::string summary;
  append_bytes(summary, 1, measured);
  std::string event = event_at(step, now);
  append_bytes(event, 5, summary);
  return write(event);
}

Status EventFile::write(std::string_view event) {
  std::string length;
  append_little(length, static_cast<std::uint64_t>(event.size()));
  std::string record = length;
  append_little(record, masked_crc(length));
  record += event;
  append_little(record, masked_crc(event));
  return file_->append(std::as_bytes(std::span(record)));
}

Status EventFile::close() {
  QUARRY_CHECK(file_->sync());
  return file_->close();
}

}  // namespace quarry::training

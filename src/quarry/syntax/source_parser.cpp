// Feeds a string to the parser and looks at the clock from time to time.
#include "quarry/syntax/source_parser.h"

#include <ctime>

namespace quarry::syntax {
namespace {

struct Clock {
  ThreadClock::time_point deadline;
  std::uint32_t calls = 0;
};

// The library calls this every hundred steps, about every ten microseconds.
bool is_late(TSParseState* state) {
  auto* clock = static_cast<Clock*>(state->payload);
  return (++clock->calls % 64) == 0 && ThreadClock::now() >= clock->deadline;
}

const char* read(void* payload, std::uint32_t offset, TSPoint, std::uint32_t* size) {
  const auto* source = static_cast<const std::string_view*>(payload);
  if (offset >= source->size()) {
    *size = 0;
    return "";
  }
  *size = static_cast<std::uint32_t>(source->size()) - offset;
  return source->data() + offset;
}

}  // namespace

ThreadClock::time_point ThreadClock::now() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

SourceParser::SourceParser() : parser_(ts_parser_new()) {}
SourceParser::~SourceParser() = default;
SourceParser::SourceParser(SourceParser&&) noexcept = default;
SourceParser& SourceParser::operator=(SourceParser&&) noexcept = default;

Tree SourceParser::parse(const TSLanguage* language, std::string_view source, Range range,
                         ThreadClock::time_point deadline) {
  TSParser* parser = parser_.get();
  if (ts_parser_language(parser) != language && !ts_parser_set_language(parser, language)) return nullptr;
  // Columns and rows of a part are not those of the file; nothing here reads them.
  TSRange part{{0, 0}, {0, 0xffffffff}, range.begin, range.end};
  part.end_point = {0xffffffff, 0xffffffff};
  const bool whole = range.begin == 0 && range.end == source.size();
  ts_parser_set_included_ranges(parser, &part, whole ? 0 : 1);
  Clock clock{deadline};
  const TSInput input{&source, read, TSInputEncodingUTF8, nullptr};
  Tree tree(ts_parser_parse_with_options(parser, nullptr, input, TSParseOptions{&clock, is_late}));
  if (!tree) ts_parser_reset(parser);  // or the next file would go on where this one stopped
  return tree;
}

}  // namespace quarry::syntax

#include "quarry/preparation/judged_writer.h"

#include <nlohmann/json.hpp>

namespace quarry::preparation {
namespace {

Status append(WritableFile& file, const std::string& text) {
  return file.append(std::as_bytes(std::span(text)));
}

std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

JudgedWriter::JudgedWriter(FileSystem& files, std::filesystem::path folder)
    : files_(files), folder_(std::move(folder)) {}

Status JudgedWriter::open() {
  QUARRY_CHECK(files_.create_directories(folder_ / "qrels"));
  QUARRY_TRY(corpus_, files_.create(folder_ / "corpus.jsonl"));
  QUARRY_TRY(queries_, files_.create(folder_ / "queries.jsonl"));
  QUARRY_TRY(judgments_, files_.create(folder_ / "qrels" / "test.tsv"));
  return append(*judgments_, "query-id\tcorpus-id\tscore\n");
}

Status JudgedWriter::add(const Pair& pair) {
  if (!corpus_) QUARRY_CHECK(open());
  const std::string number = fmt::format("{}", count_++);
  QUARRY_CHECK(append(*corpus_, line_of({{"_id", "c" + number}, {"title", pair.name}, {"text", pair.code}})));
  QUARRY_CHECK(append(*queries_, line_of({{"_id", "q" + number}, {"text", pair.doc}})));
  return append(*judgments_, fmt::format("q{0}\tc{0}\t1\n", number));
}

Status JudgedWriter::finish() {
  for (auto* file : {&corpus_, &queries_, &judgments_}) {
    if (!*file) continue;
    QUARRY_CHECK((*file)->sync());
    QUARRY_CHECK((*file)->close());
  }
  return {};
}

}  // namespace quarry::preparation

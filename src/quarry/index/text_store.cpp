#include "quarry/index/text_store.h"

#include <zstd.h>

#include <algorithm>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

// 24 MB of source in many languages: blocks of 16 KiB at level 1 take 26.9 %, of 32 KiB at level 5 22.8 %, of
// 64 KiB 21.3 %; a page of results reads ten blocks, and reading one takes as long as it is large. Level 5
// costs three times what level 1 does, and a tenth of what parsing does.
constexpr int kLevel = 5;
constexpr std::size_t kCachedBlocks = 1024;
constexpr std::uint64_t kMaxReserve = 4U
                                      << 20;  // sizes from disk make no allocation before the bytes are there

}  // namespace

TextWriter::TextWriter(Sink sink)
    : sink_(std::move(sink)), context_(ZSTD_createCCtx()), compressed_(ZSTD_compressBound(kTextBlockBytes)) {
  block_.reserve(kTextBlockBytes);
}

TextWriter::~TextWriter() {
  ZSTD_freeCCtx(context_);
}

void TextWriter::add(std::string_view text) {
  raw_size_ += text.size();
  while (!text.empty()) {
    const std::size_t part = std::min(text.size(), kTextBlockBytes - block_.size());
    block_.append(text.substr(0, part));
    text.remove_prefix(part);
    if (block_.size() == kTextBlockBytes) flush();
  }
}

void TextWriter::flush() {
  offsets_.add(written_);
  // Cannot fail: the room is ZSTD_compressBound of the largest block.
  const std::size_t size = ZSTD_compressCCtx(context_, compressed_.data(), compressed_.size(), block_.data(),
                                             block_.size(), kLevel);
  sink_(std::span<const std::byte>(compressed_).first(ZSTD_isError(size) != 0 ? 0 : size));
  written_ += size;
  block_.clear();
}

void TextWriter::finish() {
  if (!block_.empty()) flush();
  offsets_.add(written_);
}

void TextWriter::write_offsets(CheckedFileWriter& out) {
  out.begin_section(static_cast<std::uint32_t>(SegmentSection::text_offsets));
  out.append(offsets_.finish());
}

TextReader::TextReader() : working_(std::make_unique<Working>(kCachedBlocks)) {}

bool TextReader::open(const CheckedFile& file, std::uint64_t raw_size) {
  file_ = &file;
  bytes_ = file.section(static_cast<std::uint32_t>(SegmentSection::text_blocks));
  raw_size_ = raw_size;
  const std::uint64_t blocks = (raw_size + kTextBlockBytes - 1) / kTextBlockBytes;
  return offsets_.open(file.section(static_cast<std::uint32_t>(SegmentSection::text_offsets)), blocks + 1);
}

Result<std::string> TextReader::read(std::uint64_t begin, std::uint64_t end) const {
  end = std::min(end, raw_size_);
  std::string text;
  if (begin >= end) return text;
  text.reserve(std::min<std::uint64_t>(end - begin, kMaxReserve));
  for (std::uint64_t number = begin / kTextBlockBytes; number * kTextBlockBytes < end; ++number) {
    QUARRY_TRY(const Block part, block(number));
    const std::uint64_t base = number * kTextBlockBytes;
    const std::uint64_t from = std::max(begin, base) - base;
    const std::uint64_t to = std::min<std::uint64_t>(end - base, part->size());
    if (from < to) text.append(*part, from, to - from);
  }
  return text;
}

TextReader::Working::~Working() {
  for (ZSTD_DCtx* context : idle) ZSTD_freeDCtx(context);
}

Result<TextReader::Block> TextReader::block(std::uint64_t number) const {
  if (Block known = working_->recent.find(number)) return known;
  const std::uint64_t begin = offsets_.get(number);
  const std::uint64_t end = offsets_.get(number + 1);
  if (begin > end || end > bytes_.size()) return file_->damaged("a block of text lies outside");
  const auto compressed = bytes_.subspan(begin, end - begin);
  QUARRY_CHECK(file_->verify(compressed));
  ZSTD_DCtx* context = nullptr;
  {
    const std::scoped_lock guard(working_->mutex);
    if (!working_->idle.empty()) {
      context = working_->idle.back();
      working_->idle.pop_back();
    }
  }
  if (context == nullptr) context = ZSTD_createDCtx();
  auto text = std::make_shared<std::string>();
  text->resize(std::min<std::uint64_t>(kTextBlockBytes, raw_size_ - number * kTextBlockBytes));
  const std::size_t size =
      ZSTD_decompressDCtx(context, text->data(), text->size(), compressed.data(), compressed.size());
  {
    const std::scoped_lock guard(working_->mutex);
    working_->idle.push_back(context);
  }
  if (ZSTD_isError(size) != 0 || size != text->size())
    return file_->damaged("a block of text does not decompress");
  working_->recent.store(number, text);
  return text;
}

}  // namespace quarry::index

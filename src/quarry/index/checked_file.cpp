#include "quarry/index/checked_file.h"

#include <algorithm>
#include <cstring>

#include "quarry/base/hash.h"
#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

constexpr std::size_t kHeadBytes = 16;
constexpr std::size_t kSectionEntryBytes = 24;
constexpr std::size_t kTrailerBytes = 72;
constexpr std::size_t kAlignment = 16;
constexpr std::uint32_t kMaxSections = 256;
constexpr std::string_view kEndMagic = "QRYENDED";
constexpr std::size_t kWriteBytes = 16 * kBlockBytes;

template <class T>
void put(std::vector<std::byte>& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put(std::vector<std::byte>& out, std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

}  // namespace

CheckedFileWriter::CheckedFileWriter(FileSystem& files, std::filesystem::path path, std::string_view magic,
                                     std::uint32_t version) {
  auto created = files.create(path);
  if (!created) {
    status_ = tl::unexpected(std::move(created).error());
    return;
  }
  file_ = std::move(*created);
  std::vector<std::byte> head;
  put(head, magic);
  put(head, version);
  put(head, std::uint32_t{0});
  raw(head);
}

void CheckedFileWriter::begin_section(std::uint32_t id) {
  end_section();
  const std::array<std::byte, kAlignment> zeros{};
  raw(std::span(zeros).first((kAlignment - offset_ % kAlignment) % kAlignment));
  sections_.push_back({id, offset_, 0});
}

void CheckedFileWriter::end_section() {
  if (!sections_.empty()) sections_.back().length = offset_ - sections_.back().offset;
}

void CheckedFileWriter::append(std::span<const std::byte> bytes) {
  raw(bytes);
}

void CheckedFileWriter::raw(std::span<const std::byte> bytes) {
  offset_ += bytes.size();
  while (!bytes.empty()) {
    const std::size_t room = kBlockBytes - block_.size() % kBlockBytes;
    const auto part = bytes.first(std::min(room, bytes.size()));
    block_.insert(block_.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
    if (part.size() == room) {
      checksums_.push_back(hash64(std::span<const std::byte>(block_).last(kBlockBytes)));
      if (block_.size() >= kWriteBytes) flush_block();
    }
  }
}

void CheckedFileWriter::flush_block() {
  if (status_ && file_) status_ = file_->append(block_);
  block_.clear();
}

Result<std::uint64_t> CheckedFileWriter::finish(const TrailerNumbers& numbers) {
  end_section();
  if (const std::size_t rest = block_.size() % kBlockBytes; rest != 0) {
    checksums_.push_back(hash64(std::span<const std::byte>(block_).last(rest)));
  }
  const std::uint64_t body_end = offset_;
  std::vector<std::byte> end;
  for (const std::uint64_t checksum : checksums_) put(end, checksum);
  for (const Section& section : sections_) {
    put(end, section.id);
    put(end, std::uint32_t{0});
    put(end, section.offset);
    put(end, section.length);
  }
  put(end, body_end);
  put(end, body_end + end.size() - sizeof body_end + kTrailerBytes);  // the whole file
  put(end, static_cast<std::uint32_t>(sections_.size()));
  put(end, std::uint32_t{0});
  for (const std::uint32_t number : numbers) put(end, number);
  const std::uint64_t checksum = hash64(std::span<const std::byte>(end));
  put(end, checksum);
  put(end, kEndMagic);
  block_.insert(block_.end(), end.begin(), end.end());
  flush_block();
  if (!status_) return tl::unexpected(status_.error());
  QUARRY_CHECK(file_->sync());
  QUARRY_CHECK(file_->close());
  return checksum;
}

tl::unexpected<Error> CheckedFile::damaged(std::string_view what) const {
  return fail(ErrorKind::corrupt, "{} is damaged ({}); delete the index folder and run `quarry index` again",
              path_.string(), what);
}

Result<std::unique_ptr<CheckedFile>> CheckedFile::open(const FileSystem& files,
                                                       const std::filesystem::path& path,
                                                       std::string_view magic, std::uint32_t version) {
  std::unique_ptr<CheckedFile> file(new CheckedFile());
  file->path_ = path;
  QUARRY_TRY(file->map_, files.map(path));
  const std::span<const std::byte> bytes = file->map_->bytes();
  file->bytes_ = bytes;
  if (bytes.size() < kHeadBytes + kTrailerBytes) return file->damaged("it is too short");
  if (std::memcmp(bytes.data(), magic.data(), magic.size()) != 0)
    return file->damaged("it is no file of an index");
  if (const auto found = load<std::uint32_t>(bytes.data() + 8); found != version) {
    return fail(
        ErrorKind::version_mismatch,
        "{} has format version {}, this program reads version {}; rebuild the index with `quarry index`",
        path.string(), found, version);
  }
  const std::byte* trailer = bytes.data() + bytes.size() - kTrailerBytes;
  if (std::memcmp(trailer + kTrailerBytes - 8, kEndMagic.data(), 8) != 0)
    return file->damaged("its end is missing");
  const auto body_end = load<std::uint64_t>(trailer);
  const auto sections = load<std::uint32_t>(trailer + 16);
  if (load<std::uint64_t>(trailer + 8) != bytes.size()) return file->damaged("its size is wrong");
  if (body_end < kHeadBytes || body_end > bytes.size() - kTrailerBytes || sections > kMaxSections) {
    return file->damaged("its table of sections is wrong");
  }
  const std::uint64_t blocks = (body_end + kBlockBytes - 1) / kBlockBytes;
  if (blocks * 8 + std::uint64_t{sections} * kSectionEntryBytes + kTrailerBytes != bytes.size() - body_end) {
    return file->damaged("its table of sections is wrong");
  }
  file->checksum_ = load<std::uint64_t>(trailer + kTrailerBytes - 16);
  if (hash64(bytes.subspan(body_end, bytes.size() - body_end - 16)) != file->checksum_) {
    return file->damaged("the checksum of its table does not match");
  }
  file->body_end_ = body_end;
  for (std::size_t i = 0; i < kTrailerNumbers; ++i) {
    file->numbers_[i] = load<std::uint32_t>(trailer + 24 + 4 * i);
  }
  file->sections_.reserve(sections);
  const std::byte* entry = bytes.data() + body_end + blocks * 8;
  for (std::uint32_t i = 0; i < sections; ++i, entry += kSectionEntryBytes) {
    const auto offset = load<std::uint64_t>(entry + 8);
    const auto length = load<std::uint64_t>(entry + 16);
    if (offset > body_end || length > body_end - offset || offset % kAlignment != 0) {
      return file->damaged("its table of sections is wrong");
    }
    file->sections_.push_back({load<std::uint32_t>(entry), bytes.subspan(offset, length)});
  }
  file->verified_ = std::vector<std::atomic<std::uint64_t>>((blocks + 63) / 64);
  return file;
}

std::span<const std::byte> CheckedFile::section(std::uint32_t id) const {
  for (const Section& section : sections_) {
    if (section.id == id) return section.bytes;
  }
  return {};
}

Status CheckedFile::verify_blocks(std::uint64_t begin, std::uint64_t end) const {
  for (std::uint64_t block = begin / kBlockBytes; block * kBlockBytes < end; ++block) {
    const std::uint64_t bit = std::uint64_t{1} << (block % 64);
    if ((verified_[block / 64].load(std::memory_order_acquire) & bit) != 0) continue;
    const std::uint64_t from = block * kBlockBytes;
    const std::uint64_t size = std::min<std::uint64_t>(kBlockBytes, body_end_ - from);
    if (hash64(bytes_.subspan(from, size)) != load<std::uint64_t>(bytes_.data() + body_end_ + block * 8)) {
      return damaged(fmt::format("the checksum of the bytes at {} does not match", from));
    }
    verified_[block / 64].fetch_or(bit, std::memory_order_release);
  }
  return {};
}

Status CheckedFile::verify(std::span<const std::byte> bytes) const {
  if (bytes.empty()) return {};
  const auto begin = static_cast<std::uint64_t>(bytes.data() - bytes_.data());
  return verify_blocks(begin, begin + bytes.size());
}

Status CheckedFile::verify_all() const {
  for (auto& word : verified_) word.store(0, std::memory_order_relaxed);
  return verify_blocks(0, body_end_);
}

Result<std::span<const std::byte>> CheckedFile::verified_section(std::uint32_t id) const {
  const auto bytes = section(id);
  QUARRY_CHECK(verify(bytes));
  return bytes;
}

}  // namespace quarry::index

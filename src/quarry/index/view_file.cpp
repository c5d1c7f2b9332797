#include "quarry/index/view_file.h"

#include <algorithm>
#include <cstring>

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

enum Section : std::uint32_t { kSegments = 1, kLive = 2, kSums = 3, kStamps = 4, kPlaces = 5, kSkips = 6 };
constexpr std::size_t kEntries = 0;  // in the trailer's numbers
constexpr std::size_t kSums64 = 3 + kFieldCount;

template <class T>
void put(std::vector<std::byte>& out, T value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put(std::vector<std::byte>& out, const std::string& text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  const auto bytes = std::as_bytes(std::span(text));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put(std::vector<std::byte>& out, const FileStamp& stamp) {
  put(out, stamp.size);
  put(out, stamp.mtime_ns);
  put(out, stamp.inode);
}

// Takes numbers and strings off the front; once something is missing, everything is zero and `whole` is
// false.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  template <std::unsigned_integral T>
  T number() {
    if (bytes_.size() < sizeof(T)) return whole_ = false, bytes_ = {}, T{0};
    const T value = load<T>(bytes_.data());
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    if (size > bytes_.size()) return whole_ = false, bytes_ = {}, std::string();
    std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
    bytes_ = bytes_.subspan(size);
    return text;
  }
  FileStamp stamp() {
    FileStamp stamp;
    stamp.size = number<std::uint64_t>();
    stamp.mtime_ns = static_cast<std::int64_t>(number<std::uint64_t>());
    stamp.inode = number<std::uint64_t>();
    return stamp;
  }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] bool whole() const { return whole_; }

 private:
  std::span<const std::byte> bytes_;
  bool whole_ = true;
};

// The section of segments: for each, its name, its number of files and where its words start in the section
// of live files.
struct LiveRange {
  std::string name;
  std::uint32_t files;
  std::uint64_t offset;
};

Result<std::vector<LiveRange>> live_ranges(const CheckedFile& file) {
  QUARRY_TRY(const auto bytes, file.verified_section(kSegments));
  const std::uint64_t room = file.section(kLive).size();
  std::vector<LiveRange> ranges;
  std::uint64_t offset = 0;
  for (Reader reader(bytes); !reader.empty();) {
    LiveRange range{reader.text(), reader.number<std::uint32_t>(), offset};
    offset += (std::uint64_t{range.files} + 63) / 64 * 8;
    if (!reader.whole() || offset > room) return file.damaged("its table of segments is wrong");
    ranges.push_back(std::move(range));
  }
  return ranges;
}

Result<FileSet> live_set(const CheckedFile& file, const LiveRange& range) {
  FileSet set(range.files);
  const auto bytes = file.section(kLive).subspan(range.offset, (std::uint64_t{range.files} + 63) / 64 * 8);
  QUARRY_CHECK(file.verify(bytes));
  for (std::uint32_t f = 0; f < range.files; ++f) {
    if ((load<std::uint64_t>(bytes.data() + std::size_t{f} / 64 * 8) >> (f % 64) & 1) != 0) set.insert(f);
  }
  return set;
}

}  // namespace

Result<std::uint64_t> write_view(FileSystem& files, const std::filesystem::path& path,
                                 const ViewContent& content) {
  CheckedFileWriter out(files, path, kViewMagic, kViewVersion);
  std::vector<std::byte> bytes;
  const auto section = [&](std::uint32_t id) {
    out.begin_section(id);
    out.append(bytes);
    bytes.clear();
  };
  for (std::size_t s = 0; s < content.segments.size(); ++s) {
    put(bytes, content.segments[s]);
    put(bytes, content.live[s].size());
  }
  section(kSegments);
  for (const FileSet& set : content.live) {
    for (const std::uint64_t word : set.words()) put(bytes, word);
  }
  section(kLive);
  put(bytes, content.totals.files);
  put(bytes, content.totals.units);
  for (const std::uint64_t terms : content.totals.terms) put(bytes, terms);
  put(bytes, content.source_bytes);
  section(kSums);
  for (const ViewEntry& entry : content.entries) put(bytes, entry.stamp);
  section(kStamps);
  for (const ViewEntry& entry : content.entries) {
    put(bytes, entry.segment);
    put(bytes, entry.file);
  }
  section(kPlaces);
  for (const ViewSkip& skip : content.skips) {
    put(bytes, skip.skipped.path);
    put(bytes, static_cast<std::uint8_t>(skip.skipped.reason));
    put(bytes, skip.skipped.detail);
    put(bytes, static_cast<std::uint8_t>(skip.read ? 1 : 0));
    put(bytes, skip.stamp);
    put(bytes, skip.blob);
  }
  section(kSkips);
  TrailerNumbers numbers{};
  numbers[kEntries] = static_cast<std::uint32_t>(content.entries.size());
  return out.finish(numbers);
}

Result<std::shared_ptr<const ViewFile>> ViewFile::open(const FileSystem& files,
                                                       const std::filesystem::path& path) {
  QUARRY_TRY(auto file, CheckedFile::open(files, path, kViewMagic, kViewVersion));
  return std::shared_ptr<const ViewFile>(new ViewFile(std::move(file)));
}

Result<FileSet> ViewFile::live_files(const std::string& segment, std::uint32_t files) const {
  QUARRY_TRY(const auto ranges, live_ranges(*file_));
  const auto found =
      std::find_if(ranges.begin(), ranges.end(), [&](const auto& range) { return range.name == segment; });
  if (found == ranges.end()) return FileSet(files);
  if (found->files != files) return file_->damaged("it counts other files than its segment has");
  return live_set(*file_, *found);
}

Result<Totals> ViewFile::totals() const {
  QUARRY_TRY(const auto bytes, file_->verified_section(kSums));
  if (bytes.size() != kSums64 * 8) return file_->damaged("its sums are wrong");
  Reader reader(bytes);
  Totals totals;
  totals.files = reader.number<std::uint64_t>();
  totals.units = reader.number<std::uint64_t>();
  for (std::uint64_t& terms : totals.terms) terms = reader.number<std::uint64_t>();
  return totals;
}

Result<ViewContent> ViewFile::content() const {
  ViewContent content;
  QUARRY_TRY(content.totals, totals());
  content.source_bytes = load<std::uint64_t>(file_->section(kSums).data() + (kSums64 - 1) * 8);
  QUARRY_TRY(const auto ranges, live_ranges(*file_));
  for (const LiveRange& range : ranges) {
    QUARRY_TRY(FileSet set, live_set(*file_, range));
    content.segments.push_back(range.name);
    content.live.push_back(std::move(set));
  }
  const std::uint64_t count = file_->number(kEntries);
  QUARRY_TRY(const auto stamps, file_->verified_section(kStamps));
  QUARRY_TRY(const auto places, file_->verified_section(kPlaces));
  if (stamps.size() != count * 24 || places.size() != count * 8)
    return file_->damaged("its list of files is wrong");
  content.entries.reserve(count);
  Reader stamp(stamps);
  Reader place(places);
  for (std::uint64_t i = 0; i < count; ++i) {
    const ViewEntry entry{stamp.stamp(), place.number<std::uint32_t>(), place.number<std::uint32_t>()};
    if (entry.segment >= ranges.size() || entry.file >= ranges[entry.segment].files) {
      return file_->damaged("its list of files is wrong");
    }
    content.entries.push_back(entry);
  }
  QUARRY_TRY(const auto skips, file_->verified_section(kSkips));
  for (Reader reader(skips); !reader.empty();) {
    ViewSkip skip;
    skip.skipped.path = reader.text();
    skip.skipped.reason = static_cast<corpus::SkipReason>(reader.number<std::uint8_t>());
    skip.skipped.detail = reader.text();
    skip.read = reader.number<std::uint8_t>() != 0;
    skip.stamp = reader.stamp();
    skip.blob = reader.text();
    if (!reader.whole()) return file_->damaged("its list of skipped files is wrong");
    content.skips.push_back(std::move(skip));
  }
  return content;
}

}  // namespace quarry::index

#include "quarry/corpus/work_tree.h"

#include "quarry/corpus/content.h"

namespace quarry::corpus {
namespace {

class WorkTree final : public DescribedSource {
 public:
  WorkTree(FileSystem& files, SourceFacts facts, WalkRoot root)
      : DescribedSource(std::move(facts)), files_(files), root_(std::move(root)) {}

  Result<Listing> list(const ListOptions& options) const override {
    QUARRY_TRY(Walk walk, walk_folder(files_, root_, options));
    return std::move(walk.listing);
  }

  tl::expected<Content, Skipped> read(const FileEntry& file, const ListOptions& options) const override {
    const auto skip = [&](SkipReason reason, std::string detail) {
      return tl::unexpected(Skipped{file.path, reason, std::move(detail)});
    };
    const std::string path = root_.root + "/" + file.path;
    // Listed long ago, perhaps: a link put in the file's place must not lead out of the root, and a file that
    // has grown huge must not be read to find that out.
    const auto status = files_.link_status(path);
    if (!status) return skip(SkipReason::unreadable, status.error().message);
    if (status->type == FileType::symlink) return skip(SkipReason::symlink, "replaced by a link");
    if (status->type != FileType::regular) return skip(SkipReason::unreadable, "not a regular file any more");
    if (status->size > options.max_bytes)
      return skip(SkipReason::too_large, fmt::format("{} bytes", status->size));
    auto bytes = files_.read(path, options.max_bytes);
    if (!bytes) {
      const bool grown = bytes.error().kind == ErrorKind::limit;
      return skip(grown ? SkipReason::too_large : SkipReason::unreadable, std::move(bytes).error().message);
    }
    return content_of(file.path, *std::move(bytes), options);
  }

 private:
  FileSystem& files_;
  WalkRoot root_;
};

}  // namespace

std::unique_ptr<Source> make_work_tree(FileSystem& files, SourceFacts facts, WalkRoot root) {
  return std::make_unique<WorkTree>(files, std::move(facts), std::move(root));
}

}  // namespace quarry::corpus

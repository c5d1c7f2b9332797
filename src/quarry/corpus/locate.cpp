#include "quarry/corpus/locate.h"

namespace quarry::corpus {

Result<Located> locate(const FileSystem& files, const std::string& where) {
  QUARRY_TRY(const FileStatus status, files.status(where));
  if (status.type != FileType::directory) {
    return fail(ErrorKind::invalid_argument,
                "{} is not a folder: name the folder or repository that holds it", where);
  }
  std::error_code error;
  const std::string folder = std::filesystem::canonical(where, error).string();
  if (error) return fail(ErrorKind::io, "cannot resolve {}: {}", where, error.message());

  Located located{{folder, {}, {}, {}}, find_repository(folder)};
  if (!located.repository || located.repository->top.empty()) return located;
  const FoundRepository& repository = *located.repository;
  WalkRoot inside{folder, repository.top, repository.prefix, repository.common + "/info/exclude"};
  if (is_ignored_root(files, inside)) {
    located.repository.reset();  // what the repository around it ignores has nothing to do with it
  } else {
    located.root = std::move(inside);
  }
  return located;
}

}  // namespace quarry::corpus

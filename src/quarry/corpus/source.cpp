// Opens what a user names: decides between folder, repository, revision and URL.
#include "quarry/corpus/source.h"

#include <algorithm>

#include "quarry/corpus/clone.h"
#include "quarry/corpus/git_revision.h"
#include "quarry/corpus/locate.h"
#include "quarry/corpus/work_tree.h"

namespace quarry::corpus {
namespace {

Result<std::unique_ptr<Source>> open_folder(FileSystem& files, const std::string& where,
                                            const OpenOptions& options) {
  QUARRY_TRY(Located located, locate(files, where));
  const auto& repository = located.repository;
  if (!repository && !options.revision.empty()) {
    return fail(ErrorKind::invalid_argument,
                "{} is in no git repository that can be read: no revision '{}' there", where,
                options.revision);
  }
  SourceFacts facts = repository ? facts_of(*repository) : facts_of_plain_folder(located.root.root);
  if (!options.name.empty()) facts.name = options.name;
  if (repository && (!options.revision.empty() || repository->top.empty())) {
    return open_git_revision(std::move(facts), repository->git_folder, options.revision);
  }
  facts.root = located.root.root;
  return make_work_tree(files, std::move(facts), std::move(located.root));
}

}  // namespace

BlobId blob_id_of(std::string_view content) {
  use_libgit2();
  git_oid id;
  // Fails for lack of memory only.
  (void)git_odb_hash(&id, content.data(), content.size(), GIT_OBJECT_BLOB);
  BlobId blob;
  std::copy_n(id.id, blob.bytes.size(), blob.bytes.begin());
  return blob;
}

std::string to_hex(const BlobId& blob) {
  std::string hex;
  hex.reserve(blob.bytes.size() * 2);
  for (const std::uint8_t byte : blob.bytes) {
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::string_view name_of(SkipReason reason) {
  switch (reason) {
    case SkipReason::ignored:
      return "ignored";
    case SkipReason::vendored:
      return "vendored";
    case SkipReason::generated:
      return "generated";
    case SkipReason::minified:
      return "minified";
    case SkipReason::lock_file:
      return "lock file";
    case SkipReason::binary:
      return "binary";
    case SkipReason::too_large:
      return "too large";
    case SkipReason::encoding:
      return "encoding";
    case SkipReason::unreadable:
      return "unreadable";
    case SkipReason::symlink:
      return "symlink";
    case SkipReason::submodule:
      return "submodule";
    case SkipReason::too_deep:
      return "too deep";
  }
  return "skipped";
}

Result<std::unique_ptr<Source>> open_source(FileSystem& files, const std::string& where,
                                            const OpenOptions& options) {
  if (where.empty()) return fail(ErrorKind::invalid_argument, "no folder, repository or URL was named");
  // A folder that is there wins over reading its name as a URL.
  if (!files.status(where) && looks_like_url(where)) {
    QUARRY_TRY(const std::string clone, clone_or_fetch(files, where, options));
    OpenOptions inner = options;
    if (inner.revision.empty()) inner.revision = "HEAD";
    return open_folder(files, clone, inner);
  }
  return open_folder(files, where, options);
}

}  // namespace quarry::corpus

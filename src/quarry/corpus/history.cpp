#include "quarry/corpus/history.h"

#include <algorithm>
#include <optional>

#include "quarry/corpus/git_library.h"

namespace quarry::corpus {
namespace {

using RevisionWalk = std::unique_ptr<git_revwalk, GitDeleter<git_revwalk, git_revwalk_free>>;
using GitCommit = std::unique_ptr<git_commit, GitDeleter<git_commit, git_commit_free>>;
using Diff = std::unique_ptr<git_diff, GitDeleter<git_diff, git_diff_free>>;
using Patch = std::unique_ptr<git_patch, GitDeleter<git_patch, git_patch_free>>;
using Blob = std::unique_ptr<git_blob, GitDeleter<git_blob, git_blob_free>>;

GitTree tree_of(const git_commit* commit) {
  git_tree* raw = nullptr;
  if (git_commit_tree(&raw, commit) != 0) return nullptr;
  return GitTree(raw);
}

Diff diff_with_parent(git_repository* repository, const git_commit* commit, const HistoryLimits& limits) {
  git_commit* raw_parent = nullptr;
  if (git_commit_parent(&raw_parent, commit, 0) != 0) return nullptr;  // a shallow clone ends here
  const GitCommit parent(raw_parent);
  const GitTree before = tree_of(parent.get());
  const GitTree after = tree_of(commit);
  if (!before || !after) return nullptr;
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.context_lines = 0;
  options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
  options.max_size = static_cast<git_off_t>(limits.file_bytes);
  git_diff* raw = nullptr;
  if (git_diff_tree_to_tree(&raw, repository, before.get(), after.get(), &options) != 0) return nullptr;
  return Diff(raw);
}

std::vector<LineSpan> new_lines(const git_patch* patch) {
  std::vector<LineSpan> spans;
  for (std::size_t i = 0; i < git_patch_num_hunks(patch); ++i) {
    const git_diff_hunk* hunk = nullptr;
    std::size_t lines = 0;
    if (git_patch_get_hunk(&hunk, &lines, const_cast<git_patch*>(patch), i) != 0) continue;
    const auto first = static_cast<std::uint32_t>(std::max(hunk->new_start, 1));
    spans.push_back({first, first + static_cast<std::uint32_t>(std::max(hunk->new_lines, 1)) - 1});
  }
  return spans;
}

std::optional<ChangedFile> changed_file(git_repository* repository, git_diff* diff, std::size_t number,
                                        std::string_view prefix, const HistoryLimits& limits,
                                        const std::function<bool(std::string_view)>& wanted) {
  const git_diff_delta* delta = git_diff_get_delta(diff, number);
  if (delta->status != GIT_DELTA_MODIFIED && delta->status != GIT_DELTA_ADDED) return std::nullopt;
  std::string_view path = delta->new_file.path;
  if (!prefix.empty()) {
    if (!path.starts_with(prefix) || path.size() <= prefix.size() || path[prefix.size()] != '/')
      return std::nullopt;
    path.remove_prefix(prefix.size() + 1);
  }
  if (!wanted(path)) return std::nullopt;
  git_patch* raw_patch = nullptr;
  if (git_patch_from_diff(&raw_patch, diff, number) != 0 || raw_patch == nullptr)
    return std::nullopt;  // binary
  const Patch patch(raw_patch);
  git_blob* raw_blob = nullptr;
  if (git_blob_lookup(&raw_blob, repository, &delta->new_file.id) != 0) return std::nullopt;
  const Blob blob(raw_blob);
  const auto size = static_cast<std::uint64_t>(git_blob_rawsize(blob.get()));
  if (size > limits.file_bytes || git_blob_is_binary(blob.get()) != 0) return std::nullopt;
  ChangedFile file{std::string(path),
                   std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())), size),
                   new_lines(patch.get())};
  if (file.lines.empty()) return std::nullopt;
  return file;
}

}  // namespace

Status read_history(const std::string& git_folder, const std::string& revision, const std::string& prefix,
                    const HistoryLimits& limits, const std::function<bool(std::string_view path)>& wanted,
                    const std::function<bool(Commit&&)>& visit) {
  use_libgit2();
  git_repository* raw_repository = nullptr;
  if (git_repository_open(&raw_repository, git_folder.c_str()) != 0)
    return fail(ErrorKind::io, "cannot open the repository {}: {}", git_folder, git_reason());
  const GitRepository repository(raw_repository);
  git_oid start;
  if (git_oid_fromstr(&start, revision.c_str()) != 0)
    return fail(ErrorKind::invalid_argument, "{}: '{}' is not the id of a commit", git_folder, revision);
  git_revwalk* raw_walk = nullptr;
  if (git_revwalk_new(&raw_walk, repository.get()) != 0)
    return fail(ErrorKind::io, "cannot read the history of {}: {}", git_folder, git_reason());
  const RevisionWalk walk(raw_walk);
  // The newest first as it is. Any sorting asked for would walk the whole history before the first answer,
  // and fail on a shallow clone.
  if (git_revwalk_push(walk.get(), &start) != 0)
    return fail(ErrorKind::io, "cannot read the history of {}: {}", git_folder, git_reason());

  git_oid id;
  for (std::size_t looked_at = 0; looked_at < limits.commits && git_revwalk_next(&id, walk.get()) == 0;
       ++looked_at) {
    git_commit* raw_commit = nullptr;
    if (git_commit_lookup(&raw_commit, repository.get(), &id) != 0) break;  // the end of a shallow clone
    const GitCommit commit(raw_commit);
    if (git_commit_parentcount(commit.get()) != 1) continue;
    const Diff diff = diff_with_parent(repository.get(), commit.get(), limits);
    if (!diff) continue;
    const std::size_t deltas = git_diff_num_deltas(diff.get());
    if (deltas > limits.files) continue;
    Commit found;
    for (std::size_t i = 0; i < deltas; ++i) {
      if (auto file = changed_file(repository.get(), diff.get(), i, prefix, limits, wanted))
        found.files.push_back(*std::move(file));
    }
    if (found.files.empty()) continue;
    found.id = hex_of(id);
    const char* summary = git_commit_summary(commit.get());
    found.subject = summary != nullptr ? summary : "";
    if (!visit(std::move(found))) break;
  }
  return {};
}

}  // namespace quarry::corpus

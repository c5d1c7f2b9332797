#include "quarry/corpus/folder_walk.h"

#include <algorithm>

#include "quarry/base/ordered_pipeline.h"
#include "quarry/corpus/builtin_rules.h"

namespace quarry::corpus {
namespace {

constexpr std::size_t kMaxIgnoreFile = 4U << 20;
constexpr std::size_t kStatusesATask = 1000;
constexpr std::string_view kGitIgnore = ".gitignore";
constexpr std::string_view kQuarryIgnore = ".quarryignore";

std::string joined(std::string_view folder, std::string_view name) {
  std::string path;
  path.reserve(folder.size() + 1 + name.size());
  path += folder;
  if (!folder.empty() && !folder.ends_with('/') && !name.empty()) path += '/';
  path += name;
  return path;
}

// What the rules say of one entry; `kept` tells that .quarryignore asked for it by name.
struct Verdict {
  std::optional<Skipped> skipped;
  bool kept = false;
};

Verdict judge(const WalkRoot& root, const FolderRules& rules, std::string_view folder, std::string_view name,
              bool is_folder, const ListOptions& options) {
  const auto skip = [&](SkipReason reason, std::string detail) {
    std::string path = joined(folder, name);
    if (is_folder) path += '/';
    return Verdict{Skipped{std::move(path), reason, std::move(detail)}, false};
  };
  if (!rules.quarry.empty() || !rules.git.empty()) {
    const std::string path = joined(joined(root.prefix, folder), name);
    if (const auto* pattern = rules.quarry.match(path, is_folder)) {
      if (pattern->negated) return {std::nullopt, true};
      return skip(SkipReason::ignored, pattern->written);
    }
    if (const auto* pattern = rules.git.match(path, is_folder); pattern != nullptr && !pattern->negated) {
      return skip(SkipReason::ignored, pattern->written);
    }
  }
  if (options.builtin_rules) {
    if (auto hit = is_folder ? folder_rule(name) : file_rule(name))
      return skip(hit->reason, std::move(hit->detail));
  }
  if (!is_folder && has_binary_extension(name)) return skip(SkipReason::binary, "by its extension");
  return {};
}

class Walker {
 public:
  Walker(const FileSystem& files, const WalkRoot& root, const ListOptions& options, bool stat_files)
      : files_(files), root_(root), options_(options), stat_files_(stat_files) {}

  Result<Walk> run() {
    pending_.push_back({"", rules_above(), 0, true});
    while (!pending_.empty()) {
      const Pending folder = std::move(pending_.back());
      pending_.pop_back();
      QUARRY_CHECK(enter(folder));
    }
    if (stat_files_) add_statuses();
    std::ranges::sort(walk_.listing.files, {}, &FileEntry::path);
    std::ranges::sort(walk_.listing.skipped, {}, &Skipped::path);
    return std::move(walk_);
  }

  // Rules of the folders from the repository's top down to, and without, the root.
  FolderRules rules_above() {
    FolderRules rules;
    if (!options_.ignore_files || root_.top.empty()) return rules;
    if (!root_.exclude_file.empty()) add_file(rules.git, "", root_.exclude_file);
    for (std::size_t at = 0; at < root_.prefix.size();) {
      const std::string folder = root_.prefix.substr(0, at == 0 ? 0 : at - 1);
      add_folder(rules, folder, joined(root_.top, folder), true, true);
      at = std::min(root_.prefix.find('/', at), root_.prefix.size()) + 1;
    }
    return rules;
  }

 private:
  struct Pending {
    std::string path;  // relative to the root, "" for the root
    FolderRules rules;
    std::size_t depth;
    bool kept;  // asked for by name: the folder's content is no reason to leave it out
  };

  void skip(std::string path, SkipReason reason, std::string detail) {
    walk_.listing.skipped.push_back({std::move(path), reason, std::move(detail)});
  }

  // A pattern file that is missing says nothing; one that cannot be read is reported, since files may now be
  // listed that it meant to hide.
  void add_file(IgnoreRules& rules, std::string_view folder, const std::string& path) {
    const auto text = files_.read(path, kMaxIgnoreFile);
    if (text) {
      rules = rules.with(folder, IgnorePatterns::parse(*text));
    } else if (text.error().kind != ErrorKind::not_found) {
      skip(path, SkipReason::unreadable, "its rules do not apply: " + text.error().message);
    }
  }

  void add_folder(FolderRules& rules, std::string_view folder, const std::string& absolute, bool git,
                  bool quarry) {
    if (git) add_file(rules.git, folder, joined(absolute, kGitIgnore));
    if (quarry) add_file(rules.quarry, folder, joined(absolute, kQuarryIgnore));
  }

  Status enter(const Pending& folder) {
    const std::string absolute = joined(root_.root, folder.path);
    const bool is_root = folder.path.empty();
    auto entries = files_.list(absolute);
    if (!entries) {
      if (is_root) return tl::unexpected(std::move(entries).error());
      skip(folder.path + "/", SkipReason::unreadable, std::move(entries).error().message);
      return {};
    }
    const auto find = [&](std::string_view name) {
      const auto found = std::ranges::find(*entries, name, &DirectoryEntry::name);
      return found == entries->end() ? nullptr : &*found;
    };
    if (!is_root) {
      // Below a plain folder other repositories are what there is to index; inside a repository they are not
      // its own.
      if (const auto* git = find(".git");
          git != nullptr && !root_.top.empty() && is_repository(absolute, *git)) {
        skip(folder.path + "/", SkipReason::submodule, "another repository's work tree");
        return {};
      }
      if (options_.builtin_rules && !folder.kept) {
        if (auto hit = folder_content_rule([&](std::string_view name) { return find(name) != nullptr; })) {
          skip(folder.path + "/", hit->reason, std::move(hit->detail));
          return {};
        }
      }
    }
    FolderRules rules = folder.rules;
    if (options_.ignore_files) {
      // git does not follow a .gitignore that is a link either.
      const auto is_file = [&](std::string_view name) {
        const auto* entry = find(name);
        return entry != nullptr && entry->type == FileType::regular;
      };
      add_folder(rules, joined(root_.prefix, folder.path), absolute, is_file(kGitIgnore),
                 is_file(kQuarryIgnore));
    }
    for (const DirectoryEntry& entry : *entries) QUARRY_CHECK(visit(folder, rules, entry));
    walk_.folders.push_back({folder.path, std::move(rules)});
    return {};
  }

  bool is_repository(const std::string& folder, const DirectoryEntry& git) const {
    if (git.type != FileType::directory) return true;  // "gitdir: ..." of a submodule or a linked work tree
    return files_.link_status(joined(folder, ".git/HEAD")).has_value();
  }

  Status visit(const Pending& folder, const FolderRules& rules, const DirectoryEntry& entry) {
    const bool is_folder = entry.type == FileType::directory;
    if (entry.name == ".git" || (is_folder && is_version_control(entry.name))) return {};
    Verdict verdict = judge(root_, rules, folder.path, entry.name, is_folder, options_);
    if (verdict.skipped) {
      walk_.listing.skipped.push_back(*std::move(verdict.skipped));
      return {};
    }
    std::string path = joined(folder.path, entry.name);
    if (path.size() > kMaxPathBytes || folder.depth >= kMaxDepth) {
      skip(is_folder ? path + "/" : path, SkipReason::too_deep, "");
    } else if (is_folder) {
      pending_.push_back({std::move(path), rules, folder.depth + 1, verdict.kept});
    } else if (entry.type == FileType::symlink) {
      skip(std::move(path), SkipReason::symlink, "");
    } else if (entry.type != FileType::regular) {
      skip(std::move(path), SkipReason::unreadable, "not a regular file");
    } else {
      walk_.listing.files.emplace_back().path = std::move(path);
      if (walk_.listing.files.size() > options_.max_files) {
        return fail(ErrorKind::limit, "{} holds more than {} files", root_.root, options_.max_files);
      }
    }
    return {};
  }

  // Asking for each file's status is most of the time of a walk and is all the kernel's, so it is shared out.
  void add_statuses() {
    auto& found = walk_.listing.files;
    std::vector<std::optional<Skipped>> skipped(found.size());
    const auto ask = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) skipped[i] = add_status(found[i]);
    };
    if (found.size() < 2 * kStatusesATask) {
      ask(0, found.size());
    } else {
      ThreadPool pool(0);
      for (std::size_t begin = 0; begin < found.size(); begin += kStatusesATask) {
        pool.post([&, begin] { ask(begin, std::min(begin + kStatusesATask, found.size())); });
      }
    }  // the pool's end waits for its tasks
    std::size_t kept = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (skipped[i]) {
        walk_.listing.skipped.push_back(*std::move(skipped[i]));
      } else {
        if (kept != i) found[kept] = std::move(found[i]);
        ++kept;
      }
    }
    found.resize(kept);
  }

  std::optional<Skipped> add_status(FileEntry& file) const {
    const auto status = files_.link_status(joined(root_.root, file.path));
    if (!status) return Skipped{file.path, SkipReason::unreadable, status.error().message};
    if (status->type == FileType::symlink) return Skipped{file.path, SkipReason::symlink, ""};
    if (status->type != FileType::regular)
      return Skipped{file.path, SkipReason::unreadable, "replaced while listing"};
    if (status->size > options_.max_bytes) {
      return Skipped{file.path, SkipReason::too_large, fmt::format("{} bytes", status->size)};
    }
    file.size = status->size;
    file.mtime_ns = status->mtime_ns;
    file.inode = status->inode;
    return std::nullopt;
  }

  const FileSystem& files_;
  const WalkRoot& root_;
  const ListOptions& options_;
  const bool stat_files_;
  Walk walk_;
  std::vector<Pending> pending_;
};

}  // namespace

Result<Walk> walk_folder(const FileSystem& files, const WalkRoot& root, const ListOptions& options,
                         bool stat_files) {
  return Walker(files, root, options, stat_files).run();
}

std::optional<Skipped> ruled_out(const WalkRoot& root, const FolderRules& rules, std::string_view folder,
                                 std::string_view name, bool is_folder, const ListOptions& options) {
  if (name == ".git" || (is_folder && is_version_control(name))) {
    return Skipped{joined(folder, name), SkipReason::ignored, "version control"};
  }
  return judge(root, rules, folder, name, is_folder, options).skipped;
}

bool is_ignored_root(const FileSystem& files, const WalkRoot& root) {
  if (root.top.empty()) return false;
  // Each folder on the way down is judged by the rules above it: one that is ignored hides all below.
  for (std::size_t end = 0; end < root.prefix.size();) {
    end = std::min(root.prefix.find('/', end), root.prefix.size());
    WalkRoot folder = root;
    folder.prefix = root.prefix.substr(0, end);
    const IgnoreRules rules = Walker(files, folder, {}, false).rules_above().git;
    const auto* pattern = rules.match(folder.prefix, true);
    if (pattern != nullptr && !pattern->negated) return true;
    ++end;
  }
  return false;
}

}  // namespace quarry::corpus

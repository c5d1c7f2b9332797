#include "quarry/corpus/git_revision.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "quarry/corpus/builtin_rules.h"
#include "quarry/corpus/content.h"
#include "quarry/corpus/folder_walk.h"

namespace quarry::corpus {
namespace {

Result<GitRepository> open_repository(const std::string& git_folder) {
  git_repository* raw = nullptr;
  if (git_repository_open(&raw, git_folder.c_str()) != 0) {
    return fail(ErrorKind::io, "cannot open the repository {}: {}", git_folder, git_reason());
  }
  return GitRepository(raw);
}

// libgit2 wants one thread at a time on a repository and what it gave out, so each thread borrows a handle of
// its own. Idle handles keep their caches and open packs for the next borrower.
class HandlePool {
 public:
  explicit HandlePool(std::string git_folder) : git_folder_(std::move(git_folder)) {}

  class Loan {
   public:
    Loan(HandlePool& pool, GitRepository handle) : pool_(&pool), handle_(std::move(handle)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (handle_) pool_->give_back(std::move(handle_));
    }
    [[nodiscard]] git_repository* get() const { return handle_.get(); }

   private:
    HandlePool* pool_;
    GitRepository handle_;
  };

  Result<Loan> borrow() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        GitRepository handle = std::move(idle_.back());
        idle_.pop_back();
        return Loan(*this, std::move(handle));
      }
    }
    QUARRY_TRY(GitRepository handle, open_repository(git_folder_));
    return Loan(*this, std::move(handle));
  }

 private:
  void give_back(GitRepository handle) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(handle));
  }

  const std::string git_folder_;
  std::mutex mutex_;
  std::vector<GitRepository> idle_;
};

git_oid oid_of(const BlobId& blob) {
  git_oid id{};
  std::ranges::copy(blob.bytes, id.id);
  return id;
}

BlobId blob_of(const git_oid& id) {
  BlobId blob;
  std::copy_n(id.id, blob.bytes.size(), blob.bytes.begin());
  return blob;
}

// Walks a tree object as folder_walk does a folder.
class TreeWalker {
 public:
  TreeWalker(git_repository* repository, git_odb* odb, const ListOptions& options)
      : repository_(repository), odb_(odb), options_(options) {}

  Result<Listing> run(const git_oid& root) {
    pending_.push_back({"", root, {}, 0});
    while (!pending_.empty()) {
      const Pending folder = std::move(pending_.back());
      pending_.pop_back();
      QUARRY_CHECK(enter(folder));
    }
    std::ranges::sort(listing_.files, {}, &FileEntry::path);
    std::ranges::sort(listing_.skipped, {}, &Skipped::path);
    return std::move(listing_);
  }

 private:
  struct Pending {
    std::string path;  // with its trailing '/', "" for the root
    git_oid tree;
    FolderRules rules;
    std::size_t depth;
  };

  void skip(std::string path, SkipReason reason, std::string detail) {
    listing_.skipped.push_back({std::move(path), reason, std::move(detail)});
  }

  Status enter(const Pending& folder) {
    if (++folders_ > options_.max_files)
      return fail(ErrorKind::limit, "the tree holds more than {} folders", options_.max_files);
    git_tree* raw = nullptr;
    if (git_tree_lookup(&raw, repository_, &folder.tree) != 0) {
      if (folder.path.empty())
        return fail(ErrorKind::corrupt, "cannot read the tree {}: {}", hex_of(folder.tree), git_reason());
      skip(folder.path, SkipReason::unreadable, git_reason());
      return {};
    }
    const GitTree tree(raw);
    FolderRules rules = folder.rules;
    if (options_.ignore_files) add_rules(rules, folder.path, tree.get());
    const std::size_t count = git_tree_entrycount(tree.get());
    for (std::size_t i = 0; i < count; ++i) {
      QUARRY_CHECK(visit(folder, rules, git_tree_entry_byindex(tree.get(), i)));
    }
    return {};
  }

  void add_rules(FolderRules& rules, const std::string& folder, const git_tree* tree) {
    const git_tree_entry* entry = git_tree_entry_byname(tree, ".quarryignore");
    if (entry == nullptr || git_tree_entry_type(entry) != GIT_OBJECT_BLOB) return;
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, odb_, git_tree_entry_id(entry)) != 0) return;
    const GitOdbObject object(raw);
    const std::string_view text(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
    const std::string_view below =
        folder.empty() ? folder : std::string_view(folder).substr(0, folder.size() - 1);
    rules.quarry = rules.quarry.with(below, IgnorePatterns::parse(text));
  }

  Status visit(const Pending& folder, const FolderRules& rules, const git_tree_entry* entry) {
    const std::string_view name = git_tree_entry_name(entry);
    const git_filemode_t mode = git_tree_entry_filemode(entry);
    const bool is_folder = mode == GIT_FILEMODE_TREE;
    std::string path = folder.path + std::string(name);
    // Nobody checked these bytes: a name of a hand-made tree could lead out of the folder that shows it.
    if (name.empty() || name == "." || name == ".." || name == ".git" ||
        name.find('/') != std::string_view::npos) {
      skip(std::move(path), SkipReason::unreadable, "not a valid name");
      return {};
    }
    if (mode == GIT_FILEMODE_COMMIT) {
      skip(path + "/", SkipReason::submodule, "another repository's work tree");
      return {};
    }
    const std::string_view parent = folder.path.empty()
                                        ? std::string_view()
                                        : std::string_view(folder.path).substr(0, folder.path.size() - 1);
    if (auto skipped = ruled_out({}, rules, parent, name, is_folder, options_)) {
      listing_.skipped.push_back(*std::move(skipped));
    } else if (path.size() > kMaxPathBytes || folder.depth >= kMaxDepth) {
      skip(is_folder ? path + "/" : path, SkipReason::too_deep, "");
    } else if (is_folder) {
      pending_.push_back({path + "/", *git_tree_entry_id(entry), rules, folder.depth + 1});
    } else if (mode == GIT_FILEMODE_LINK) {
      skip(std::move(path), SkipReason::symlink, "");
    } else {
      add_blob(std::move(path), *git_tree_entry_id(entry));
      if (listing_.files.size() + listing_.skipped.size() > options_.max_files) {
        return fail(ErrorKind::limit, "the tree holds more than {} files", options_.max_files);
      }
    }
    return {};
  }

  void add_blob(std::string path, const git_oid& id) {
    std::size_t size = 0;
    git_object_t type{};
    if (git_odb_read_header(&size, &type, odb_, &id) != 0) {  // a partial clone, a damaged pack
      skip(std::move(path), SkipReason::unreadable, git_reason());
    } else if (type != GIT_OBJECT_BLOB) {
      skip(std::move(path), SkipReason::unreadable, "not a blob");
    } else if (size > options_.max_bytes) {
      skip(std::move(path), SkipReason::too_large, fmt::format("{} bytes", size));
    } else {
      listing_.files.push_back(
          {.path = std::move(path), .size = size, .mtime_ns = 0, .inode = 0, .blob = blob_of(id)});
    }
  }

  git_repository* repository_;
  git_odb* odb_;
  const ListOptions& options_;
  Listing listing_;
  std::vector<Pending> pending_;
  std::size_t folders_ = 0;
};

Result<GitOdb> odb_of(git_repository* repository) {
  git_odb* raw = nullptr;
  if (git_repository_odb(&raw, repository) != 0) {
    return fail(ErrorKind::io, "cannot open the object store: {}", git_reason());
  }
  return GitOdb(raw);
}

class GitRevision final : public DescribedSource {
 public:
  GitRevision(SourceFacts facts, const std::string& git_folder, const git_oid& tree)
      : DescribedSource(std::move(facts)), handles_(git_folder), tree_(tree) {}

  Result<Listing> list(const ListOptions& options) const override {
    QUARRY_TRY(const HandlePool::Loan loan, handles_.borrow());
    QUARRY_TRY(const GitOdb odb, odb_of(loan.get()));
    return TreeWalker(loan.get(), odb.get(), options).run(tree_);
  }

  tl::expected<Content, Skipped> read(const FileEntry& file, const ListOptions& options) const override {
    const auto skip = [&](SkipReason reason, std::string detail) {
      return tl::unexpected(Skipped{file.path, reason, std::move(detail)});
    };
    if (!file.blob) return skip(SkipReason::unreadable, "not listed by a revision");
    if (file.size > options.max_bytes) return skip(SkipReason::too_large, fmt::format("{} bytes", file.size));
    const auto loan = handles_.borrow();
    if (!loan) return skip(SkipReason::unreadable, loan.error().message);
    const auto odb = odb_of(loan->get());
    if (!odb) return skip(SkipReason::unreadable, odb.error().message);
    const git_oid id = oid_of(*file.blob);
    git_odb_object* raw = nullptr;
    if (git_odb_read(&raw, odb->get(), &id) != 0) return skip(SkipReason::unreadable, git_reason());
    const GitOdbObject object(raw);
    std::string bytes(static_cast<const char*>(git_odb_object_data(raw)), git_odb_object_size(raw));
    return content_of(file.path, std::move(bytes), options);
  }

 private:
  mutable HandlePool handles_;  // guards itself
  git_oid tree_;
};

Result<git_oid> subtree(git_repository* repository, git_tree* root, const SourceFacts& facts,
                        const std::string& name) {
  if (facts.prefix.empty()) return *git_tree_id(root);
  git_tree_entry* raw = nullptr;
  if (git_tree_entry_bypath(&raw, root, facts.prefix.c_str()) != 0) {
    return fail(ErrorKind::not_found, "{} has no folder {} at '{}'", git_repository_path(repository),
                facts.prefix, name);
  }
  const GitTreeEntry entry(raw);
  if (git_tree_entry_type(raw) != GIT_OBJECT_TREE) {
    return fail(ErrorKind::not_found, "{} is not a folder at '{}'", facts.prefix, name);
  }
  return *git_tree_entry_id(raw);
}

}  // namespace

Result<std::unique_ptr<Source>> open_git_revision(SourceFacts facts, const std::string& git_folder,
                                                  const std::string& revision) {
  use_libgit2();
  QUARRY_TRY(const GitRepository repository, open_repository(git_folder));
  if (revision.empty() || revision == "HEAD") {
    if (facts.revision.empty()) {
      return fail(ErrorKind::not_found, "the repository {} has no commit yet: nothing to index", git_folder);
    }
  }
  const std::string name = revision.empty() ? "HEAD" : revision;
  git_object* raw = nullptr;
  if (git_revparse_single(&raw, repository.get(), name.c_str()) != 0) {
    return fail(ErrorKind::not_found, "no revision '{}' in {}: {}", name, git_folder, git_reason());
  }
  const GitObject found(raw);
  if (git_object_peel(&raw, found.get(), GIT_OBJECT_COMMIT) != 0) {
    return fail(ErrorKind::invalid_argument, "'{}' in {} is not a commit", name, git_folder);
  }
  const GitObject commit(raw);
  if (git_object_peel(&raw, commit.get(), GIT_OBJECT_TREE) != 0) {
    return fail(ErrorKind::corrupt, "cannot read the tree of '{}' in {}: {}", name, git_folder, git_reason());
  }
  const GitObject tree(raw);
  facts.revision = hex_of(*git_object_id(commit.get()));
  facts.root.clear();
  QUARRY_TRY(const git_oid root,
             subtree(repository.get(), reinterpret_cast<git_tree*>(tree.get()), facts, name));
  return std::make_unique<GitRevision>(std::move(facts), git_folder, root);
}

}  // namespace quarry::corpus

// What git knows about a folder: which repository it belongs to, and how that is called.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "quarry/corpus/git_library.h"
#include "quarry/corpus/source.h"

namespace quarry::corpus {

// The values behind Source's getters.
struct SourceFacts {
  std::string name;
  std::string identity;
  std::string root;
  std::string revision;
  std::string remote;
  std::string prefix;
};

// A Source that knows its facts; how it lists and reads is left to the kinds of source.
class DescribedSource : public Source {
 public:
  explicit DescribedSource(SourceFacts facts) : facts_(std::move(facts)) {}
  [[nodiscard]] const std::string& name() const override { return facts_.name; }
  [[nodiscard]] const std::string& identity() const override { return facts_.identity; }
  [[nodiscard]] const std::string& root() const override { return facts_.root; }
  [[nodiscard]] const std::string& revision() const override { return facts_.revision; }
  [[nodiscard]] const std::string& remote() const override { return facts_.remote; }
  [[nodiscard]] const std::string& prefix() const override { return facts_.prefix; }

 private:
  SourceFacts facts_;
};

// The repository around a folder, as far as it is the folder's own.
struct FoundRepository {
  GitRepository handle;
  std::string git_folder;  // canonical: of this work tree (".git", ".git/worktrees/x") or the bare repository
  std::string common;      // canonical: shared by all work trees
  std::string top;     // canonical top of the work tree, "" where the folder is in none (bare, or below .git)
  std::string prefix;  // of the folder below `top`
};

// Looks in `folder` (canonical) and above it. Nothing where there is no repository, where libgit2 cannot read
// it (so that a damaged .git does not make the files unreadable), or where `folder` lies below a bare
// repository.
[[nodiscard]] std::optional<FoundRepository> find_repository(const std::string& folder);

// Name, identity, remote and the commit of HEAD ("" without one).
[[nodiscard]] SourceFacts facts_of(const FoundRepository& repository);
[[nodiscard]] SourceFacts facts_of_plain_folder(const std::string& folder);

// "https://user:token@host/x?t=1" -> "https://host/x". A user name stays where it is no secret (ssh).
[[nodiscard]] std::string without_credentials(std::string_view url);
// "git@host:group/requests.git" -> "requests"; "" where nothing is left.
[[nodiscard]] std::string last_name_of(std::string_view path_or_url);

}  // namespace quarry::corpus

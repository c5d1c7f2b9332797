// The list of repositories that `quarry prepare --repos` takes, and the names that --exclude keeps out.
//
// A line a repository, fields separated by tabs or spaces, '#' starts a comment. Without a header the fields
// are the place (a folder, a git URL, or owner/name), and perhaps a revision and a licence. A first line that
// begins with "repo" or "name" names the columns instead: repo or name; path, url or place; commit or
// revision; license or licence; partition ("train", "valid", "test") or heldout (1: valid). Other columns are
// passed over. models/default/data.tsv and the repositories.tsv that prepare writes are such lists.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"

namespace quarry::preparation {

struct RepositoryEntry {
  std::string name;       // "owner/name" where it is known; empty: as its remote or folder says
  std::string place;      // what corpus::open_source takes
  std::string revision;   // empty: HEAD, or the files on disk of a work tree
  std::string license;    // empty: to be found out
  std::string partition;  // empty: by the hash of its name
};

// `host` goes before "owner/name" where no such folder lies beside the list ("https://github.com/"). Relative
// folders count from the list's own. ErrorKind::invalid_argument names the line.
[[nodiscard]] Result<std::vector<RepositoryEntry>> read_repository_list(const FileSystem& files,
                                                                        const std::filesystem::path& list,
                                                                        std::string_view host);

// "https://github.com/psf/requests.git" -> "psf/requests"; "git@host:a/b" -> "a/b"; a folder -> its last
// name.
[[nodiscard]] std::string repository_name_of(std::string_view place);

// Names to keep out, without regard to case: "owner/name" matches that repository, "name" any owner's.
class ExcludedNames {
 public:
  void add(std::string_view name_or_place);
  [[nodiscard]] bool holds(std::string_view repository) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::set<std::string, std::less<>> names_;
};

// The first field of every line of such a list.
[[nodiscard]] Status read_excluded(const FileSystem& files, const std::filesystem::path& list,
                                   ExcludedNames& names);

}  // namespace quarry::preparation

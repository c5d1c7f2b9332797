// What .gitignore, .quarryignore and .git/info/exclude say about a path.
//
// Semantics: gitignore(5), as `git check-ignore --no-index` decides. libgit2's own matcher is bound to a
// repository and re-reads files for each path; plain folders, git revisions and .quarryignore need the rules
// alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::corpus {

// True where `text` matches a gitignore glob: `*` and `?` stop at '/', `**` between slashes (or at an end)
// does not. Takes O(pattern x text) time for any input; a malformed bracket matches nothing.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text);

struct IgnorePattern {
  std::string written;        // the line as it stands in the file
  std::string text;           // without '!', a leading and a trailing '/'
  std::uint32_t literal = 0;  // bytes at the front of `text` that hold no wildcard
  bool negated = false;
  bool folders_only = false;  // ended in '/'
  bool name_only = false;     // had no other '/': matches the last component at any depth
  bool suffix_only = false;   // "*.o": a star, then no wildcard
};

// The patterns of one file.
class IgnorePatterns {
 public:
  // Bounded: lines over 4 KB and patterns after the first 100,000 are dropped, no real file has them.
  [[nodiscard]] static IgnorePatterns parse(std::string_view text);

  // The last pattern that matches `path` (relative to the folder of the file, no leading or trailing '/').
  [[nodiscard]] const IgnorePattern* match(std::string_view path, bool is_folder) const;
  [[nodiscard]] bool empty() const { return patterns_.empty(); }

 private:
  std::vector<IgnorePattern> patterns_;
};

// The pattern files that apply in one folder, a deeper one before those above it. A cheap, immutable value: a
// walk derives one from its parent's for each folder with a pattern file.
class IgnoreRules {
 public:
  // `folder`: where the file lies, relative to the same root as the paths asked for, "" for the root itself.
  [[nodiscard]] IgnoreRules with(std::string_view folder, IgnorePatterns patterns) const;

  // The deciding pattern for `path`, which lies below every folder given to with(), or is one of them. Only
  // the path itself is looked at: whoever walks must not descend into an ignored folder, since nothing in it
  // can be re-included.
  [[nodiscard]] const IgnorePattern* match(std::string_view path, bool is_folder) const;
  [[nodiscard]] bool empty() const { return last_ == nullptr; }

 private:
  struct Node {
    std::shared_ptr<const Node> above;
    std::size_t folder_bytes;  // with its trailing '/'
    IgnorePatterns patterns;
  };
  std::shared_ptr<const Node> last_;
};

}  // namespace quarry::corpus

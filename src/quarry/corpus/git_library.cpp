#include "quarry/corpus/git_library.h"

#include <array>

namespace quarry::corpus {

void use_libgit2() {
  static const bool once = [] {
    git_libgit2_init();
    // git refuses repositories of other users since their configuration can name programs to run. Nothing is
    // run here, and refusing would leave shared checkouts and mounted volumes without name, revision and
    // ignore rules.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    // Extensions that say something about other work than reading the objects that are there: without these,
    // no repository with a sparse checkout or a partial clone could be opened.
    std::array extensions{"partialclone", "worktreeconfig", "preciousobjects"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
    return true;
  }();
  (void)once;  // never shut down: other threads may still hold handles when the process ends
}

std::string git_reason() {
  const git_error* error = git_error_last();
  return error != nullptr && error->message != nullptr ? error->message : "unknown reason";
}

std::string hex_of(const git_oid& id) {
  std::string hex(GIT_OID_HEXSZ, '0');
  git_oid_fmt(hex.data(), &id);
  return hex;
}

}  // namespace quarry::corpus

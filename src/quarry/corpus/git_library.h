// libgit2 as the rest of corpus/ uses it: owned handles, errors as values, and settings made once.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "quarry/base/result.h"

namespace quarry::corpus {

// Must have been called before any function of libgit2; cheap after the first time, safe from several
// threads.
void use_libgit2();

// The same, and before anything that speaks TLS: loads the certificates of GIT_SSL_CAINFO, SSL_CERT_FILE or,
// where neither is set, the system, which takes milliseconds.
void use_certificates();

template <class T, void (*Free)(T*)>
struct GitDeleter {
  void operator()(T* object) const { Free(object); }
};
using GitRepository = std::unique_ptr<git_repository, GitDeleter<git_repository, git_repository_free>>;
using GitObject = std::unique_ptr<git_object, GitDeleter<git_object, git_object_free>>;
using GitTree = std::unique_ptr<git_tree, GitDeleter<git_tree, git_tree_free>>;
using GitTreeEntry = std::unique_ptr<git_tree_entry, GitDeleter<git_tree_entry, git_tree_entry_free>>;
using GitOdb = std::unique_ptr<git_odb, GitDeleter<git_odb, git_odb_free>>;
using GitOdbObject = std::unique_ptr<git_odb_object, GitDeleter<git_odb_object, git_odb_object_free>>;
using GitReference = std::unique_ptr<git_reference, GitDeleter<git_reference, git_reference_free>>;
using GitRemote = std::unique_ptr<git_remote, GitDeleter<git_remote, git_remote_free>>;

// The reason of this thread's last failed call, in libgit2's words.
[[nodiscard]] std::string git_reason();

[[nodiscard]] std::string hex_of(const git_oid& id);

}  // namespace quarry::corpus

#include "quarry/corpus/repository.h"

namespace quarry::corpus {
namespace {

namespace fs = std::filesystem;

std::string canonical_text(const char* path) {
  if (path == nullptr) return {};
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return error ? std::string() : canonical.string();
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/' || folder.ends_with('/'));
}

using GitConfig = std::unique_ptr<git_config, GitDeleter<git_config, git_config_free>>;
using GitConfigIterator =
    std::unique_ptr<git_config_iterator, GitDeleter<git_config_iterator, git_config_iterator_free>>;

// "origin", else the first remote by name. Read from the configuration itself: git_remote_lookup and
// git_remote_list match patterns, for which libgit2 1.5 with PCRE2 loses 20 KB a configured line each time (a
// server opens repositories for months), and they would rewrite the address by this machine's insteadOf
// rules.
std::string remote_of(git_repository* repository) {
  git_config* raw = nullptr;
  if (git_repository_config_snapshot(&raw, repository) != 0) return {};
  const GitConfig config(raw);
  git_config_iterator* raw_iterator = nullptr;
  if (git_config_iterator_new(&raw_iterator, config.get()) != 0) return {};
  const GitConfigIterator iterator(raw_iterator);
  constexpr std::string_view kFront = "remote.";
  constexpr std::string_view kBack = ".url";
  std::string best;
  git_config_entry* entry = nullptr;  // owned by the iterator
  while (git_config_next(&entry, iterator.get()) == 0) {
    const std::string_view key = entry->name;
    if (!key.starts_with(kFront) || !key.ends_with(kBack) || key.size() <= kFront.size() + kBack.size())
      continue;
    const bool first = best.empty() || (best != "remote.origin.url" && key < best);
    if (first || key == "remote.origin.url") best = key;
  }
  const char* url = nullptr;
  if (best.empty() || git_config_get_string(&url, config.get(), best.c_str()) != 0) return {};
  return without_credentials(url);
}

// All work trees of a repository without a remote get one name: that of the folder around the common ".git".
std::string local_name(const std::string& common) {
  const fs::path path(common);
  const std::string last = path.filename().string();
  return last_name_of(last == ".git" ? path.parent_path().string() : common);
}

}  // namespace

std::optional<FoundRepository> find_repository(const std::string& folder) {
  use_libgit2();
  git_repository* raw = nullptr;
  if (git_repository_open_ext(&raw, folder.c_str(), 0, nullptr) != 0) return std::nullopt;
  FoundRepository found;
  found.handle.reset(raw);
  found.git_folder = canonical_text(git_repository_path(raw));
  found.common = canonical_text(git_repository_commondir(raw));
  if (found.git_folder.empty() || found.common.empty()) return std::nullopt;
  if (is_below(folder, found.git_folder)) {
    if (folder != found.git_folder) return std::nullopt;  // "x.git/objects": just a folder
    return found;
  }
  found.top = canonical_text(git_repository_workdir(raw));
  if (found.top.empty() || !is_below(folder, found.top)) return std::nullopt;
  found.prefix = folder.substr(found.top.size());
  while (found.prefix.starts_with('/')) found.prefix.erase(0, 1);
  return found;
}

SourceFacts facts_of(const FoundRepository& repository) {
  SourceFacts facts;
  facts.identity = repository.common;
  facts.remote = remote_of(repository.handle.get());
  facts.prefix = repository.prefix;
  facts.name = last_name_of(facts.remote);
  if (facts.name.empty()) facts.name = local_name(repository.common);
  git_oid head;
  if (git_reference_name_to_id(&head, repository.handle.get(), "HEAD") == 0) facts.revision = hex_of(head);
  return facts;
}

SourceFacts facts_of_plain_folder(const std::string& folder) {
  SourceFacts facts;
  facts.identity = folder;
  facts.root = folder;
  facts.name = fs::path(folder).filename().string();
  if (facts.name.empty()) facts.name = folder;  // "/"
  return facts;
}

std::string without_credentials(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return std::string(url);
  const std::string_view scheme = url.substr(0, scheme_end);
  std::string_view rest = url.substr(scheme_end + 3);
  const bool web = scheme == "https" || scheme == "http";
  if (web) rest = rest.substr(0, rest.find_first_of("?#"));
  std::string_view authority = rest.substr(0, rest.find('/'));
  const std::string_view path = rest.substr(authority.size());
  std::string user;
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    // A token may stand as the user of an https URL; ssh needs the user and must lose the password only.
    if (!web) user = std::string(authority.substr(0, std::min(authority.find(':'), at))) + "@";
    authority.remove_prefix(at + 1);
  }
  return std::string(scheme) + "://" + user + std::string(authority) + std::string(path);
}

std::string last_name_of(std::string_view path_or_url) {
  while (path_or_url.ends_with('/')) path_or_url.remove_suffix(1);
  if (path_or_url.ends_with("/.git")) path_or_url.remove_suffix(5);
  std::string_view name = path_or_url.substr(path_or_url.find_last_of("/:") + 1);
  if (name.ends_with(".git") && name != ".git") name.remove_suffix(4);
  return std::string(name);
}

}  // namespace quarry::corpus

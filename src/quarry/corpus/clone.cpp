#include "quarry/corpus/clone.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"
#include "quarry/corpus/git_library.h"
#include "quarry/corpus/repository.h"

namespace quarry::corpus {
namespace {

namespace fs = std::filesystem;

// Those that libgit2 speaks itself. git has transports that run a program of the URL's choice ("ext::sh -c
// ...").
constexpr std::array kSchemes = std::to_array<std::string_view>({"https", "http", "ssh", "git", "file"});

bool is_short_ssh(std::string_view where) {
  const std::size_t colon = where.find(':');
  const std::size_t at = where.find('@');
  return at != std::string_view::npos && at > 0 && colon != std::string_view::npos && at < colon &&
         colon < where.find('/') && !where.substr(colon).starts_with("::");
}

Status check_transport(std::string_view url) {
  if (is_short_ssh(url)) return {};
  const std::string_view scheme = url.substr(0, url.find("://"));
  if (scheme.size() != url.size() && std::ranges::find(kSchemes, scheme) != kSchemes.end()) return {};
  return fail(ErrorKind::invalid_argument,
              "{} is not a git URL of a known kind (https, http, ssh, git, file, user@host:path)",
              without_credentials(url));
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && ascii::hex_value(text[i + 1]) >= 0 &&
        ascii::hex_value(text[i + 2]) >= 0) {
      decoded += static_cast<char>(ascii::hex_value(text[i + 1]) * 16 + ascii::hex_value(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

struct Login {
  std::string user;
  std::string password;
};

Login login_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view authority = url.substr(scheme + 3);
  authority = authority.substr(0, authority.find('/'));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return {};
  const std::string_view login = authority.substr(0, at);
  const std::size_t colon = login.find(':');
  if (colon == std::string_view::npos) return {percent_decoded(login), {}};
  return {percent_decoded(login.substr(0, colon)), percent_decoded(login.substr(colon + 1))};
}

// What the callbacks of one fetch share.
struct Fetch {
  const OpenOptions& options;
  Login login;
  std::size_t attempt = 0;
  bool cancelled = false;
};

int give_credentials(git_credential** out, const char*, const char* user_of_url, unsigned allowed,
                     void* payload) {
  auto& fetch = *static_cast<Fetch*>(payload);
  const std::size_t attempt = fetch.attempt++;
  if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0) {
    // libgit2 asks again after a refusal: one answer is all there is.
    if (attempt > 0 || (fetch.login.user.empty() && fetch.login.password.empty())) return GIT_EAUTH;
    return git_credential_userpass_plaintext_new(out, fetch.login.user.c_str(), fetch.login.password.c_str());
  }
  const std::string user = user_of_url != nullptr ? user_of_url : "git";
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0) {
    if (attempt == 0) return git_credential_ssh_key_from_agent(out, user.c_str());
    static constexpr std::array kKeys{"id_ed25519", "id_ecdsa", "id_rsa"};
    const char* home = std::getenv("HOME");
    for (std::size_t i = attempt - 1; home != nullptr && i < kKeys.size(); ++i, ++fetch.attempt) {
      const std::string key = std::string(home) + "/.ssh/" + kKeys[i];
      if (::access(key.c_str(), R_OK) != 0) continue;
      return git_credential_ssh_key_new(out, user.c_str(), nullptr, key.c_str(), "");
    }
    return GIT_EAUTH;
  }
  if ((allowed & GIT_CREDENTIAL_USERNAME) != 0) return git_credential_username_new(out, user.c_str());
  return GIT_EAUTH;
}

int report_progress(const git_indexer_progress* progress, void* payload) {
  auto& fetch = *static_cast<Fetch*>(payload);
  if (!fetch.options.progress) return 0;
  const bool received = progress->received_objects == progress->total_objects;
  const bool go_on =
      received && progress->total_deltas > 0
          ? fetch.options.progress("resolving deltas", progress->indexed_deltas, progress->total_deltas)
          : fetch.options.progress("receiving objects", progress->received_objects, progress->total_objects);
  if (go_on) return 0;
  fetch.cancelled = true;
  return GIT_EUSER;
}

Result<GitRepository> open_or_make(const fs::path& folder) {
  git_repository* raw = nullptr;
  if (git_repository_open_bare(&raw, folder.c_str()) == 0) return GitRepository(raw);
  // An interrupted clone is an empty repository or a full one: both are ready for the next fetch.
  if (git_repository_init(&raw, folder.c_str(), 1) != 0) {
    return fail(ErrorKind::io, "cannot make the clone {}: {}", folder.string(), git_reason());
  }
  return GitRepository(raw);
}

Result<GitRemote> origin_of(git_repository* repository, const std::string& url) {
  git_remote* raw = nullptr;
  if (git_remote_lookup(&raw, repository, "origin") == 0) return GitRemote(raw);
  if (git_remote_create_with_fetchspec(&raw, repository, "origin", url.c_str(),
                                       "+refs/heads/*:refs/heads/*") != 0) {
    return fail(ErrorKind::io, "cannot set up the clone of {}: {}", url, git_reason());
  }
  return GitRemote(raw);
}

// An empty remote has no default branch; HEAD then names one that does not exist yet.
void follow_default_branch(git_repository* repository, git_remote* remote) {
  git_buf branch{};
  if (git_remote_default_branch(&branch, remote) == 0) (void)git_repository_set_head(repository, branch.ptr);
  git_buf_dispose(&branch);
}

}  // namespace

bool looks_like_url(std::string_view where) {
  const std::size_t slash = where.find('/');
  return where.find("://") != std::string_view::npos || where.find("::") < slash || is_short_ssh(where);
}

fs::path clone_path(const fs::path& clones, std::string_view url) {
  const std::string plain = without_credentials(url);
  std::string name = last_name_of(plain);
  std::erase_if(name, [](char c) { return c < ' ' || c == '/' || c == '\x7f'; });
  if (name.empty() || name.starts_with('.')) name = "repository";
  return clones / fmt::format("{}-{:016x}.git", name.substr(0, 100), hash64(plain));
}

Result<std::string> clone_or_fetch(FileSystem& files, const std::string& url, const OpenOptions& options) {
  QUARRY_CHECK(check_transport(url));
  if (options.clones.empty()) {
    return fail(ErrorKind::invalid_argument, "no folder was given to clone {} to", without_credentials(url));
  }
  use_certificates();
  const std::string plain = without_credentials(url);
  const fs::path folder = clone_path(options.clones, url);
  QUARRY_CHECK(files.create_directories(options.clones));
  // Two fetches into one repository would fail at each other's locks with less clear words.
  QUARRY_TRY(const auto lock, files.lock(folder.string() + ".lock", fmt::format("pid {}", ::getpid())));
  QUARRY_TRY(const GitRepository repository, open_or_make(folder));
  QUARRY_TRY(const GitRemote remote, origin_of(repository.get(), plain));

  Fetch fetch{options, login_of(url)};
  git_fetch_options settings;
  git_fetch_options_init(&settings, GIT_FETCH_OPTIONS_VERSION);
  settings.callbacks.credentials = give_credentials;
  settings.callbacks.transfer_progress = report_progress;
  settings.callbacks.payload = &fetch;
  settings.prune = GIT_FETCH_PRUNE;
  settings.proxy_opts.type = GIT_PROXY_AUTO;
  // Branches and tags as they are there; not refs/pull/*, of which some hosts have more than all the rest.
  std::string heads = "+refs/heads/*:refs/heads/*";
  std::string tags = "+refs/tags/*:refs/tags/*";
  std::array refspecs{heads.data(), tags.data()};
  const git_strarray wanted{refspecs.data(), refspecs.size()};
  if (git_remote_fetch(remote.get(), &wanted, &settings, nullptr) != 0) {
    if (fetch.cancelled) return fail(ErrorKind::cancelled, "the fetch of {} was cancelled", plain);
    return fail(ErrorKind::unavailable, "cannot fetch {}: {} (the last state, if any, is in {})", plain,
                git_reason(), folder.string());
  }
  follow_default_branch(repository.get(), remote.get());
  return folder.string();
}

}  // namespace quarry::corpus

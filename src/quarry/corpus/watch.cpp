#include "quarry/corpus/watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "quarry/corpus/folder_walk.h"
#include "quarry/corpus/locate.h"

namespace quarry::corpus {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM |
                                  IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR |
                                  IN_DONT_FOLLOW;
constexpr int kLongestDebounces = 10;
constexpr int kMaxRounds = 10;  // against somebody who makes folders without end

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

std::string reason_of(int code) {
  return std::generic_category().message(code);
}

// The files whose content decides what is part of the source: after a change to one all is looked at anew.
bool holds_rules(std::string_view name) {
  return name == ".gitignore" || name == ".quarryignore" || name == ".git" || name == "pyvenv.cfg" ||
         name == "CACHEDIR.TAG" || name == "CMakeCache.txt";
}

}  // namespace

struct Watcher::State {
  State(FileSystem& file_system, WalkRoot walk_root, const ListOptions& list_options, int inotify_fd,
        int wake_fd)
      : files(file_system),
        root(std::move(walk_root)),
        options(list_options),
        inotify(inotify_fd),
        wake(wake_fd) {}

  struct Outcome {
    bool changed = false;
    bool rules_changed = false;
  };

  // Watches the folders of a listing and no others. Also repairs what was lost: folders moved or dropped
  // events.
  Status watch_all() {
    // A folder made between the walk and the watch of its parent would be missed, so walk until nothing is
    // new.
    bool added = true;
    for (int round = 0; added && round < kMaxRounds; ++round) {
      QUARRY_TRY(Walk walk, walk_folder(files, root, options, false));
      std::unordered_map<int, WalkedFolder> before = std::exchange(folders, {});
      added = false;
      for (WalkedFolder& folder : walk.folders) {
        QUARRY_TRY(const int id, watch(std::move(folder)));
        added = added || (id >= 0 && before.erase(id) == 0);
      }
      for (const auto& [id, folder] : before) ::inotify_rm_watch(inotify.get(), id);
    }
    return {};
  }

  // The watch's number; -1 where the folder has gone since it was listed.
  Result<int> watch(WalkedFolder folder) {
    const std::string path = folder.path.empty() ? root.root : root.root + "/" + folder.path;
    const int id = ::inotify_add_watch(inotify.get(), path.c_str(), kEvents);
    if (id >= 0) {
      folders[id] = std::move(folder);
      return id;
    }
    const int code = errno;
    if (code == ENOSPC) {
      return fail(ErrorKind::limit,
                  "cannot watch {}: the system's limit of watched folders is reached; raise "
                  "fs.inotify.max_user_watches (sysctl)",
                  path);
    }
    if (!folder.path.empty()) return -1;  // or closed to us: nothing of it is in a listing either
    return fail(code == ENOENT ? ErrorKind::not_found : ErrorKind::io, "cannot watch {}: {}", path,
                reason_of(code));
  }

  Result<Outcome> take_events() {
    Outcome outcome;
    alignas(inotify_event) std::array<char, 64 << 10> buffer;
    for (;;) {
      const ssize_t got = ::read(inotify.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return outcome;
      if (got <= 0) return fail(ErrorKind::io, "cannot read file events: {}", reason_of(errno));
      for (ssize_t at = 0; at < got;) {
        inotify_event event;
        std::memcpy(&event, buffer.data() + at, sizeof event);
        const char* name = event.len > 0 ? buffer.data() + at + sizeof event : "";
        at += static_cast<ssize_t>(sizeof event + event.len);
        QUARRY_CHECK(take(event, name, outcome));
      }
    }
  }

  Status take(const inotify_event& event, std::string_view name, Outcome& outcome) {
    if ((event.mask & IN_Q_OVERFLOW) != 0) {
      outcome = {true, true};
      return {};
    }
    const auto found = folders.find(event.wd);
    if (found == folders.end()) return {};
    const WalkedFolder& folder = found->second;
    if ((event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
      if (folder.path.empty()) return fail(ErrorKind::not_found, "{} is gone", root.root);
      outcome.changed = true;
      // A watch follows its folder to where it is moved; the next walk knows whether that is still ours.
      if ((event.mask & IN_MOVE_SELF) != 0) {
        outcome.rules_changed = true;
      } else {
        folders.erase(found);
      }
      return {};
    }
    if (name.empty()) return {};  // the folder's own times and modes
    const bool is_folder = (event.mask & IN_ISDIR) != 0;
    if (holds_rules(name)) {
      outcome = {true, true};
      return {};
    }
    if (ruled_out(root, folder.rules, folder.path, name, is_folder, options)) return {};
    if (is_folder && (event.mask & IN_ATTRIB) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) == 0) {
      outcome.rules_changed = true;  // perhaps it can be read now
    }
    if (is_folder && (event.mask & (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM)) != 0)
      outcome.rules_changed = true;
    // A file that is being written changes once it is closed; what comes before would only wake too early. A
    // file that stays open (a log) is reported by its modifications all the same, held back by the debounce.
    outcome.changed = true;
    return {};
  }

  FileSystem& files;
  WalkRoot root;
  ListOptions options;
  Descriptor inotify;
  Descriptor wake;  // ends a wait when a stop is asked for
  std::unordered_map<int, WalkedFolder> folders;
};

Watcher::Watcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
Watcher::~Watcher() = default;

Result<std::unique_ptr<Watcher>> Watcher::open(FileSystem& files, const fs::path& root,
                                               const ListOptions& options) {
  QUARRY_TRY(Located located, locate(files, root.string()));
  const int inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) {
    const ErrorKind kind = errno == EMFILE ? ErrorKind::limit : ErrorKind::io;
    return fail(kind, "cannot watch {}: {} (see fs.inotify.max_user_instances)", root.string(),
                reason_of(errno));
  }
  const int wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  auto state = std::make_unique<State>(files, std::move(located.root), options, inotify, wake);
  if (wake < 0) return fail(ErrorKind::io, "cannot watch {}: {}", root.string(), reason_of(errno));
  QUARRY_CHECK(state->watch_all());
  return std::unique_ptr<Watcher>(new Watcher(std::move(state)));
}

Result<bool> Watcher::wait(const std::stop_token& stop, std::chrono::milliseconds debounce) {
  const int wake = state_->wake.get();
  std::uint64_t left_over = 0;  // by the stop of an earlier wait
  (void)!::read(wake, &left_over, sizeof left_over);
  const std::stop_callback on_stop(stop, [wake] {
    const std::uint64_t one = 1;
    (void)!::write(wake, &one, sizeof one);
  });
  std::array<pollfd, 2> polled{pollfd{state_->inotify.get(), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
  bool changed = false;
  Clock::time_point quiet;  // when to answer, should nothing else happen
  Clock::time_point latest;
  while (!stop.stop_requested()) {
    int timeout = -1;
    if (changed) {
      const auto left = std::min(quiet, latest) - Clock::now();
      if (left <= Clock::duration::zero()) return true;
      timeout = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
    }
    if (::poll(polled.data(), polled.size(), timeout) < 0 && errno != EINTR) {
      return fail(ErrorKind::io, "cannot wait for file events: {}", reason_of(errno));
    }
    QUARRY_TRY(const State::Outcome outcome, state_->take_events());
    if (outcome.rules_changed) QUARRY_CHECK(state_->watch_all());
    if (!outcome.changed) continue;
    const auto now = Clock::now();
    if (!changed) latest = now + kLongestDebounces * debounce;
    changed = true;
    quiet = now + debounce;
  }
  return false;
}

}  // namespace quarry::corpus

// An index that stays current while a program runs: opened in the background, refreshed before it is used.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>
#include <string>

#include "quarry/base/result.h"
#include "quarry/cli/context.h"
#include "quarry/search/engine.h"

namespace quarry::cli {

// One thread at a time calls get().
class LiveIndex {
 public:
  // Starts to open (or make) the index of `where`, as open_session() does. `context` must outlive this
  // object.
  LiveIndex(const Context& context, std::string where, std::stop_token stop);
  ~LiveIndex();
  LiveIndex(const LiveIndex&) = delete;
  LiveIndex& operator=(const LiveIndex&) = delete;

  // The engine over what the files hold now, looked at again at most once every two seconds. Where looking
  // again fails, the one before. ErrorKind::busy while the index is made for the first time and that takes
  // longer than a caller's patience.
  [[nodiscard]] Result<std::shared_ptr<const search::Engine>> get();

 private:
  using Opened = Result<std::shared_ptr<const search::Engine>>;
  [[nodiscard]] Opened open() const;

  const Context& context_;
  const std::string where_;
  std::stop_source stopping_;
  std::stop_callback<std::function<void()>> on_stop_;
  std::shared_ptr<const search::Engine> engine_;
  std::chrono::steady_clock::time_point looked_;
  std::future<Opened> opening_;
};

}  // namespace quarry::cli

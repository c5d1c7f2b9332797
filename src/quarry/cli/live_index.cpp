#include "quarry/cli/live_index.h"

#include <utility>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/search_session.h"

namespace quarry::cli {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kFresh{2};
constexpr std::chrono::seconds kPatience{30};  // clients give a call up after a minute

}  // namespace

LiveIndex::LiveIndex(const Context& context, std::string where, std::stop_token stop)
    : context_(context),
      where_(std::move(where)),
      on_stop_(std::move(stop), [this] { stopping_.request_stop(); }),
      opening_(std::async(std::launch::async, [this] { return open(); })) {}

LiveIndex::~LiveIndex() {
  stopping_.request_stop();
  if (opening_.valid()) opening_.wait();
}

LiveIndex::Opened LiveIndex::open() const {
  QUARRY_TRY(auto engine, open_session(context_, where_, stopping_.get_token()));
  return std::shared_ptr<const search::Engine>(std::move(engine));
}

Result<std::shared_ptr<const search::Engine>> LiveIndex::get() {
  if (opening_.valid()) {
    if (opening_.wait_for(kPatience) != std::future_status::ready) {
      return fail(ErrorKind::busy, "the index of {} is being made for the first time; ask again in a minute",
                  where_);
    }
    auto opened = opening_.get();
    if (!opened) {
      // What was missing may be there at the next call.
      opening_ = std::async(std::launch::async, [this] { return open(); });
      return opened;
    }
    engine_ = *std::move(opened);
    looked_ = steady_clock::now();
    return engine_;
  }
  if (context_.settings.on(kNoRefresh) || steady_clock::now() - looked_ < kFresh) return engine_;
  if (const auto folder = context_.settings.text(kIndexDirectory); !folder.empty()) {
    const auto newest = index::Snapshot::open(context_.files, folder);
    looked_ = steady_clock::now();
    if (newest && (*newest)->version() == engine_->snapshot().version()) return engine_;
  }
  auto opened = open();
  looked_ = steady_clock::now();
  if (opened) {
    engine_ = *std::move(opened);
  } else {
    context_.warn(fmt::format("the index as it was before is searched: {}", opened.error().message));
  }
  return engine_;
}

}  // namespace quarry::cli

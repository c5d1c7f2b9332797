// A thread reads signals from a descriptor, because almost nothing may be called from a signal handler.
#include "quarry/cli/interruption.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdint>
#include <initializer_list>

namespace quarry::cli {
namespace {

std::atomic<int> first_signal{0};

sigset_t caught_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

}  // namespace

Interruption::Interruption() {
  const sigset_t set = caught_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (signals_ >= 0 && wake_ >= 0) {
    thread_ = std::thread([this] { wait_for_signals(); });
  } else {  // out of descriptors: Ctrl-C ends the process as it does by default
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  }
}

Interruption::~Interruption() {
  if (thread_.joinable()) {
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) != sizeof one) std::abort();  // an eventfd takes 8 bytes, always
    thread_.join();
  }
  if (signals_ >= 0) ::close(signals_);
  if (wake_ >= 0) ::close(wake_);
  const sigset_t set = caught_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int Interruption::signal() {
  return first_signal.load();
}

void Interruption::wait_for_signals() {
  std::array<pollfd, 2> watched{pollfd{signals_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_, &info, sizeof info) != sizeof info) continue;
    if (source_.stop_requested()) ::_exit(128 + static_cast<int>(info.ssi_signo));
    int none = 0;
    first_signal.compare_exchange_strong(none, static_cast<int>(info.ssi_signo));
    source_.request_stop();
  }
}

}  // namespace quarry::cli

// Ctrl-C and SIGTERM as a stop_token: the first asks the work to end, the second ends the process at once.
#pragma once

#include <stop_token>
#include <thread>

namespace quarry::cli {

// Catches SIGINT, SIGTERM and SIGHUP from construction to destruction. Construct it on the main thread before
// other threads start: the signals are blocked in the threads that inherit its mask. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool stopped() const { return source_.stop_requested(); }

  // The signal that arrived first in this process; 0: none.
  [[nodiscard]] static int signal();

 private:
  void wait_for_signals();

  std::stop_source source_;
  int wake_ = -1;     // eventfd that ends the thread
  int signals_ = -1;  // signalfd
  std::thread thread_;
};

}  // namespace quarry::cli

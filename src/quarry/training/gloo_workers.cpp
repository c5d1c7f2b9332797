#include "quarry/training/gloo_workers.h"

#include <algorithm>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace quarry::training {
namespace {

class GlooWorkers final : public Workers {
 public:
  GlooWorkers(const WorkerPlace& place, std::chrono::milliseconds timeout)
      : rank_(place.rank), size_(place.size) {
    c10d::TCPStoreOptions store;
    store.port = place.port;
    store.isServer = place.rank == 0;
    store.numWorkers = place.size;
    store.timeout = timeout;
    store_ = c10::make_intrusive<c10d::TCPStore>(place.master, store);
    store_->setTimeout(timeout);
    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    options->devices.push_back(place.size > 1 && place.master == "127.0.0.1"
                                   ? c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1")
                                   : c10d::ProcessGroupGloo::createDefaultDevice());
    group_ = c10::make_intrusive<c10d::ProcessGroupGloo>(store_, static_cast<int>(place.rank),
                                                         static_cast<int>(place.size), options);
  }

  std::uint32_t rank() const override { return rank_; }
  std::uint32_t size() const override { return size_; }

  Status all_gather(std::span<const float> mine, std::span<float> all) override {
    return guarded([&] {
      std::vector<at::Tensor> in{view(const_cast<float*>(mine.data()), mine.size())};
      std::vector<std::vector<at::Tensor>> out(1);
      for (std::size_t rank = 0; rank < size_; ++rank)
        out[0].push_back(view(all.data() + rank * mine.size(), mine.size()));
      group_->allgather(out, in)->wait();
    });
  }
  Status all_sum(std::span<float> values) override {
    return guarded([&] {
      std::vector<at::Tensor> all{view(values.data(), values.size())};
      group_->allreduce(all)->wait();
    });
  }

 private:
  static at::Tensor view(float* values, std::size_t size) {
    return at::from_blob(values, {static_cast<std::int64_t>(size)}, at::kFloat);
  }
  template <class Exchange>
  Status guarded(Exchange exchange) const {
    try {
      exchange();
      return {};
    } catch (const std::exception& error) {
      const std::string_view reason = error.what();
      return fail(ErrorKind::unavailable, "worker {} of {} lost another worker: {}", rank_, size_,
                  reason.substr(0, reason.find('\n')));
    }
  }

  std::uint32_t rank_;
  std::uint32_t size_;
  c10::intrusive_ptr<c10d::TCPStore> store_;
  c10::intrusive_ptr<c10d::ProcessGroupGloo> group_;
};

}  // namespace

Result<std::unique_ptr<Workers>> join_gloo(const WorkerPlace& place, std::chrono::milliseconds timeout) {
  try {
    return std::make_unique<GlooWorkers>(place, timeout);
  } catch (const std::exception& error) {
    const std::string_view reason = error.what();
    return fail(ErrorKind::unavailable, "worker {} of {} cannot join the others at {}:{}: {}", place.rank,
                place.size, place.master, place.port, reason.substr(0, reason.find('\n')));
  }
}

}  // namespace quarry::training

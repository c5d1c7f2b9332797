// Workers as processes that talk over gloo, started as torchrun and Kubeflow's Trainer start them.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "quarry/base/result.h"
#include "quarry/training/workers.h"

namespace quarry::training {

struct WorkerPlace {
  std::string master = "127.0.0.1";  // where rank 0 runs
  std::uint16_t port = 29500;
  std::uint32_t rank = 0;
  std::uint32_t size = 1;
};

// From MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE, as `lookup` (getenv) answers; null: not set. LOCAL_RANK
// picks a device where there are several and does not matter on processors. ErrorKind::invalid_argument names
// the variable.
[[nodiscard]] Result<WorkerPlace> worker_place(const std::function<const char*(const char*)>& lookup);

// Waits until all have come. `timeout` bounds this and every exchange: a worker that is silent for longer is
// gone.
[[nodiscard]] Result<std::unique_ptr<Workers>> join_gloo(const WorkerPlace& place,
                                                         std::chrono::milliseconds timeout);

}  // namespace quarry::training

// Which part of the data a repository belongs to: the same every time, whatever else is in the list.
#pragma once

#include <cstdint>
#include <string_view>

namespace quarry::preparation {

enum class Partition : std::uint8_t { test, valid, train };  // in the order in which prepare works them off
inline constexpr std::size_t kPartitions = 3;

[[nodiscard]] std::string_view name_of(Partition partition);

struct PartitionShares {
  std::uint32_t valid = 10;  // per cent of the repositories
  std::uint32_t test = 5;
};

// By the hash of `key`, without regard to case: a repository's name, so that nothing of it is in two parts.
[[nodiscard]] Partition partition_of(std::string_view key, const PartitionShares& shares);

// The number that partition_of compares, 0 <= x < 1: the smallest are the test part.
[[nodiscard]] double partition_number(std::string_view key);

}  // namespace quarry::preparation

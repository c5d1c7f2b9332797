#include "quarry/preparation/partition.h"

#include <string>

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"

namespace quarry::preparation {

std::string_view name_of(Partition partition) {
  switch (partition) {
    case Partition::test:
      return "test";
    case Partition::valid:
      return "valid";
    case Partition::train:
      return "train";
  }
  return "train";
}

double partition_number(std::string_view key) {
  std::string low = ascii::lower(key);
  return static_cast<double>(hash64(low, 0x70617274) >> 11U) * 0x1p-53;
}

Partition partition_of(std::string_view key, const PartitionShares& shares) {
  const double number = partition_number(key) * 100;
  if (number < shares.test) return Partition::test;
  if (number < shares.test + shares.valid) return Partition::valid;
  return Partition::train;
}

}  // namespace quarry::preparation

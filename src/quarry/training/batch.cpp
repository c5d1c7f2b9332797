#include "quarry/training/batch.h"

#include <algorithm>
#include <map>

#include "quarry/training/random.h"
#include "quarry/training/view.h"

namespace quarry::training {
namespace {

constexpr std::uint64_t kOrderStream = 0x0bde5;

const View& view_of(const TrainConfig& config, std::uint64_t step, std::size_t row) {
  Random random(config.seed, step, row);
  return pick_view(config.views, random);
}

}  // namespace

BatchPlan::BatchPlan(const Dataset& dataset, std::uint32_t batch, std::uint32_t group, std::uint64_t seed)
    : families_(dataset.repositories()), size_(dataset.size()), batch_(batch), group_(group), seed_(seed) {
  for (std::size_t i = 0; i < dataset.size(); ++i) {
    families_[dataset[i].repository].push_back(static_cast<std::uint32_t>(i));
  }
}

void BatchPlan::regroup(std::span<const std::uint32_t> clusters) {
  families_.clear();
  for (std::size_t pair = 0; pair < clusters.size(); ++pair) {
    if (clusters[pair] >= families_.size()) families_.resize(clusters[pair] + 1);
    families_[clusters[pair]].push_back(static_cast<std::uint32_t>(pair));
  }
  epoch_ = ~0ULL;
}

std::span<const std::uint32_t> BatchPlan::pairs_of(std::uint64_t step) {
  const std::uint64_t epoch = (step - 1) / steps_an_epoch();
  if (epoch != epoch_) order_epoch(epoch);
  return std::span(order_).subspan(((step - 1) % steps_an_epoch()) * batch_, batch_);
}

void BatchPlan::order_epoch(std::uint64_t epoch) {
  Random random(seed_, kOrderStream, epoch);
  std::vector<std::vector<std::uint32_t>> groups;
  for (std::vector<std::uint32_t> pairs : families_) {
    random.shuffle(std::span(pairs));
    for (std::size_t i = 0; i < pairs.size(); i += group_) {
      const auto end = std::min<std::size_t>(i + group_, pairs.size());
      groups.emplace_back(pairs.begin() + static_cast<std::ptrdiff_t>(i),
                          pairs.begin() + static_cast<std::ptrdiff_t>(end));
    }
  }
  random.shuffle(std::span(groups));
  order_.clear();
  order_.reserve(size_);
  for (const auto& group : groups) order_.insert(order_.end(), group.begin(), group.end());
  epoch_ = epoch;
}

void make_batch(const Dataset& dataset, const TrainConfig& config, std::uint64_t step,
                std::span<const std::uint32_t> pairs, std::size_t first, std::size_t last, Batch& batch) {
  batch.queries.clear();
  batch.codes.clear();
  ViewMaker maker(dataset, config.augmentation);
  Bag query;
  Bag code;
  for (std::size_t row = first; row < last; ++row) {
    Random random(config.seed, step, row);
    const View& view = pick_view(config.views, random);
    maker.make(pairs[row], view, random, query, code);
    batch.queries.add(query, maker.query_in_order());
    batch.codes.add(code, maker.code_in_order());
  }
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> masked_pairs(const Dataset& dataset,
                                                                  const TrainConfig& config,
                                                                  std::uint64_t step,
                                                                  std::span<const std::uint32_t> pairs) {
  std::map<std::uint64_t, std::vector<std::uint32_t>> same;
  std::map<std::uint32_t, std::vector<std::uint32_t>> files;
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    const Example example = dataset[pairs[row]];
    same[example.doc_hash].push_back(static_cast<std::uint32_t>(row));
    same[example.code_hash].push_back(static_cast<std::uint32_t>(row));
    files[example.file].push_back(static_cast<std::uint32_t>(row));
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> masked;
  for (const auto& [hash, rows] : same) {
    for (const std::uint32_t a : rows) {
      for (const std::uint32_t b : rows) {
        if (a != b) masked.emplace_back(a, b);
      }
    }
  }
  for (const auto& [file, rows] : files) {
    for (const std::uint32_t code : rows) {
      if (rows.size() < 2 || view_of(config, step, code).target != CodePart::card) continue;
      for (const std::uint32_t query : rows) {
        if (query != code) masked.emplace_back(query, code);
      }
    }
  }
  return masked;
}

}  // namespace quarry::training

#include "quarry/preparation/prepare.h"

#include <algorithm>
#include <optional>

#include "quarry/corpus/clone.h"
#include "quarry/corpus/repository.h"
#include "quarry/preparation/manifest.h"
#include "quarry/preparation/output_folder.h"
#include "quarry/preparation/pair_filter.h"
#include "quarry/preparation/pair_reader.h"
#include "quarry/preparation/pair_sink.h"
#include "quarry/preparation/repository_pairs.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kReadyBatch = 1024;

Error stopped() {
  return {ErrorKind::cancelled, "preparing was stopped; the output is as it was before"};
}

// A repository on its way: named, given its part, opened when its turn comes.
struct Job {
  RepositoryEntry entry;
  InputReport report;
  Partition partition = Partition::train;
  std::unique_ptr<corpus::Source> source;  // of local ones; URLs are cloned when their turn comes
};

std::optional<Partition> partition_from(std::string_view name) {
  for (const Partition partition : {Partition::test, Partition::valid, Partition::train}) {
    if (name == name_of(partition)) return partition;
  }
  return std::nullopt;
}

class Preparation {
 public:
  Preparation(FileSystem& files, const PrepareOptions& options, const std::filesystem::path& folder)
      : files_(files), options_(options), pool_(options.threads), sink_(files, folder, options, report_) {}

  Result<PrepareReport> run() {
    QUARRY_TRY(ready_shards_, list_ready());
    QUARRY_CHECK(open_jobs());
    for (const auto& [name, shards] : ready_shards_) {
      InputReport input;
      input.name = name;
      input.place = name;
      input.ready = true;
      ready_reports_.push_back(std::move(input));
    }
    inputs_ = jobs_.size() + ready_shards_.size();
    for (const Partition partition : {Partition::test, Partition::valid, Partition::train}) {
      for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (jobs_[i].partition == partition) QUARRY_CHECK(work_off(jobs_[i], i + 1));
      }
      for (std::size_t i = 0; i < ready_shards_.size(); ++i) {
        QUARRY_CHECK(
            work_off_ready(ready_shards_[i].second, partition, ready_reports_[i], jobs_.size() + i + 1));
      }
    }
    QUARRY_CHECK(sink_.finish());
    for (Job& job : jobs_) report_.inputs.push_back(std::move(job.report));
    for (InputReport& input : ready_reports_) report_.inputs.push_back(std::move(input));
    const bool any_read =
        std::ranges::any_of(report_.inputs, [](const auto& input) { return input.skipped.empty(); });
    if (!any_read) {
      return fail(
          ErrorKind::invalid_argument, "nothing could be read{}{}", report_.inputs.empty() ? "" : ": ",
          report_.inputs.empty() ? "" : report_.inputs.front().name + ": " + report_.inputs.front().skipped);
    }
    for (const InputReport& input : report_.inputs) report_.drops.add(input.drops);
    return std::move(report_);
  }

 private:
  using ReadySet = std::pair<std::string, std::vector<std::filesystem::path>>;  // name, shards

  Result<std::vector<ReadySet>> list_ready() const {
    std::vector<ReadySet> sets;
    for (const auto& path : options_.ready) {
      QUARRY_TRY(auto shards, list_shards(files_, path));
      sets.emplace_back(path.string(), std::move(shards));
    }
    return sets;
  }

  // Names and parts of all repositories; the local ones are opened to ask them for their name.
  Status open_jobs() {
    for (const RepositoryEntry& entry : options_.repositories) {
      Job job;
      job.entry = entry;
      InputReport& report = job.report;
      report.place = corpus::without_credentials(entry.place);
      report.license = entry.license;
      report.revision = entry.revision;
      if (!files_.status(entry.place) && corpus::looks_like_url(entry.place)) {
        report.name = entry.name.empty() ? repository_name_of(entry.place) : entry.name;
      } else {
        open_local(job);
      }
      if (report.skipped.empty() && options_.excluded.holds(report.name)) report.skipped = "excluded";
      jobs_.push_back(std::move(job));
    }
    assign_partitions();
    std::ranges::sort(jobs_, [](const Job& a, const Job& b) {
      return std::tie(a.partition, a.report.name, a.report.place, a.entry.revision) <
             std::tie(b.partition, b.report.name, b.report.place, b.entry.revision);
    });
    return {};
  }

  void open_local(Job& job) {
    InputReport& report = job.report;
    report.name = job.entry.name.empty() ? repository_name_of(job.entry.place) : job.entry.name;
    corpus::OpenOptions options;
    options.revision = job.entry.revision;
    auto source = corpus::open_source(files_, job.entry.place, options);
    if (!source) {
      report.skipped = source.error().message;
      return;
    }
    job.source = *std::move(source);
    if (job.entry.name.empty())
      report.name =
          job.source->remote().empty() ? job.source->name() : repository_name_of(job.source->remote());
    if (!job.source->remote().empty() && job.source->prefix().empty()) {
      report.place = job.source->remote();
    } else if (!job.source->root().empty()) {
      report.place = job.source->root();  // means the same wherever a list of it is read
    }
  }

  void assign_partitions() {
    std::vector<Job*> open;  // whose part nobody has said
    std::array<std::size_t, kPartitions> count{};
    for (Job& job : jobs_) {
      const auto given = partition_from(job.entry.partition);
      job.partition = given                    ? *given
                      : options_.split_by_file ? Partition::train
                                               : partition_of(job.report.name, options_.shares);
      if (!job.report.skipped.empty()) continue;
      ++count[static_cast<std::size_t>(job.partition)];
      if (!given && !options_.split_by_file) open.push_back(&job);
    }
    // A short list may leave a part empty; the repository that is nearest to it by hash then makes it up, and
    // there is always one to learn from.
    std::ranges::sort(open, {}, [](const Job* job) {
      return std::pair(partition_number(job->report.name), job->report.name);
    });
    const auto fill = [&](Partition partition, std::uint32_t percent, std::size_t at_least) {
      if (percent == 0 || count[static_cast<std::size_t>(partition)] > 0 || open.size() < at_least) return;
      const auto next =
          std::ranges::find(open, Partition::train, [](const Job* job) { return job->partition; });
      if (next == open.end() || count[static_cast<std::size_t>(Partition::train)] < 2) return;
      (*next)->partition = partition;
      ++count[static_cast<std::size_t>(partition)];
      --count[static_cast<std::size_t>(Partition::train)];
    };
    if (!options_.ready.empty()) return;
    if (count[static_cast<std::size_t>(Partition::train)] == 0 && !open.empty()) {
      --count[static_cast<std::size_t>(open.back()->partition)];
      open.back()->partition = Partition::train;
      ++count[static_cast<std::size_t>(Partition::train)];
    }
    fill(Partition::valid, options_.shares.valid, 2);
    fill(Partition::test, options_.shares.test, 3);
  }

  Status open_remote(Job& job, std::size_t number) {
    corpus::OpenOptions options;
    options.revision = job.entry.revision;
    options.clones = options_.clones;
    const std::string what = "fetching " + job.report.name;
    options.progress = [&](std::string_view, std::size_t done, std::size_t total) {
      options_.progress({what, number, inputs_, done, total});
      return !options_.stop.stop_requested();
    };
    auto source = corpus::open_source(files_, job.entry.place, options);
    if (source) {
      job.source = *std::move(source);
    } else if (options_.stop.stop_requested()) {
      return tl::unexpected(stopped());
    } else {
      job.report.skipped = source.error().message;
    }
    return {};
  }

  Status work_off(Job& job, std::size_t number) {
    InputReport& input = job.report;
    if (options_.stop.stop_requested()) return tl::unexpected(stopped());
    if (input.skipped.empty() && !job.source) QUARRY_CHECK(open_remote(job, number));
    if (!options_.split_by_file) input.partition = name_of(job.partition);
    if (input.skipped.empty()) {
      auto candidates = repository_pairs(*job.source, options_, pool_, makers_, input,
                                         [&](std::uint64_t done, std::uint64_t total) {
                                           options_.progress({input.name, number, inputs_, done, total});
                                         });
      if (options_.stop.stop_requested()) return tl::unexpected(stopped());
      if (candidates) {
        for (Candidate& candidate : *candidates) {
          const Partition part =
              options_.split_by_file
                  ? partition_of(candidate.pair.repository + "/" + candidate.pair.path, options_.shares)
                  : job.partition;
          QUARRY_CHECK(sink_.take(std::move(candidate), part, input));
        }
      } else {
        input.skipped = candidates.error().message;
      }
    }
    job.source.reset();
    if (!input.skipped.empty() && input.skipped != "excluded")
      options_.warn(fmt::format("{} is skipped: {}", input.name, input.skipped));
    return {};
  }

  // The parts that ready pairs say they belong to; else the repository's.
  Partition partition_of_ready(const Pair& pair) const {
    if (const auto given = partition_from(pair.partition)) return *given;
    if (pair.held_out) return Partition::valid;
    const std::string key = options_.split_by_file ? pair.repository + "/" + pair.path : pair.repository;
    return partition_of(key, options_.shares);
  }

  // Reads all of them once a part: what is to be graded comes before what is learned from.
  Status work_off_ready(const std::vector<std::filesystem::path>& shards, Partition partition,
                        InputReport& input, std::size_t number) {
    std::vector<Pair> batch;
    std::unordered_map<std::string, std::size_t> taken;  // pairs, by repository
    const auto work_off_batch = [&]() -> Status {
      std::vector<Candidate> made(batch.size());
      std::vector<std::optional<DropReason>> dropped(batch.size());
      Status status;
      run_ordered(
          pool_, batch.size(), batch.size(), [](std::size_t) { return std::size_t{1}; },
          [&](std::size_t i) {
            auto maker = makers_.borrow();
            Pair& pair = batch[i];
            if (is_test(pair.path, pair.language, pair.name, {})) {
              dropped[i] = DropReason::test;
            } else {
              made[i] = maker->from_ready(std::move(pair));
              dropped[i] = reason_to_drop(made[i].pair);
            }
            makers_.give_back(std::move(maker));
          },
          [&](std::size_t i) {
            if (!dropped[i]) {
              std::size_t& count = taken[made[i].pair.repository];
              if (count >= options_.pairs_per_repository) dropped[i] = DropReason::over_limit;
              ++count;
            }
            if (dropped[i]) {
              input.drops.add(*dropped[i]);
              return true;
            }
            status = sink_.take(std::move(made[i]), partition, input);
            return status.has_value();
          });
      batch.clear();
      return status;
    };
    ReadLimits limits;
    limits.broken_share = options_.broken_share;
    std::uint64_t done = 0;
    QUARRY_TRY(const ReadCounts counts, read_pairs(files_, shards, limits, [&](Pair&& pair) -> Status {
                 if (options_.stop.stop_requested()) return tl::unexpected(stopped());
                 if (++done % kReadyBatch == 0) options_.progress({input.name, number, inputs_, done, 0});
                 if (partition_of_ready(pair) != partition) return {};
                 if (options_.excluded.holds(pair.repository)) {
                   input.drops.add(DropReason::excluded);
                   return {};
                 }
                 batch.push_back(std::move(pair));
                 return batch.size() < kReadyBatch ? Status() : work_off_batch();
               }));
    QUARRY_CHECK(work_off_batch());
    input.functions = counts.lines;
    input.broken = counts.broken;
    return {};
  }

  FileSystem& files_;
  const PrepareOptions& options_;
  PrepareReport report_;
  ThreadPool pool_;
  MakerPool makers_;
  PairSink sink_;
  std::vector<Job> jobs_;
  std::vector<ReadySet> ready_shards_;
  std::vector<InputReport> ready_reports_;
  std::size_t inputs_ = 0;
};

}  // namespace

std::string_view name_of(LicensePolicy policy) {
  switch (policy) {
    case LicensePolicy::any:
      return "any";
    case LicensePolicy::known:
      return "known";
    case LicensePolicy::permissive:
      return "permissive";
  }
  return "any";
}

Result<PrepareReport> prepare(FileSystem& files, const std::filesystem::path& output,
                              const PrepareOptions& options) {
  QUARRY_TRY(OutputFolder folder, OutputFolder::open(files, output));
  QUARRY_CHECK(files.create_directories(folder.work() / "test"));
  QUARRY_TRY(PrepareReport report, Preparation(files, options, folder.work()).run());
  const std::string manifest = manifest_json(report, options);
  QUARRY_CHECK(write_atomically(files, folder.work() / kManifestName, std::as_bytes(std::span(manifest))));
  const std::string list = repositories_tsv(report);
  QUARRY_CHECK(write_atomically(files, folder.work() / "repositories.tsv", std::as_bytes(std::span(list))));
  if (options.stop.stop_requested()) return tl::unexpected(stopped());
  QUARRY_CHECK(folder.commit());
  return report;
}

}  // namespace quarry::preparation

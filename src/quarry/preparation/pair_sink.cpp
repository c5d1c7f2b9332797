#include "quarry/preparation/pair_sink.h"

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"
#include "quarry/preparation/license.h"

namespace quarry::preparation {
namespace {

bool allows(LicensePolicy policy, const std::string& license) {
  switch (policy) {
    case LicensePolicy::any:
      return true;
    case LicensePolicy::known:
      return !license.empty() && license != kUnknownLicense;
    case LicensePolicy::permissive:
      return is_permissive(license);
  }
  return true;
}

// Letters and digits only, lower case.
std::uint64_t doc_hash(std::string_view doc) {
  std::string plain;
  for (const char c : doc) {
    if (ascii::is_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80) plain += ascii::to_lower(c);
  }
  return hash64(plain);
}

}  // namespace

PairSink::PairSink(FileSystem& files, const std::filesystem::path& folder, const PrepareOptions& options,
                   PrepareReport& report)
    : options_(options),
      report_(report),
      writers_{PairWriter(files, folder / "test", "test", options.pairs_per_shard),
               PairWriter(files, folder, "valid", options.pairs_per_shard),
               PairWriter(files, folder, "train", options.pairs_per_shard)},
      commits_(files, folder, "commits", options.pairs_per_shard),
      judged_(files, folder / "beir") {}

std::optional<DropReason> PairSink::reason_to_drop(const Candidate& candidate) {
  if (!allows(options_.licenses, candidate.pair.license)) return DropReason::license;
  if (docs_[doc_hash(candidate.pair.doc)] >= kMostRepeats) return DropReason::doc_repeated;
  if (!known_.add(candidate.hash)) return DropReason::duplicate;
  ++docs_[doc_hash(candidate.pair.doc)];
  return std::nullopt;
}

Status PairSink::take(Candidate&& candidate, Partition partition, InputReport& input) {
  Pair& pair = candidate.pair;
  const bool commit = pair.origin == "commit";
  if (commit && partition != Partition::train) return {};
  if (const auto reason = reason_to_drop(candidate)) {
    input.drops.add(*reason);
    return {};
  }
  pair.held_out = partition == Partition::valid;
  pair.partition = name_of(partition);
  ++input.pairs;
  ++report_.pairs;
  if (commit) ++input.commits;
  ++input.languages[pair.language];
  ++report_.languages[pair.language];
  ++report_.licenses[pair.license];
  ++report_.partitions[pair.partition];
  if (!pair.calls.empty()) ++report_.with_calls;
  if (!pair.subjects.empty()) ++report_.with_subjects;
  if (partition == Partition::test) QUARRY_CHECK(judged_.add(pair));
  return (commit ? commits_ : writers_[static_cast<std::size_t>(partition)]).add(pair);
}

Status PairSink::finish() {
  QUARRY_CHECK(judged_.finish());
  const auto keep = [&](PairWriter& writer, const char* folder) -> Status {
    QUARRY_TRY(std::vector<Shard> shards, writer.finish());
    for (Shard& shard : shards) {
      shard.name = folder + shard.name;
      report_.shards.push_back(std::move(shard));
    }
    return {};
  };
  for (const Partition partition : {Partition::train, Partition::valid, Partition::test}) {
    QUARRY_CHECK(
        keep(writers_[static_cast<std::size_t>(partition)], partition == Partition::test ? "test/" : ""));
    if (partition == Partition::train) QUARRY_CHECK(keep(commits_, ""));
  }
  return {};
}

}  // namespace quarry::preparation

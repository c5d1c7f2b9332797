#include "quarry/preparation/repository_pairs.h"

#include <algorithm>
#include <mutex>
#include <unordered_map>

#include "quarry/base/hash.h"
#include "quarry/corpus/history.h"
#include "quarry/preparation/commit_subject.h"
#include "quarry/preparation/license.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kBytesAtWork = 64U << 20U;  // of sources between reading and joining
constexpr std::size_t kUsageBytes = 96U << 20U;   // of call sites a repository
constexpr std::size_t kMostCalls = 3;             // a pair
constexpr std::size_t kMostSubjects = 3;          // a pair
constexpr std::size_t kMostChanged = 4;           // functions of a commit that its subject may be about
constexpr std::size_t kCommitBatch = 64;

std::string_view last_part(std::string_view qualified) {
  const std::size_t dot = qualified.rfind('.');
  return dot == std::string_view::npos ? qualified : qualified.substr(dot + 1);
}

std::string key_of(const Pair& pair) {
  return pair.path + '\0' + pair.name;
}

class Gatherer {
 public:
  Gatherer(const corpus::Source& source, const PrepareOptions& options, ThreadPool& pool, MakerPool& makers,
           InputReport& input)
      : source_(source), options_(options), pool_(pool), makers_(makers), input_(input) {}

  Result<std::vector<Candidate>> run(const std::function<void(std::uint64_t, std::uint64_t)>& report_files) {
    QUARRY_TRY(corpus::Listing listing, source_.list(options_.listing));
    for (const corpus::Skipped& skipped : listing.skipped) skip(skipped.reason);
    find_license(listing);
    std::vector<corpus::FileEntry> files;
    for (corpus::FileEntry& entry : listing.files) {
      if (corpus::has_grammar(corpus::detect_language(entry.path, {})) || !has_extension(entry.path))
        files.push_back(std::move(entry));
    }
    QUARRY_CHECK(read_files(files, report_files));
    keep_within_limit(options_.pairs_per_repository);
    std::ranges::sort(kept_, [](const Candidate& a, const Candidate& b) {
      return std::tie(a.pair.path, a.pair.line, a.pair.name) <
             std::tie(b.pair.path, b.pair.line, b.pair.name);
    });
    add_calls();
    if (options_.history > 0 && !source_.revision().empty()) QUARRY_CHECK(add_commits());
    return std::move(kept_);
  }

 private:
  static bool has_extension(std::string_view path) {
    return path.substr(path.rfind('/') + 1).find('.') != std::string_view::npos;
  }

  void skip(corpus::SkipReason reason) { ++input_.skipped_files[std::string(corpus::name_of(reason))]; }

  void find_license(const corpus::Listing& listing) {
    if (!input_.license.empty()) return;
    for (const corpus::FileEntry& entry : listing.files) {
      if (!is_license_file(entry.path)) continue;
      const auto content = source_.read(entry, options_.listing);
      if (!content) continue;
      const std::string found = license_of_text(content->text);
      if (found.empty()) continue;
      // "LICENSE-APACHE" beside "LICENSE-MIT": one of them is enough.
      if (!input_.license.empty() && input_.license.find(found) != std::string::npos) continue;
      input_.license += (input_.license.empty() ? "" : " OR ") + found;
    }
    if (input_.license.empty()) input_.license = kUnknownLicense;
  }

  // What a thread makes of one file.
  struct Made {
    std::optional<corpus::SkipReason> skipped;
    bool has_grammar = false;
    FilePairs pairs;
  };

  Made make(const corpus::FileEntry& entry, FilePairMaker& maker) const {
    Made made;
    const auto content = source_.read(entry, options_.listing);
    if (!content) {
      made.skipped = content.error().reason;
      return made;
    }
    FileFacts facts{input_.name, input_.license, entry.path,
                    corpus::detect_language(entry.path, content->text)};
    made.has_grammar = corpus::has_grammar(facts.language);
    if (made.has_grammar) made.pairs = maker.from_source(facts, content->text);
    return made;
  }

  Status read_files(const std::vector<corpus::FileEntry>& files,
                    const std::function<void(std::uint64_t, std::uint64_t)>& report_files) {
    std::vector<Made> made(files.size());
    run_ordered(
        pool_, files.size(), kBytesAtWork,
        [&](std::size_t i) { return static_cast<std::size_t>(files[i].size) + 4096; },
        [&](std::size_t i) {
          if (options_.stop.stop_requested()) return;
          auto maker = makers_.borrow();
          made[i] = make(files[i], *maker);
          makers_.give_back(std::move(maker));
        },
        [&](std::size_t i) {
          if (options_.stop.stop_requested()) return false;
          take(std::exchange(made[i], {}));
          report_files(i + 1, files.size());
          return true;
        });
    if (options_.stop.stop_requested()) return fail(ErrorKind::cancelled, "stopped");
    return {};
  }

  void take(Made&& made) {
    if (made.skipped) skip(*made.skipped);
    if (!made.has_grammar) return;
    ++input_.files;
    input_.functions += made.pairs.functions;
    input_.drops.add(made.pairs.drops);
    for (const std::string& name : made.pairs.definitions) ++definitions_[name];
    for (Usage& usage : made.pairs.usages) {
      auto& lines = usages_[usage.name];
      const std::size_t cost = usage.line.size() + usage.name.size() + 64;
      if (lines.size() >= kMostCalls || usage_bytes_ + cost > kUsageBytes) continue;
      if (std::ranges::find(lines, usage.line) != lines.end()) continue;
      usage_bytes_ += cost;
      lines.push_back(std::move(usage.line));
    }
    for (Candidate& candidate : made.pairs.pairs) kept_.push_back(std::move(candidate));
    if (kept_.size() >= 2 * options_.pairs_per_repository) keep_within_limit(options_.pairs_per_repository);
  }

  static std::uint64_t lot_of(const Candidate& candidate) {
    return hash64(candidate.pair.name, hash64(candidate.pair.path, candidate.pair.line));
  }

  // The same ones whatever the order: those with the smallest hash.
  void keep_within_limit(std::size_t limit) {
    if (kept_.size() <= limit) return;
    const auto end = kept_.begin() + static_cast<std::ptrdiff_t>(limit);
    std::ranges::nth_element(kept_, end,
                             [](const Candidate& a, const Candidate& b) { return lot_of(a) < lot_of(b); });
    for (std::size_t i = limit; i < kept_.size(); ++i) input_.drops.add(DropReason::over_limit);
    kept_.resize(limit);
  }

  // Only where the name means one definition of the repository.
  void add_calls() {
    for (Candidate& candidate : kept_) {
      const std::string name(last_part(candidate.pair.name));
      const auto defined = definitions_.find(name);
      if (defined == definitions_.end() || defined->second != 1) continue;
      if (const auto used = usages_.find(name); used != usages_.end()) candidate.pair.calls = used->second;
    }
    definitions_.clear();
    usages_.clear();
  }

  // What a thread makes of one commit.
  struct ChangedByCommit {
    std::string subject;
    std::vector<Candidate> functions;
  };

  ChangedByCommit make(const corpus::Commit& commit, FilePairMaker& maker) const {
    ChangedByCommit changed;
    auto subject = cleaned_subject(commit.subject);
    if (!subject) return changed;
    for (const corpus::ChangedFile& file : commit.files) {
      const FileFacts facts{input_.name, input_.license, file.path,
                            corpus::detect_language(file.path, file.bytes)};
      auto functions = maker.changed_functions(facts, file.bytes, file.lines, kMostChanged);
      for (Candidate& function : functions) changed.functions.push_back(std::move(function));
    }
    if (changed.functions.size() > kMostChanged) changed.functions.clear();
    changed.subject = *std::move(subject);
    return changed;
  }

  Status add_commits() {
    std::unordered_map<std::string, std::size_t> documented;
    for (std::size_t i = 0; i < kept_.size(); ++i) documented.emplace(key_of(kept_[i].pair), i);
    std::unordered_map<std::string, std::size_t>
        told;  // functions that a commit's subject stands for already
    std::vector<Candidate> more;
    std::vector<corpus::Commit> batch;
    const auto work_off = [&] {
      std::vector<ChangedByCommit> made(batch.size());
      run_ordered(
          pool_, batch.size(), kCommitBatch, [](std::size_t) { return std::size_t{1}; },
          [&](std::size_t i) {
            auto maker = makers_.borrow();
            made[i] = make(batch[i], *maker);
            makers_.give_back(std::move(maker));
          },
          [&](std::size_t i) {
            for (Candidate& function : made[i].functions) {
              const std::string key = key_of(function.pair);
              if (const auto found = documented.find(key); found != documented.end()) {
                auto& subjects = kept_[found->second].pair.subjects;
                const bool known = std::ranges::find(subjects, made[i].subject) != subjects.end();
                if (subjects.size() < kMostSubjects && !known) subjects.push_back(made[i].subject);
              } else if (more.size() < options_.pairs_per_repository && told.emplace(key, 0).second) {
                function.pair.doc = made[i].subject;
                function.pair.origin = "commit";
                more.push_back(std::move(function));
              }
            }
            return true;
          });
      batch.clear();
    };
    corpus::HistoryLimits limits;
    limits.commits = options_.history;
    const auto wanted = [](std::string_view path) {
      return corpus::has_grammar(corpus::detect_language(path, {}));
    };
    const auto status = corpus::read_history(source_.identity(), source_.revision(), source_.prefix(), limits,
                                             wanted, [&](corpus::Commit&& commit) {
                                               batch.push_back(std::move(commit));
                                               if (batch.size() == kCommitBatch) work_off();
                                               return !options_.stop.stop_requested();
                                             });
    if (options_.stop.stop_requested()) return fail(ErrorKind::cancelled, "stopped");
    // A history that cannot be read takes nothing from the pairs that are there.
    if (!status) options_.warn(fmt::format("{}: no commits: {}", input_.name, status.error().message));
    work_off();
    for (Candidate& candidate : more) kept_.push_back(std::move(candidate));
    return {};
  }

  const corpus::Source& source_;
  const PrepareOptions& options_;
  ThreadPool& pool_;
  MakerPool& makers_;
  InputReport& input_;
  std::vector<Candidate> kept_;
  std::unordered_map<std::string, std::uint32_t> definitions_;
  std::unordered_map<std::string, std::vector<std::string>> usages_;
  std::size_t usage_bytes_ = 0;
};

}  // namespace

std::unique_ptr<FilePairMaker> MakerPool::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto maker = std::move(idle_.back());
      idle_.pop_back();
      return maker;
    }
  }
  return std::make_unique<FilePairMaker>();
}

void MakerPool::give_back(std::unique_ptr<FilePairMaker> maker) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(maker));
}

Result<std::vector<Candidate>> repository_pairs(
    const corpus::Source& source, const PrepareOptions& options, ThreadPool& pool, MakerPool& makers,
    InputReport& input, const std::function<void(std::uint64_t, std::uint64_t)>& report_files) {
  input.revision = source.revision();
  return Gatherer(source, options, pool, makers, input).run(report_files);
}

}  // namespace quarry::preparation

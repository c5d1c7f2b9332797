#include "quarry/training/tuner.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <mutex>
#include <thread>

#include "quarry/base/ascii.h"
#include "quarry/base/child_process.h"

namespace quarry::training {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxJournalBytes = std::size_t{1} << 28;
constexpr std::size_t kFailuresBeforeGivingUp = 3;  // without a single success

bool is_name(char c) {
  return ascii::is_word(c) || c == '|' || c == '-';
}

class Search {
 public:
  Search(FileSystem& files, const TuningSpace& space, const TunerOptions& options, const TunerHooks& hooks)
      : files_(files), space_(space), options_(options), hooks_(hooks) {}

  Status open() {
    QUARRY_CHECK(files_.create_directories(options_.folder));
    const fs::path path = journal_path();
    journal_.space = canonical_text(space_);
    if (!files_.status(path)) return {};
    QUARRY_TRY(const std::string lines, files_.read(path, kMaxJournalBytes));
    auto kept = parse_journal(lines);
    if (!kept) return fail_in(path.string(), std::move(kept).error());
    if (kept->space != journal_.space) {
      return fail(ErrorKind::invalid_argument,
                  "{}: of another search space; name another output folder, or the space it was begun with",
                  path.string());
    }
    journal_ = *std::move(kept);
    for (std::size_t i = 0; i < journal_.trials.size(); ++i) {
      if (journal_.trials[i].state == Trial::State::running) cut_off_.push_back(i);
    }
    return {};
  }

  // One of the threads that trials run on: takes trials until there are no more.
  void work() {
    while (true) {
      std::unique_lock lock(mutex_);
      if (status_.has_value() && options_.stop.stop_requested()) {
        status_ = fail(ErrorKind::cancelled, "stopped; the same command goes on");
      }
      if (!status_) return;
      const auto chosen = next();
      if (!chosen) return;
      const auto [position, resumed] = *chosen;
      if (hooks_.on_start) hooks_.on_start(journal_.trials[position]);
      status_ = keep();
      if (!status_) return;
      lock.unlock();
      const Status done = run(position, resumed);
      lock.lock();
      if (!done && status_) status_ = done;
    }
  }

  Result<Journal> take() {
    if (!status_) return tl::unexpected(status_.error());
    return std::move(journal_);
  }

 private:
  struct Chosen {
    std::size_t position;
    bool resumed;
  };

  [[nodiscard]] fs::path journal_path() const { return options_.folder / "journal.jsonl"; }
  [[nodiscard]] fs::path folder_of(const Trial& trial) const {
    return options_.folder / fmt::format("trial-{:04}", trial.number);
  }
  [[nodiscard]] double oriented(double value) const { return space_.maximize ? value : -value; }

  Status keep() {
    const std::string lines = to_json_lines(journal_);
    return write_atomically(files_, journal_path(), std::as_bytes(std::span(lines)));
  }

  std::optional<Chosen> next() {
    if (!cut_off_.empty()) {
      const std::size_t position = cut_off_.front();
      cut_off_.erase(cut_off_.begin());
      return Chosen{position, true};
    }
    if (journal_.trials.size() >= options_.trials) return std::nullopt;
    // A stream a trial: what trial 12 draws does not depend on how the search was cut up.
    Random random(options_.seed, journal_.trials.size() + 1);
    Trial trial;
    trial.number = journal_.trials.size() + 1;
    std::vector<TunedResult> results;
    for (const Trial& known : journal_.trials) {
      const bool counts =
          known.has_value() && known.state != Trial::State::failed && known.state != Trial::State::running;
      results.push_back(
          {known.point, counts ? -oriented(known.value()) : std::numeric_limits<double>::infinity()});
    }
    trial.point = options_.search == TunerOptions::Search::parzen ? parzen_point(space_, results, {}, random)
                                                                  : random_point(space_, random);
    for (std::size_t k = 0; k < space_.keys.size(); ++k) {
      trial.values[space_.keys[k].name] = space_.keys[k].text_of(trial.point[k]);
    }
    journal_.trials.push_back(std::move(trial));
    return Chosen{journal_.trials.size() - 1, false};
  }

  // Whether the trial's last report is reason to end it. Under the lock.
  [[nodiscard]] bool hopeless(std::size_t position) const {
    const auto turned = [&](const Trial& trial) {
      Reports reports = trial.reports;
      for (auto& [step, value] : reports) value = oriented(value);
      return reports;
    };
    std::vector<Reports> others;
    for (std::size_t i = 0; i < journal_.trials.size(); ++i) {
      if (i != position && journal_.trials[i].state != Trial::State::failed) {
        others.push_back(turned(journal_.trials[i]));
      }
    }
    const Reports own = turned(journal_.trials[position]);
    switch (options_.stopping) {
      case TunerOptions::Stopping::never:
        return false;
      case TunerOptions::Stopping::median:
        return stop_by_median(own, others);
      case TunerOptions::Stopping::halving:
        return stop_by_halving(own, others, options_.halving);
    }
    return false;
  }

  Status run(std::size_t position, bool resumed) {
    std::vector<std::string> command{options_.program};
    command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
    fs::path folder;
    {
      const std::lock_guard lock(mutex_);
      Trial& trial = journal_.trials[position];
      for (const auto& [key, text] : trial.values) {
        command.emplace_back("--set");
        command.push_back(key + "=" + text);
      }
      folder = folder_of(trial);
      if (!resumed || !files_.status(folder / "checkpoint.safetensors")) trial.reports.clear();
    }
    command.insert(command.end(), {"-o", folder.string()});
    if (resumed && files_.status(folder / "checkpoint.safetensors")) command.emplace_back("--resume");
    QUARRY_CHECK(files_.create_directories(folder));
    QUARRY_TRY(ChildProcess process, ChildProcess::start(command, folder / "log"));
    const std::stop_callback terminate(options_.stop, [&] { process.terminate(); });
    bool stopped = false;
    QUARRY_CHECK(listen(position, process, stopped));
    QUARRY_TRY(const int code, process.wait());
    return finish(position, code, stopped, folder);
  }

  Status listen(std::size_t position, ChildProcess& process, bool& stopped) {
    std::optional<double> step;
    while (true) {
      QUARRY_TRY(const std::optional<std::string> line, process.read_line());
      if (!line) return {};
      if (const auto at = metric_in(*line, "step")) step = at;
      const auto value = metric_in(*line, space_.metric);
      if (!value || stopped) continue;
      const std::lock_guard lock(mutex_);
      Trial& trial = journal_.trials[position];
      // A resumed program may say again what it said before it was cut off.
      const std::uint64_t at = step ? static_cast<std::uint64_t>(std::max(0.0, *step))
                                    : (trial.reports.empty() ? 1 : trial.reports.back().first + 1);
      std::erase_if(trial.reports, [&](const auto& report) { return report.first >= at; });
      trial.reports.emplace_back(at, *value);
      QUARRY_CHECK(keep());
      if (hopeless(position)) {
        stopped = true;
        process.terminate();
      }
    }
  }

  Status finish(std::size_t position, int code, bool stopped, const fs::path& folder) {
    const std::lock_guard lock(mutex_);
    if (options_.stop.stop_requested()) {  // as cut off: started again by the next search
      return keep();
    }
    Trial& trial = journal_.trials[position];
    if (stopped) {
      trial.state = Trial::State::stopped;
    } else if (code != 0) {
      trial.state = Trial::State::failed;
      trial.why = fmt::format("the program ended with status {}; see {}", code, (folder / "log").string());
    } else if (!trial.has_value()) {
      trial.state = Trial::State::failed;
      trial.why = fmt::format("the program printed no \"{}=NUMBER\"", space_.metric);
    } else {
      trial.state = Trial::State::finished;
    }
    if (hooks_.on_end) hooks_.on_end(trial);
    QUARRY_CHECK(keep());
    std::size_t failed = 0;
    std::size_t others = 0;
    for (const Trial& known : journal_.trials) {
      if (known.state == Trial::State::failed) ++failed;
      if (known.state == Trial::State::finished || known.state == Trial::State::stopped) ++others;
    }
    if (others == 0 && failed >= std::min(kFailuresBeforeGivingUp, options_.trials)) {
      return fail(ErrorKind::invalid_argument, "every trial failed; the last one: {}", trial.why);
    }
    return {};
  }

  FileSystem& files_;
  const TuningSpace& space_;
  const TunerOptions& options_;
  const TunerHooks& hooks_;
  std::mutex mutex_;  // of everything below
  Journal journal_;
  std::vector<std::size_t> cut_off_;  // positions of trials to start again
  Status status_;
};

}  // namespace

std::optional<double> metric_in(std::string_view line, std::string_view name) {
  std::optional<double> found;
  for (std::size_t equals = line.find('='); equals != std::string_view::npos;
       equals = line.find('=', equals + 1)) {
    std::size_t end = equals;
    while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t')) --end;
    std::size_t begin = end;
    while (begin > 0 && is_name(line[begin - 1])) --begin;
    if (line.substr(begin, end - begin) != name) continue;
    std::string_view number = line.substr(equals + 1);
    number.remove_prefix(std::min(number.find_first_not_of(" \t"), number.size()));
    if (number.starts_with('+')) number.remove_prefix(1);
    if (number.empty() ||
        (number.front() != '-' && number.front() != '.' && !ascii::is_digit(number.front())))
      continue;  // from_chars would also take "inf" and "nan"
    double value = 0;
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc() &&
        value - value == 0) {
      found = value;
    }
  }
  return found;
}

const Trial* best_of(const Journal& journal, const TuningSpace& space) {
  const Trial* best = nullptr;
  for (const Trial& trial : journal.trials) {
    if (trial.state != Trial::State::finished || !trial.has_value()) continue;
    const bool better =
        best == nullptr || (space.maximize ? trial.value() > best->value() : trial.value() < best->value());
    if (better) best = &trial;
  }
  return best;
}

Result<Journal> tune(FileSystem& files, const TuningSpace& space, const TunerOptions& options,
                     const TunerHooks& hooks) {
  Search search(files, space, options, hooks);
  QUARRY_CHECK(search.open());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < std::max<std::size_t>(1, options.parallel); ++i) {
      threads.emplace_back([&search] { search.work(); });
    }
    search.work();
  }
  return search.take();
}

}  // namespace quarry::training

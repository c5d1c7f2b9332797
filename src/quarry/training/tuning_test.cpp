// The search over configurations: the space, the estimator, early stopping, the journal, and trials that are
// real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

#include "quarry/base/test_directory.h"
#include "quarry/training/parallel_plot.h"
#include "quarry/training/tuner.h"

namespace quarry::training {
namespace {

using testing::HasSubstr;

constexpr const char* kSpace = R"(
objective: {metric: score, goal: maximize}
parameters:
  rate: {min: 0.001, max: 1, scale: log}
  size: {min: 16, max: 64, step: 16, type: int}
  kind: {choices: [good, bad, worse]}
)";

TEST(TuningSpace, CoordinatesBecomeTexts) {
  const TuningSpace space = parse_tuning_space(kSpace).value();
  ASSERT_EQ(space.keys.size(), 3U);
  EXPECT_EQ(space.keys[0].text_of(0), "0.001");
  EXPECT_EQ(space.keys[0].text_of(1), "1");
  EXPECT_EQ(space.keys[0].text_of(1.0 / 3), "0.01");
  EXPECT_EQ(space.keys[1].text_of(0.3), "32");
  EXPECT_EQ(space.keys[1].text_of(1), "64");
  EXPECT_EQ(space.keys[2].text_of(2), "worse");
}

TEST(TuningSpace, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> kCases[] = {
      {"{}", "objective"},
      {"objective: {metric: m}\nparameters: {}", "nothing to change"},
      {"objective: {metric: m, goal: up}\nparameters: {a: {min: 0, max: 1}}", "objective.goal"},
      {"objective: {metric: m}\nparameters: {a: {min: 1, max: 0}}", "parameters.a"},
      {"objective: {metric: m}\nparameters: {a: {min: 0, max: 1, scale: log}}", "above 0"},
      {"objective: {metric: m}\nparameters: {a: {min: 0, max: 1, steps: 2}}", "\"steps\""},
      {"objective: {metric: m}\nparameters: {a: {choices: [x]}}", "two values"},
      {"objective: {metric: m}\nparameters: {a: {min: x, max: 1}}", "line 2"},
      {"objective: [", "line"}};
  for (const auto& [yaml, message] : kCases) {
    const auto space = parse_tuning_space(yaml);
    ASSERT_FALSE(space) << yaml;
    EXPECT_THAT(space.error().message, HasSubstr(message)) << yaml;
  }
}

// A bowl with its bottom at (0.2, choice 1): after the same number of trials the estimator is closer.
TEST(TreeParzen, FindsTheBottomOfABowlBetterThanChanceDoes) {
  const TuningSpace space =
      parse_tuning_space("objective: {metric: m}\nparameters: {x: {min: 0, max: 1}, c: {choices: [a, b, c]}}")
          .value();
  const auto loss_of = [](const TuningPoint& point) {
    return (point[0] - 0.2) * (point[0] - 0.2) + (point[1] == 1 ? 0 : 0.1);
  };
  double by_parzen = 0;
  double by_chance = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<TunedResult> results;
    double best = 1e9;
    double best_by_chance = 1e9;
    for (std::uint64_t trial = 0; trial < 40; ++trial) {
      Random random(seed, trial);
      TuningPoint point = parzen_point(space, results, {}, random);
      best = std::min(best, loss_of(point));
      const double loss = loss_of(point);
      results.push_back({std::move(point), loss});
      Random chance(seed + 1000, trial);
      best_by_chance = std::min(best_by_chance, loss_of(random_point(space, chance)));
    }
    by_parzen += std::log(best);
    by_chance += std::log(best_by_chance);
  }
  EXPECT_LT(by_parzen / 20, by_chance / 20 - 1);  // e times closer, in the geometric mean
}

TEST(EarlyStopping, TheMedianRuleWaitsForThreeOthers) {
  const Reports good{{1, .5}, {2, .6}};
  const Reports bad{{1, .1}, {2, .2}};
  const std::vector<Reports> two{good, good};
  const std::vector<Reports> three{good, good, bad};
  EXPECT_FALSE(stop_by_median(bad, two));
  EXPECT_TRUE(stop_by_median(bad, three));
  EXPECT_FALSE(stop_by_median(good, three));
  const std::vector<Reports> not_that_far{{{1, .9}}, {{1, .9}}, {{1, .9}}};
  EXPECT_FALSE(stop_by_median(bad, not_that_far));
}

TEST(EarlyStopping, HalvingKeepsAThirdAtEachRung) {
  std::vector<Reports> others;
  for (int i = 1; i <= 5; ++i) others.push_back({{100, 0.1 * i}});
  EXPECT_TRUE(stop_by_halving({{100, .35}}, others, {}));              // third of six, two go on
  EXPECT_FALSE(stop_by_halving({{100, .45}}, others, {}));             // second
  EXPECT_FALSE(stop_by_halving({{100, .45}, {200, .1}}, others, {}));  // no rung between 100 and 300
  others[4].push_back({300, .9});
  EXPECT_TRUE(stop_by_halving({{100, .45}, {200, .5}, {300, .6}}, others, {}));
  EXPECT_FALSE(stop_by_halving({}, others, {}));
}

TEST(MetricIn, ReadsWhatKatibReads) {
  EXPECT_EQ(metric_in("epoch 1: loss=0.3 accuracy=.98", "accuracy"), .98);
  EXPECT_EQ(metric_in("Score=-7.53e-05", "Score"), -7.53e-05);
  EXPECT_EQ(metric_in("2026-11-24T00:00:00Z validation-mrr = 1E0", "validation-mrr"), 1);
  EXPECT_EQ(metric_in("mrr=1 mrr=2", "mrr"), 2);
  EXPECT_FALSE(metric_in("validation-mrr=0.5", "mrr"));
  EXPECT_FALSE(metric_in("mrr=nan", "mrr"));
  EXPECT_FALSE(metric_in("mrr=", "mrr"));
  EXPECT_FALSE(metric_in("", "mrr"));
}

TEST(Journal, IsReadBackAndBrokenLinesAreNamed) {
  Journal journal{.space = "s", .trials = {}};
  journal.trials.push_back({.number = 1,
                            .point = {0.1 + 0.2, 2},
                            .values = {{"a", "x\"y"}},
                            .reports = {{5, 1.0 / 3}},
                            .state = Trial::State::failed,
                            .why = "no disk"});
  const std::string lines = to_json_lines(journal);
  const Journal back = parse_journal(lines).value();
  EXPECT_EQ(to_json_lines(back), lines);
  EXPECT_EQ(back.trials.at(0).point[0], 0.1 + 0.2);
  EXPECT_THAT(parse_journal(lines + "{}\n").error().message, HasSubstr("line 3"));
  EXPECT_THAT(parse_journal("").error().message, HasSubstr("line 1"));
}

// A program with the interface of quarry-train: score is best at rate 0.1 and kind good, rising over 5 steps.
constexpr const char* kProgram = R"PY(#!/usr/bin/env python3
import math, os, pathlib, sys, time
arguments = sys.argv[1:]
values = dict(arguments[i + 1].split("=", 1) for i, a in enumerate(arguments) if a == "--set")
folder = pathlib.Path(arguments[arguments.index("-o") + 1])
if values["kind"] == "worse":
    print("broken on purpose", file=sys.stderr)
    sys.exit(3)
score = 1 - abs(math.log10(float(values["rate"])) + 1) / 3 - (0.5 if values["kind"] == "bad" else 0)
for step in range(1, 6):
    print(f"step={step} score={score * step / 5:.6f}", flush=True)
    time.sleep(float(os.environ.get("PAUSE", "0")))
(folder / "done").write_text("yes")
)PY";

class TunerTest : public testing::Test {
 protected:
  TunerTest() {
    const auto program = folder_.write("program.py", kProgram);
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    options_.program = program;
    options_.arguments = {"config.yaml"};
    options_.folder = folder_.path() / "out";
    options_.trials = 6;
    options_.stopping = TunerOptions::Stopping::never;
  }
  std::string journal_text() {
    std::ostringstream text;
    text << std::ifstream(options_.folder / "journal.jsonl").rdbuf();
    return text.str();
  }
  TestDirectory folder_;
  TunerOptions options_;
  TuningSpace space_ = parse_tuning_space(kSpace).value();
};

TEST_F(TunerTest, RunsTrialsAndKeepsWhatTheyReported) {
  const Journal journal = tune(posix_file_system(), space_, options_, {}).value();
  ASSERT_EQ(journal.trials.size(), 6U);
  std::size_t failed = 0;
  for (const Trial& trial : journal.trials) {
    if (trial.values.at("kind") == "worse") {
      EXPECT_EQ(trial.state, Trial::State::failed);
      EXPECT_THAT(trial.why, HasSubstr("status 3"));
      ++failed;
    } else {
      EXPECT_EQ(trial.state, Trial::State::finished);
      EXPECT_EQ(trial.reports.size(), 5U);
    }
  }
  EXPECT_GT(failed, 0U);
  ASSERT_NE(best_of(journal, space_), nullptr);
  EXPECT_EQ(to_json_lines(journal), journal_text());
  const std::string page = parallel_plot("a <search>", journal, space_);
  EXPECT_THAT(page, HasSubstr("a &lt;search>"));
  EXPECT_THAT(page, HasSubstr("polyline points"));
  EXPECT_EQ(page.find("http"), std::string::npos);
}

TEST_F(TunerTest, GoesOnWhereItWasAndChoosesTheSame) {
  const Journal whole = tune(posix_file_system(), space_, options_, {}).value();
  options_.folder = folder_.path() / "parts";
  options_.trials = 2;
  (void)tune(posix_file_system(), space_, options_, {}).value();
  options_.trials = 6;
  std::size_t started = 0;
  const Journal parts = tune(posix_file_system(), space_, options_,
                             {.on_start = [&](const Trial&) { ++started; }, .on_end = {}})
                            .value();
  EXPECT_EQ(started, 4U);
  ASSERT_EQ(parts.trials.size(), whole.trials.size());
  for (std::size_t i = 0; i < whole.trials.size(); ++i)
    EXPECT_EQ(parts.trials[i].values, whole.trials[i].values);

  const TuningSpace other =
      parse_tuning_space("objective: {metric: x}\nparameters: {a: {min: 0, max: 1}}").value();
  EXPECT_THAT(tune(posix_file_system(), other, options_, {}).error().message,
              HasSubstr("another search space"));
}

TEST_F(TunerTest, SeveralAtATimeAreAllDone) {
  options_.parallel = 3;
  options_.trials = 9;
  const Journal journal = tune(posix_file_system(), space_, options_, {}).value();
  EXPECT_EQ(journal.trials.size(), 9U);
  for (const Trial& trial : journal.trials) EXPECT_NE(trial.state, Trial::State::running);
}

TEST_F(TunerTest, HopelessTrialsAreEnded) {
  ::setenv("PAUSE", "0.05", 1);
  options_.stopping = TunerOptions::Stopping::halving;
  options_.trials = 10;
  const Journal journal = tune(posix_file_system(), space_, options_, {}).value();
  ::unsetenv("PAUSE");
  std::size_t stopped = 0;
  for (const Trial& trial : journal.trials) {
    if (trial.state != Trial::State::stopped) continue;
    ++stopped;
    EXPECT_FALSE(
        std::filesystem::exists(options_.folder / fmt::format("trial-{:04}", trial.number) / "done"));
  }
  EXPECT_GT(stopped, 0U);
}

TEST_F(TunerTest, AnInterruptedTrialIsStartedAgain) {
  ::setenv("PAUSE", "60", 1);
  space_ = parse_tuning_space(
               "objective: {metric: score}\nparameters: {rate: {min: 0.1, max: 0.2}, kind: {choices: [good, "
               "bad]}}")
               .value();
  options_.trials = 1;
  std::stop_source stop;
  options_.stop = stop.get_token();
  Result<Journal> cut = Journal{};
  {
    std::jthread running([&] { cut = tune(posix_file_system(), space_, options_, {}); });
    while (journal_text().find("[1,") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    stop.request_stop();
  }
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::cancelled);
  EXPECT_THAT(journal_text(), HasSubstr("running"));
  ::setenv("PAUSE", "0", 1);
  options_.stop = {};
  const Journal journal = tune(posix_file_system(), space_, options_, {}).value();
  ::unsetenv("PAUSE");
  ASSERT_EQ(journal.trials.size(), 1U);
  EXPECT_EQ(journal.trials[0].state, Trial::State::finished);
  EXPECT_EQ(journal.trials[0].reports.size(), 5U);
}

TEST_F(TunerTest, AProgramThatAlwaysFailsEndsTheSearch) {
  options_.program = "/bin/false";
  options_.trials = 50;
  const auto journal = tune(posix_file_system(), space_, options_, {});
  ASSERT_FALSE(journal);
  EXPECT_THAT(journal.error().message, HasSubstr("every trial failed"));
  options_.program = "/no/such/program";
  options_.folder = folder_.path() / "none";
  EXPECT_THAT(tune(posix_file_system(), space_, options_, {}).error().message, HasSubstr("/no/such/program"));
}

}  // namespace
}  // namespace quarry::training

#include "quarry/server/metrics.h"

#include <dirent.h>
#include <fmt/core.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <mutex>
#include <set>

#include "quarry/server/router.h"

namespace quarry::server {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

// Seconds; a search takes about a millisecond, an overloaded one up to the deadline.
const prometheus::Histogram::BucketBoundaries kSeconds{
    0.0002, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2.5, 5, 10};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = -3;  // ".", ".." and the folder itself
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  Family<Counter>& requests = prometheus::BuildCounter()
                                  .Name("quarry_http_requests_total")
                                  .Help("Requests answered, by route, method and status code.")
                                  .Register(registry);
  Family<Histogram>& durations = prometheus::BuildHistogram()
                                     .Name("quarry_http_request_duration_seconds")
                                     .Help("From a request's header to its answer, by route.")
                                     .Register(registry);
  Family<Counter>& refusals = prometheus::BuildCounter()
                                  .Name("quarry_http_refusals_total")
                                  .Help("Requests refused, by reason: rate, queue, memory, deadline, access.")
                                  .Register(registry);
  Family<Histogram>& stages = prometheus::BuildHistogram()
                                  .Name("quarry_search_stage_duration_seconds")
                                  .Help("Time of a search, by stage: embed, candidates, rank, rerank.")
                                  .Register(registry);
  Histogram& embed = stages.Add({{"stage", "embed"}}, kSeconds);
  Histogram& candidates = stages.Add({{"stage", "candidates"}}, kSeconds);
  Histogram& rank = stages.Add({{"stage", "rank"}}, kSeconds);
  Histogram& rerank = stages.Add({{"stage", "rerank"}}, kSeconds);
  Family<Counter>& searches = prometheus::BuildCounter()
                                  .Name("quarry_search_answers_total")
                                  .Help("Searches answered, by side and outcome: found, empty.")
                                  .Register(registry);
  Counter& degraded = prometheus::BuildCounter()
                          .Name("quarry_search_degraded_total")
                          .Help("Searches by words only because the encoder did not answer.")
                          .Register(registry)
                          .Add({});
  Counter& not_reranked = prometheus::BuildCounter()
                              .Name("quarry_search_not_reranked_total")
                              .Help("Searches that the reranker did not answer for.")
                              .Register(registry)
                              .Add({});
  Family<Counter>& reloads = prometheus::BuildCounter()
                                 .Name("quarry_index_reloads_total")
                                 .Help("New index versions picked up, by side and outcome: good, bad.")
                                 .Register(registry);
  Counter& lost_lines = prometheus::BuildCounter()
                            .Name("quarry_log_lines_lost_total")
                            .Help("Log lines that could not be written.")
                            .Register(registry)
                            .Add({});
  Family<Gauge>& info = prometheus::BuildGauge()
                            .Name("quarry_index_info")
                            .Help("1, with the side, version and model of each index served.")
                            .Register(registry);
  Family<Gauge>& functions =
      prometheus::BuildGauge().Name("quarry_index_functions").Help("Functions served.").Register(registry);
  Family<Gauge>& files =
      prometheus::BuildGauge().Name("quarry_index_files").Help("Files served.").Register(registry);
  Family<Gauge>& bytes =
      prometheus::BuildGauge().Name("quarry_index_size_bytes").Help("Index on disk.").Register(registry);
  Family<Gauge>& created = prometheus::BuildGauge()
                               .Name("quarry_index_created_timestamp_seconds")
                               .Help("When the version served was written.")
                               .Register(registry);
  Family<Gauge>& age = prometheus::BuildGauge()
                           .Name("quarry_index_age_seconds")
                           .Help("Age of the version served.")
                           .Register(registry);
  Family<Gauge>& click_through = prometheus::BuildGauge()
                                     .Name("quarry_feedback_click_through_ratio")
                                     .Help("Answers with a click among those given, by index version.")
                                     .Register(registry);
  Family<Gauge>& reciprocal_rank = prometheus::BuildGauge()
                                       .Name("quarry_feedback_mean_reciprocal_rank")
                                       .Help("Mean of 1/rank of the best result clicked, by index version.")
                                       .Register(registry);
  Gauge& connections = prometheus::BuildGauge()
                           .Name("quarry_http_connections")
                           .Help("Open connections.")
                           .Register(registry)
                           .Add({});
  Gauge& waiting = prometheus::BuildGauge()
                       .Name("quarry_search_queue_requests")
                       .Help("Searches that wait or run.")
                       .Register(registry)
                       .Add({});
  Gauge& memory = prometheus::BuildGauge()
                      .Name("quarry_process_resident_memory_bytes")
                      .Help("Resident memory.")
                      .Register(registry)
                      .Add({});
  Gauge& descriptors = prometheus::BuildGauge()
                           .Name("quarry_process_open_fds")
                           .Help("Open file descriptors.")
                           .Register(registry)
                           .Add({});

  mutable std::mutex reading;
  std::function<Gauges()> look;

  // Replaces the children of the families that a swap renames.
  template <class T>
  struct Child {
    Family<T>* family;
    T* child;
  };
  std::vector<Child<Gauge>> per_index;
  void set(Family<Gauge>& family, const prometheus::Labels& labels, double value) {
    Gauge& gauge = family.Add(labels);
    gauge.Set(value);
    per_index.push_back({&family, &gauge});
  }
  void refresh();
};

void Metrics::State::refresh() {
  memory.Set(resident_bytes());
  descriptors.Set(open_descriptors());
  if (!look) return;
  const Gauges gauges = look();
  connections.Set(static_cast<double>(gauges.connections));
  waiting.Set(static_cast<double>(gauges.searches_waiting));
  std::set<Gauge*> removed;
  for (const auto& [family, child] : per_index) {
    if (removed.insert(child).second) family->Remove(child);
  }
  per_index.clear();
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (const auto& index : gauges.indexes) {
    const auto& snapshot = index->engine->snapshot();
    double units = 0;
    double count = 0;
    for (const auto& view : snapshot.views()) {
      units += view.units;
      count += view.files;
    }
    const prometheus::Labels side{{"side", index->name}};
    const double written = static_cast<double>(index->created_ns) * 1e-9;
    set(info,
        {{"side", index->name},
         {"version", fmt::format("{}", snapshot.version())},
         {"model", index->encoder == nullptr ? "" : index->encoder->name()}},
        1);
    set(functions, side, units);
    set(files, side, count);
    set(bytes, side, static_cast<double>(snapshot.size_in_bytes()));
    set(created, side, written);
    set(age, side, std::max(0.0, now - written));
  }
  for (const auto& each : gauges.feedback) {
    set(click_through, {{"version", each.label}}, each.click_through);
    set(reciprocal_rank, {{"version", each.label}}, each.reciprocal_rank);
  }
}

Metrics::Metrics(std::string_view program_version) : state_(std::make_unique<State>()) {
  prometheus::BuildGauge()
      .Name("quarry_build_info")
      .Help("1, with the version of the program.")
      .Register(state_->registry)
      .Add({{"version", std::string(program_version)}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count_request(const Exchange& exchange, double seconds) {
  // Paths that lead nowhere are one label, whatever clients make up.
  const std::string route = exchange.route == nullptr ? "none" : exchange.route->name;
  const auto method = name_of(exchange.request.method);
  state_->requests
      .Add({{"route", route},
            {"method", method.empty() ? "other" : std::string(method)},
            {"code", fmt::format("{}", exchange.response.status)}})
      .Increment();
  state_->durations.Add({{"route", route}}, kSeconds).Observe(seconds);
}

void Metrics::count_refusal(std::string_view reason) {
  state_->refusals.Add({{"reason", std::string(reason)}}).Increment();
}

void Metrics::count_answer(const search::Answer& answer, const ServedIndex& index) {
  state_->embed.Observe(answer.timings.embed);
  state_->candidates.Observe(answer.timings.candidates);
  state_->rank.Observe(answer.timings.rank);
  if (answer.timings.rerank > 0) state_->rerank.Observe(answer.timings.rerank);
  state_->searches.Add({{"side", index.name}, {"outcome", answer.results.empty() ? "empty" : "found"}})
      .Increment();
  if (!answer.degraded.empty()) state_->degraded.Increment();
  if (!answer.not_reranked.empty()) state_->not_reranked.Increment();
}

void Metrics::count_reload(std::string_view side, bool good) {
  state_->reloads.Add({{"side", std::string(side)}, {"outcome", good ? "good" : "bad"}}).Increment();
}

void Metrics::count_lost_log_lines(std::uint64_t lines) {
  state_->lost_lines.Increment(static_cast<double>(lines));
}

void Metrics::on_read(std::function<Gauges()> look) {
  const std::lock_guard lock(state_->reading);
  state_->look = std::move(look);
}

std::string Metrics::read() const {
  const std::lock_guard lock(state_->reading);
  state_->refresh();
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace quarry::server

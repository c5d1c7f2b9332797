// quarry serve: the engine behind HTTP.
#include <fmt/format.h>

#include <mutex>

#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/program.h"
#include "quarry/server/serve.h"

namespace quarry::cli {
namespace {

constexpr Flag kServedIndex{
    .name = "index",
    .letter = 'i',
    .type = ValueType::repeat,
    .value = "[NAME=]DIR",
    .brief = "Serve the index in DIR",
    .details =
        "Make one with `quarry index --index DIR`. A new version of it is picked up while "
        "serving. Repeated with names, several versions are served side by side.",
    .completion = Completion::folder};
constexpr Flag kListen{
    .name = "listen",
    .type = ValueType::text,
    .value = "ADDRESS",
    .fallback = "127.0.0.1:8080",
    .brief = "Listen on this address and port",
    .details = "127.0.0.1:8080, [::1]:8080, or :8080 for every address. Port 0 takes a free one."};

constexpr std::array kServingFlags{&kServedIndex, &kListen};
constexpr std::array kSearchingFlags{&kModel, &kNoVectors, &kWeights, &kThreads};
constexpr std::array kGroups{FlagGroup{"Serving", kServingFlags}, FlagGroup{"Searching", kSearchingFlags}};
constexpr std::array kExamples{
    Example{"quarry serve --index /srv/code", "The page and the API on http://127.0.0.1:8080/."}};

// "b=/srv/b" is the side b; a name has no '/'.
Result<std::vector<server::IndexSource>> sources_of(const Settings& settings) {
  std::vector<server::IndexSource> sources;
  for (const auto& value : settings.list(kServedIndex)) {
    const auto equals = value.find('=');
    const bool named = equals != std::string::npos && value.find('/') > equals;
    server::IndexSource source{.name = named ? value.substr(0, equals) : "main",
                               .directory = named ? value.substr(equals + 1) : value};
    for (const auto& other : sources) {
      if (other.name == source.name) {
        return fail(ErrorKind::invalid_argument,
                    "serve: two indexes are called '{}'; name them: --index a={} --index b={}", source.name,
                    other.directory.string(), source.directory.string());
      }
    }
    sources.push_back(std::move(source));
  }
  if (sources.empty()) {
    return fail(ErrorKind::invalid_argument,
                "serve: --index DIR is missing; `quarry index --index DIR PATH` makes an index");
  }
  return sources;
}

Result<int> run_serve(Context& context) {
  server::ServeOptions options;
  QUARRY_TRY(options.http.listen, server::parse_listen_address(context.settings.text(kListen)));
  QUARRY_TRY(options.catalog.sources, sources_of(context.settings));
  options.catalog.weights = context.settings.text(kWeights);
  options.catalog.open_encoder =
      [&context](const index::Snapshot& snapshot) -> Result<std::shared_ptr<const model::Encoder>> {
    if (context.settings.on(kNoVectors) || snapshot.model().name.empty()) return nullptr;
    QUARRY_TRY(auto encoder, open_model(context));
    if (encoder != nullptr && encoder->fingerprint() != snapshot.model().fingerprint) encoder = nullptr;
    return encoder;
  };
  options.dispatcher.threads = context.settings.number(kThreads);
  options.version = program_version();
  std::mutex saying;
  options.say = [&context, &saying](const std::string& line) {
    const std::lock_guard lock(saying);
    context.note(line);
  };
  QUARRY_CHECK(server::serve(context.files, options));
  return kFound;
}

}  // namespace

const Command kServeCommand{
    .name = "serve",
    .brief = "Serve the web page and the HTTP API",
    .details =
        "Answers on a loopback address until it is ended by Ctrl-C or SIGTERM: requests under way "
        "are finished first. A new version of an index is picked up without a pause.",
    .groups = kGroups,
    .examples = kExamples,
    .run = run_serve};

}  // namespace quarry::cli

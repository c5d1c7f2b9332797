// quarry serve: the engine behind HTTP.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <mutex>

#include "quarry/base/ascii.h"
#include "quarry/cli/command_run.h"
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/flag_value.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/reranking_flags.h"
#include "quarry/cli/serve_flags.h"
#include "quarry/model/guarded_encoder.h"
#include "quarry/server/serve.h"

namespace quarry::cli {
namespace {

constexpr std::array kExamples{
    Example{"quarry serve --index /srv/code", "The page and the API on http://127.0.0.1:8080/."},
    Example{"quarry serve --index /srv/code --listen :8443 --tls-certificate c.pem --tls-key k.pem --keys "
            "keys.json",
            "For a team; `quarry key new` makes the keys."},
    Example{"quarry serve --index old=/srv/a@9 --index new=/srv/b@1",
            "One request in ten is answered by the new index."}};

// A whole or decimal number that stands at the end of `text` after `mark`.
Result<double> number_of(std::string_view what, std::string_view text, double minimum, double maximum) {
  const auto value = parse_decimal(text);
  if (!value || !(*value >= minimum && *value <= maximum)) {
    return fail(ErrorKind::invalid_argument, "serve: {} wants a number from {} to {}, not '{}'", what,
                minimum, maximum, text);
  }
  return *value;
}

// "b=/srv/b@9" is the side b with weight 9; names have no '/'.
Result<server::IndexSource> source_of(const std::string& value) {
  server::IndexSource source{.name = "main", .directory = value};
  const auto equals = value.find('=');
  if (equals == std::string::npos || equals == 0 || value.find('/') < equals) return source;
  source.name = value.substr(0, equals);
  const bool plain = std::ranges::all_of(
      source.name, [](char c) { return ascii::is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
  if (!plain || source.name.size() > kMaxSideName) {
    return fail(ErrorKind::invalid_argument,
                "serve: '{}' is no name for an index; use up to {} letters, digits, '-', '_' and '.'",
                source.name, kMaxSideName);
  }
  auto folder = value.substr(equals + 1);
  if (const auto at = folder.rfind('@');
      at != std::string::npos && folder.find('/', at) == std::string::npos) {
    QUARRY_TRY(source.weight,
               number_of("the weight of an index", std::string_view(folder).substr(at + 1), 0, 1e6));
    folder.resize(at);
  }
  source.directory = folder;
  return source;
}

Result<std::vector<server::IndexSource>> sources_of(const Settings& settings) {
  std::vector<server::IndexSource> sources;
  double weights = 0;
  for (const auto& value : settings.list(kServedIndex)) {
    QUARRY_TRY(auto source, source_of(value));
    for (const auto& other : sources) {
      if (other.name == source.name) {
        return fail(ErrorKind::invalid_argument,
                    "serve: two indexes are called '{}'; name them: --index a={} --index b={}", source.name,
                    other.directory.string(), source.directory.string());
      }
    }
    weights += source.weight;
    sources.push_back(std::move(source));
  }
  if (sources.empty()) {
    return fail(ErrorKind::invalid_argument,
                "serve: --index DIR is missing; `quarry index --index DIR PATH` makes an index");
  }
  if (!(weights > 0)) return fail(ErrorKind::invalid_argument, "serve: every index has the weight 0");
  return sources;
}

Status read_tls(const Settings& settings, server::HttpOptions& http) {
  const auto certificate = settings.text(kTlsCertificate);
  const auto key = settings.text(kTlsKey);
  if (certificate.empty() != key.empty()) {
    return fail(ErrorKind::invalid_argument, "serve: --tls-certificate and --tls-key belong together");
  }
  if (!certificate.empty()) http.tls = server::TlsFiles{.certificate = certificate, .key = key};
  return {};
}

Status read_access(const Settings& settings, const server::HttpOptions& http, server::AccessOptions& access) {
  access.keys = settings.text(kKeys);
  access.public_search = settings.on(kPublic);
  access.hosts = settings.list(kHosts);
  if (const auto url = settings.text(kOidcJwks); !url.empty()) {
    access.oidc = server::TokenIssuer{
        .jwks_url = url, .issuer = settings.text(kOidcIssuer), .audience = settings.text(kOidcAudience)};
    if (access.oidc->issuer.empty() || access.oidc->audience.empty()) {
      return fail(ErrorKind::invalid_argument,
                  "serve: --oidc-jwks wants --oidc-issuer and --oidc-audience beside it");
    }
    const bool loopback = url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
    if (!url.starts_with("https://") && !loopback) {
      return fail(ErrorKind::invalid_argument,
                  "serve: --oidc-jwks: keys that come over plain HTTP prove nothing; use https://");
    }
  }
  const bool asks = !access.keys.empty() || access.oidc;
  if (http.listen.is_loopback()) {
    // Nobody but users of this machine reaches it; see to it that no web page does so through their browsers.
    if (!asks && !access.public_search) access.hosts.emplace_back("localhost");
    return {};
  }
  if (!http.tls && !settings.on(kInsecureHttp)) {
    return fail(
        ErrorKind::invalid_argument,
        "serve: {} can be reached by others: give --tls-certificate and --tls-key, or --insecure-http where "
        "something in front brings TLS",
        http.listen.host);
  }
  if (!asks && !access.public_search) {
    return fail(ErrorKind::invalid_argument,
                "serve: {} can be reached by others: give --keys (`quarry key new` makes one) or "
                "--oidc-jwks, or --public "
                "to let everybody search",
                http.listen.host);
  }
  return {};
}

Status read_limits(const Settings& settings, server::DispatcherOptions& dispatcher) {
  auto& limits = dispatcher.limits;
  limits.connections = settings.number(kMaxConnections);
  limits.client_connections = settings.number(kMaxClientConnections);
  limits.idle_time = std::chrono::milliseconds(settings.number(kIdleTimeout));
  limits.queue = settings.number(kQueue);
  limits.request_time = std::chrono::milliseconds(settings.number(kDeadline));
  limits.rate = static_cast<double>(settings.number(kRate));
  limits.burst = static_cast<double>(settings.number(kBurst));
  dispatcher.threads = settings.number(kThreads);
  dispatcher.trusted_proxies = settings.list(kTrustedProxies);
  return {};
}

// The first line of the file that the flag names; "" without the flag.
Result<std::string> secret_of(const Context& context, const Flag& flag) {
  const auto path = context.settings.text(flag);
  if (path.empty()) return "";
  constexpr std::size_t kLongestSecret = 4096;
  QUARRY_TRY(auto secret, context.files.read(path, kLongestSecret));
  secret.resize(std::min(secret.find_first_of("\r\n"), secret.size()));
  if (secret.empty()) return fail(ErrorKind::invalid_argument, "serve: {} holds no secret", path);
  return secret;
}

Result<int> run_serve(Context& context) {
  const auto& settings = context.settings;
  server::ServeOptions options;
  QUARRY_TRY(options.http.listen, server::parse_listen_address(settings.text(kListen)));
  QUARRY_CHECK(read_tls(settings, options.http));
  QUARRY_CHECK(read_access(settings, options.http, options.access));
  QUARRY_CHECK(read_limits(settings, options.dispatcher));
  options.http.trusted_proxies = options.dispatcher.trusted_proxies;
  QUARRY_TRY(options.catalog.sources, sources_of(settings));
  options.catalog.weights = settings.text(kWeights);
  options.catalog.second_look = !settings.on(kNoSecondLook);
  options.catalog.words_only = settings.on(kNoVectors);
  QUARRY_TRY(options.catalog.reranking, guarded_reranking_of(settings));
  options.open_index_encoder =
      [&context](const index::Snapshot& snapshot) -> Result<std::shared_ptr<const model::Encoder>> {
    if (context.settings.on(kNoVectors) || snapshot.model().name.empty()) return nullptr;
    QUARRY_TRY(auto encoder, open_model(context));
    if (encoder != nullptr && encoder->fingerprint() != snapshot.model().fingerprint) encoder = nullptr;
    return encoder;
  };
  options.catalog.open_encoder =
      [&context, own = options.open_index_encoder](
          const index::Snapshot& snapshot) -> Result<std::shared_ptr<const model::Encoder>> {
    const auto address = context.settings.text(kQueryEncoder);
    if (address.empty() || context.settings.on(kNoVectors) || snapshot.model().name.empty())
      return own(snapshot);
    const auto& made_by = snapshot.model();
    return model::open_query_encoder(address, {made_by.name, made_by.fingerprint}, made_by.dimensions,
                                     std::chrono::milliseconds(context.settings.number(kQueryEncoderBudget)));
  };
  options.clones = clones_folder(context);
  options.allowed_origins = settings.list(kAllowedOrigins);
  QUARRY_TRY(options.webhook_secrets.github, secret_of(context, kGithubSecret));
  QUARRY_TRY(options.webhook_secrets.gitlab, secret_of(context, kGitlabToken));
  const auto level = settings.text(kLogLevel);
  options.log_level = level == "off"      ? server::LogLevel::off
                      : level == "errors" ? server::LogLevel::errors
                                          : server::LogLevel::requests;
  options.log = settings.text(kLogFile);
  options.log_queries = settings.on(kLogQueries);
  options.sample = settings.text(kSample);
  QUARRY_TRY(options.sample_rate, number_of("--sample-rate", settings.text(kSampleRate), 0, 1));
  options.sample_limit = settings.number(kSampleLimit);
  options.drain_delay = std::chrono::milliseconds(settings.number(kDrainDelay));
  // A path on this machine is for those who sit at it.
  options.show_folders = options.http.listen.is_loopback() && !options.access.oidc &&
                         options.access.keys.empty() && !options.access.public_search;
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
        "Answers until it is ended by Ctrl-C or SIGTERM; requests under way are finished first. A new "
        "version of an index is picked up without a pause, and so are changed keys and certificates; "
        "SIGHUP looks for them at once.\n\n"
        "On a loopback address everybody on this machine may ask. Any other address wants TLS and "
        "keys, or to be told otherwise.",
    .groups = kServeGroups,
    .examples = kExamples,
    .run = run_serve};

}  // namespace quarry::cli

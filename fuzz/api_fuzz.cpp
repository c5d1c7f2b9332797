// Fuzzes requests to the server behind its sockets: "METHOD target", lines of headers, an empty line, a body.
// Whatever route they find answers with a status and well-formed JSON, and shows no repository that the
// caller may not see.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/server/integrations.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/metrics.h"
#include "quarry/server/query_log.h"
#include "quarry/server/services.h"
#include "quarry/server/target.h"
#include "small_engine.h"

namespace {

using namespace quarry::server;
using quarry::fuzz::require;

class SmallEncoder final : public quarry::model::Encoder {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& fingerprint() const override { return name_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return 2; }
  [[nodiscard]] quarry::Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                                          quarry::model::Side) const override {
    std::vector<float> vectors;
    for (std::size_t i = 0; i < texts.size(); ++i) vectors.insert(vectors.end(), {0.6F, 0.8F});
    return vectors;
  }

 private:
  std::string name_ = "small";
};

// The whole server but for connections and access.
struct Server {
  std::unique_ptr<Catalog> catalog = [] {
    CatalogOptions options{
        .sources = {{.name = "main", .directory = quarry::fuzz::kIndex}}, .weights = {}, .open_encoder = {}};
    options.open_encoder = [](const quarry::index::Snapshot&) {
      return std::shared_ptr<const quarry::model::Encoder>();
    };
    return Catalog::open(quarry::fuzz::small_index(), std::move(options)).value();
  }();
  Metrics metrics{"1.0"};
  LiveQuality quality;
  QueryLog query_log;
  Services services{.catalog = *catalog,
                    .metrics = metrics,
                    .quality = quality,
                    .query_log = query_log,
                    .reload = [](bool) { return std::vector<Catalog::Change>(); }};
  Integrations integrations{
      .version = "1.0",
      .allowed_origins = {"https://example.org"},
      .webhook_secrets = {.github = "", .gitlab = "token"},
      .is_ready = [] { return true; },
      .refresh_repository = [](const std::vector<std::string>& remotes) { return !remotes.empty(); }};
  Router router = [this] {
    Router made = make_routes(services);
    add_integration_routes(made, integrations);
    return made;
  }();
};

std::string_view take_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

Request read_request(std::string_view input) {
  Request request;
  const auto first = take_line(input);
  const auto space = std::min(first.find(' '), first.size());
  request.method = Method::other;
  for (const Method method :
       {Method::get, Method::head, Method::post, Method::put, Method::delete_, Method::options}) {
    if (name_of(method) == first.substr(0, space)) request.method = method;
  }
  request.target = first.substr(std::min(space + 1, first.size()));
  for (auto line = take_line(input); !line.empty(); line = take_line(input)) {
    const auto colon = std::min(line.find(": "), line.size());
    request.headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 2, line.size())));
  }
  request.body = input;
  return request;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Server server;
  Request request = read_request({reinterpret_cast<const char*>(data), size});
  if (!parse_target(request)) return 0;
  for (const std::string& segment : request.segments) {
    require(segment != ".." && segment.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos);
  }
  auto match = server.router.match(request.method, request.segments);
  if (match.route == nullptr || request.body.size() > match.route->max_body) return 0;
  request.path_parameters = std::move(match.path_parameters);

  auto served = std::make_shared<ServedIndex>(*server.catalog->side("main"));
  served->encoder = std::make_shared<SmallEncoder>();
  Context context;
  context.caller.repositories = std::vector<std::string>{"shop"};
  context.request_id = "1";
  context.index = std::move(served);
  const Response response = match.route->handler(request, context);
  require(response.status >= 200 && response.status < 600);
  if (response.content_type == "application/json" && !response.body.empty()) {
    require(nlohmann::json::accept(response.body));
  }
  require(response.body.find(quarry::fuzz::kSecret) == std::string::npos);
  return 0;
}

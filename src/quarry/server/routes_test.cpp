// The table of routes against its description.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "quarry/server/integrations.h"
#include "quarry/server/live_quality.h"
#include "quarry/server/metrics.h"
#include "quarry/server/openapi.h"
#include "quarry/server/query_log.h"
#include "quarry/server/services.h"

namespace quarry::server {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return result;
}

TEST(Routes, AreThoseThatOpenApiDescribes) {
  const auto catalog = Catalog::open(posix_file_system(), {});
  ASSERT_TRUE(catalog) << catalog.error().message;
  Metrics metrics("test");
  LiveQuality quality;
  QueryLog query_log;
  Services services{
      .catalog = **catalog, .metrics = metrics, .quality = quality, .query_log = query_log, .reload = {}};
  Integrations integrations;
  integrations.webhook_secrets.github = "secret";
  Router router = make_routes(services);
  add_integration_routes(router, integrations);
  std::set<std::string> served;
  for (const auto& route : router.routes()) {
    // The page's files, the description itself, and what browsers ask before they call.
    if (route.name == "page" || route.pattern == "/" || route.pattern == "/openapi.json") continue;
    if (route.method == Method::options) continue;
    served.insert(lower(name_of(route.method)) + " " + route.pattern);
  }
  const auto document = nlohmann::json::parse(openapi_document());
  std::set<std::string> described;
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) described.insert(method + " " + path);
  }
  EXPECT_THAT(described, testing::ContainerEq(served));
}

}  // namespace
}  // namespace quarry::server

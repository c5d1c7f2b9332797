// GET / and the page's other files, from memory, compressed once at build time.
#include <fmt/core.h>

#include <string>

#include "quarry/server/services.h"
#include "quarry/server/static_assets.h"

namespace quarry::server {
namespace {

// Only what the page itself brings may run or load. img-src data: icons inside the style sheet.
constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src "
    "'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

bool accepts(const Request& request, std::string_view coding) {
  // "gzip, br;q=1.0": a coding with q=0 is refused, which no client but a test sends.
  const auto accepted = request.header("accept-encoding").value_or("");
  for (std::size_t at = accepted.find(coding); at != std::string_view::npos;
       at = accepted.find(coding, at + 1)) {
    const auto rest = accepted.substr(at + coding.size());
    const bool whole = rest.empty() || rest.front() == ',' || rest.front() == ';' || rest.front() == ' ';
    const bool begins = at == 0 || accepted[at - 1] == ' ' || accepted[at - 1] == ',';
    if (whole && begins) return !rest.starts_with(";q=0") || rest.starts_with(";q=0.");
  }
  return false;
}

Response serve(const StaticAsset& asset, const Request& request) {
  Response response{.content_type = std::string(asset.content_type), .asset = asset.bytes};
  auto& headers = response.headers;
  headers.emplace_back("ETag", asset.etag);
  headers.emplace_back("Content-Security-Policy", kPagePolicy);
  headers.emplace_back("Vary", "Accept-Encoding");
  // Vite puts a hash of the content into the names below assets/; the rest is asked for again.
  headers.emplace_back("Cache-Control", asset.path.starts_with("assets/")
                                            ? "public, max-age=31536000, immutable"
                                            : "no-cache");
  const auto known = request.header("if-none-match");
  if (known && (*known == "*" || known->find(asset.etag) != std::string_view::npos)) {
    response.status = 304;
    response.asset = {};
    return response;
  }
  if (!asset.brotli.empty() && accepts(request, "br")) {
    response.asset = asset.brotli;
    headers.emplace_back("Content-Encoding", "br");
  } else if (!asset.gzip.empty() && accepts(request, "gzip")) {
    response.asset = asset.gzip;
    headers.emplace_back("Content-Encoding", "gzip");
  }
  return response;
}

}  // namespace

void add_asset_routes(Router& router, Services& /*services*/) {
  for (const StaticAsset& asset : static_assets()) {
    const auto handler = [&asset](const Request& request, Context&) { return serve(asset, request); };
    const auto add = [&](std::string pattern) {
      router.add({.pattern = std::move(pattern),
                  .handler = handler,
                  .access = Access::open,
                  .lane = Lane::io,
                  .name = "page"});
    };
    add(fmt::format("/{}", asset.path));
    if (asset.path == "index.html") add("/");
  }
  if (static_assets().empty()) {
    router.add({.pattern = "/",
                .handler =
                    [](const Request&, Context&) {
                      return problem(
                          404, "this program was built without the web page; the API is at /v1/search?q=...");
                    },
                .access = Access::open,
                .lane = Lane::io});
  }
}

}  // namespace quarry::server

// From method and path to the handler: the table that every part of the server adds its lines to.
//
//   router.add({.method = Method::get, .pattern = "/v1/functions/{id}", .handler = show_function});
//
// A handler is an ordinary function of plain data; what it needs beside the request and its context it holds
// itself (a lambda, a bound object that outlives the router). It runs on a thread of its route's lane,
// several at once, and may take its time: no connection waits for another one's handler. It must not throw;
// an exception that does escape becomes a 500.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/server/context.h"
#include "quarry/server/message.h"

namespace quarry::server {

using Handler = std::function<Response(const Request&, Context&)>;

enum class Access : std::uint8_t {
  open,       // everybody: health, the page's files, the API's description
  search,     // a key or token of scope search (or admin), unless search is public
  admin,      // a key or token of scope admin
  metrics,    // a key or token of scope metrics (or admin)
  signature,  // the handler checks a signature of its own (webhooks)
};

// Where the handler runs.
enum class Lane : std::uint8_t {
  io,       // on the connection's own thread: must answer within microseconds, and answers under any load
  search,   // the pool, with a bounded queue in front: full means 503 at once
  control,  // one thread apart, so that metrics and administration answer while searches are overloaded
};

struct Route {
  Method method = Method::get;  // GET answers HEAD as well
  // "/v1/files", "/v1/functions/{id}" (one segment), "/assets/{path...}" (the rest, at least one segment,
  // joined by '/'). Where several fit, literal segments win over {one}, {one} over {rest...}.
  std::string pattern = {};
  Handler handler = {};
  Access access = Access::search;
  Lane lane = Lane::search;
  std::size_t max_body = std::size_t{1} << 20;                    // bytes; more is 413
  std::vector<std::string> content_types = {"application/json"};  // of a body; another is 415; empty: any
  bool untyped_body = false;   // a body whose type is not named at all is taken too
  bool checks_origin = false;  // the handler decides itself which web pages may ask
  std::string name = {};       // in metrics and logs; the pattern where empty
};

class Router {
 public:
  void add(Route route);

  struct Match {
    const Route* route = nullptr;
    Pairs path_parameters;
    std::vector<Method> allowed;  // where the path is known and the method is not
  };
  // `segments` as in Request. Valid as long as the router, which must not change any more.
  [[nodiscard]] Match match(Method method, const std::vector<std::string>& segments) const;

  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
  std::vector<std::vector<std::string>> patterns_;  // split at '/'
};

}  // namespace quarry::server

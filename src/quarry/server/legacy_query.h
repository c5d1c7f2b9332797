// GET /query?q=&n=: the address and the shape that the code search demo of 2018 asked its server for.
#pragma once

#include "quarry/server/router.h"

namespace quarry::server {

// {"result": [{"nwo", "path", "function_name", "lineno", "original_function", "score"}]}, all of them
// strings, and
// {"status": 400, "error"} for a question without words. `n` is 2 where it is absent, as it was.
void add_legacy_query_route(Router& router);

}  // namespace quarry::server

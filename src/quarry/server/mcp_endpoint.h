// POST /mcp: the Model Context Protocol over streamable HTTP, without sessions in either era.
#pragma once

#include <string>
#include <vector>

#include "quarry/server/router.h"

namespace quarry::server {

struct McpOptions {
  std::string version;  // of the program
  // Origins of web pages that may call, "https://agents.example.org"; those of this machine may always.
  // Programs send none. This is what keeps a page of somewhere else from talking to a server on the user's
  // machine.
  std::vector<std::string> allowed_origins;
};

void add_mcp_routes(Router& router, McpOptions options);

}  // namespace quarry::server

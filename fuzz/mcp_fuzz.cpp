// Fuzzes messages of agents: any bytes get well-formed answers under the message's own id, whatever the tool
// and its arguments, and none of them shows a repository that the caller may not see.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "quarry/server/mcp/service.h"
#include "small_engine.h"

namespace {

using namespace quarry::server::mcp;
using quarry::fuzz::require;

void check_answer(const Json& answer, const Json& id) {
  require(answer.at("jsonrpc") == "2.0");
  if (answer.contains("id")) require(answer["id"] == id);
  const std::string line = to_text(answer);
  require(line.find('\n') == std::string::npos && Json::accept(line));
  require(line.find(quarry::fuzz::kSecret) == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto engine = quarry::fuzz::small_engine();
  const auto message = parse_message({reinterpret_cast<const char*>(data), size});
  if (!message) {
    require(!message.error().error.message.empty());
    check_answer(error_response(message.error().id, message.error().error), message.error().id);
    return 0;
  }
  static const Service service("1.0");
  const Scope scope{.repositories = {{"shop"}}, .local = false};
  const Reply reply = service.handle(
      *message, scope,
      [&]() -> quarry::Result<std::shared_ptr<const quarry::search::Engine>> { return engine; });
  require(reply.messages.empty() == (message->type != MessageType::request));
  for (const Json& answer : reply.messages) check_answer(answer, message->id);
  return 0;
}

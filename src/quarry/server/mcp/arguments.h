// The arguments of a tool call, taken one by one: each with a type and bounds, each wrong one an error that a
// model can act on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/base/result.h"
#include "quarry/server/mcp/json_rpc.h"

namespace quarry::server::mcp {

// Borrows the object. After all have been taken, finish() names what was not asked for. JSON's null counts as
// absent: some clients fill in every argument.
class Arguments {
 public:
  explicit Arguments(const Json& object) : object_(object) {}

  [[nodiscard]] Result<std::optional<std::string>> text(std::string_view name);
  [[nodiscard]] Result<std::string> required_text(std::string_view name);
  [[nodiscard]] Result<std::optional<std::uint64_t>> number(std::string_view name, std::uint64_t least,
                                                            std::uint64_t most);
  [[nodiscard]] Result<bool> flag(std::string_view name);  // false where absent
  // A string or a list of strings.
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view name);
  [[nodiscard]] Status finish() const;

 private:
  [[nodiscard]] const Json* take(std::string_view name);

  const Json& object_;
  std::vector<std::string_view> taken_;
};

}  // namespace quarry::server::mcp

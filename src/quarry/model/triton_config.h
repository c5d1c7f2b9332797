// The config.pbtxt that NVIDIA Triton wants beside an exported graph.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace quarry::model {

[[nodiscard]] std::string triton_config(std::string_view name, std::uint32_t dimensions);

}  // namespace quarry::model

// An encoder that is never asked, for documents that bring their vectors. Tests only.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/model/encoder.h"

namespace quarry::index {

class NoEncoder final : public model::Encoder {
 public:
  explicit NoEncoder(std::uint32_t dimensions) : dimensions_(dimensions) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::string& fingerprint() const override { return name_; }
  [[nodiscard]] std::uint32_t dimensions() const override { return dimensions_; }
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view>,
                                                  model::Side) const override {
    return std::vector<float>{};
  }

 private:
  std::string name_ = "test";
  std::uint32_t dimensions_;
};

}  // namespace quarry::index

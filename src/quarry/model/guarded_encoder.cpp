#include "quarry/model/guarded_encoder.h"

#include <utility>
#include <vector>

#include "quarry/model/open_encoder.h"
#include "quarry/model/remote_encoder.h"

namespace quarry::model {
namespace {

ServedModel or_its_own(ServedModel served, const Encoder& encoder) {
  if (served.name.empty()) served.name = encoder.name();
  if (served.fingerprint.empty()) served.fingerprint = encoder.fingerprint();
  return served;
}

Result<std::vector<float>> encode_all(const Encoder& encoder, const std::vector<std::string>& texts,
                                      Side side) {
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  return encoder.encode(views, side);
}

}  // namespace

GuardedEncoder::GuardedEncoder(std::shared_ptr<const Encoder> encoder, const GuardOptions& options,
                               ServedModel served)
    : encoder_(std::move(encoder)),
      served_(or_its_own(std::move(served), *encoder_)),
      guard_("the encoder " + served_.name, options,
             [asked = encoder_] { return encode_all(*asked, {"probe"}, Side::query).has_value(); }) {}

Result<std::vector<float>> GuardedEncoder::encode(std::span<const std::string_view> texts, Side side) const {
  return guard_.ask<std::vector<float>>(
      [asked = encoder_, side, own = std::vector<std::string>(texts.begin(), texts.end())] {
        return encode_all(*asked, own, side);
      });
}

Result<std::shared_ptr<const Encoder>> open_query_encoder(const std::string& address, ServedModel served,
                                                          std::uint32_t dimensions,
                                                          std::chrono::milliseconds budget) {
  QUARRY_TRY(RemoteOptions remote, remote_options_of(address));
  remote.dimensions = dimensions;  // so that nothing is asked of a server that may come later
  remote.ask_behind_guard(budget);
  QUARRY_TRY(auto encoder, open_remote_encoder(remote));
  GuardOptions options;
  options.budget = budget;
  return std::make_shared<const GuardedEncoder>(std::move(encoder), options, std::move(served));
}

}  // namespace quarry::model

#include "quarry/model/open_encoder.h"

#include <array>
#include <cstdlib>
#include <limits>

#include "quarry/model/json_fields.h"
#include "quarry/model/static_encoder.h"

namespace quarry::model {
namespace {

constexpr std::size_t kMaxConfigBytes = 1U << 20;
constexpr const char* kKeyVariable = "QUARRY_ENCODER_KEY";

using EncoderResult = Result<std::shared_ptr<const Encoder>>;

EncoderResult open_static(const FileSystem& files, const std::filesystem::path& directory, const Json&,
                          const std::string& name) {
  QUARRY_TRY(std::shared_ptr<const Encoder> encoder, StaticEncoder::open(files, directory, name));
  return encoder;
}

Result<std::chrono::milliseconds> milliseconds_field(const Json& config, const char* key,
                                                     std::chrono::milliseconds absent) {
  QUARRY_TRY(const std::uint64_t value,
             number_field(config, key, static_cast<std::uint64_t>(absent.count())));
  if (value > 3'600'000) return fail(ErrorKind::invalid_argument, "\"{}\" exceeds an hour", key);
  return std::chrono::milliseconds(static_cast<std::int64_t>(value));
}

Result<RemoteOptions> remote_options(const Json& config) {
  RemoteOptions options;
  QUARRY_TRY(options.url, string_field(config, "url"));
  QUARRY_TRY(const std::string kind, string_field(config, "kind"));
  if (kind != "openai" && kind != "open-inference") {
    return fail(ErrorKind::invalid_argument, "\"kind\" must be \"openai\" or \"open-inference\", not \"{}\"",
                kind);
  }
  options.kind = kind == "openai" ? RemoteKind::openai : RemoteKind::open_inference;
  QUARRY_TRY(options.model, string_field(config, "model"));
  QUARRY_TRY(options.key_variable, string_field(config, "api_key_env", ""));
  QUARRY_TRY(const std::uint64_t dimensions, number_field(config, "dimensions", 0));
  QUARRY_TRY(const std::uint64_t retries, number_field(config, "retries", 3));
  if (dimensions > 65'536 || retries > 100) {
    return fail(ErrorKind::invalid_argument, "\"dimensions\" or \"retries\" is out of range");
  }
  options.dimensions = static_cast<std::uint32_t>(dimensions);
  options.retries = static_cast<int>(retries);
  QUARRY_TRY(options.input, string_field(config, "input", options.input));
  QUARRY_TRY(options.output, string_field(config, "output", ""));
  QUARRY_TRY(options.query_prefix, string_field(config, "query_prefix", ""));
  QUARRY_TRY(options.code_prefix, string_field(config, "code_prefix", ""));
  QUARRY_TRY(options.batch_texts, number_field(config, "batch_texts", options.batch_texts));
  QUARRY_TRY(options.connect_timeout,
             milliseconds_field(config, "connect_timeout_ms", options.connect_timeout));
  QUARRY_TRY(options.total_timeout, milliseconds_field(config, "total_timeout_ms", options.total_timeout));
  QUARRY_TRY(options.verify_tls, bool_field(config, "verify_tls", true));
  return options;
}

EncoderResult open_remote(const FileSystem&, const std::filesystem::path& directory, const Json& config,
                          const std::string&) {
  auto options = remote_options(config);
  if (!options) return fail_in((directory / "config.json").string(), std::move(options).error());
  return open_remote_encoder(*options);
}

// What opens a directory, by the "model_type" of its config.
struct Kind {
  std::string_view model_type;
  EncoderResult (*open)(const FileSystem&, const std::filesystem::path&, const Json&,
                        const std::string& name);
};
constexpr std::array<Kind, 3> kKinds{
    {{"quarry-static", open_static}, {"model2vec", open_static}, {"quarry-remote", open_remote}}};

EncoderResult open_directory(const FileSystem& files, const std::filesystem::path& directory,
                             const std::string& name) {
  auto text = files.read(directory / "config.json", kMaxConfigBytes);
  if (!text) return fail_in("model " + directory.string(), std::move(text).error());
  auto config = parse_json(*text);
  if (!config || !config->is_object()) {
    return fail(ErrorKind::corrupt, "model {}: config.json is not a JSON object", directory.string());
  }
  auto type = string_field(*config, "model_type", "model2vec");  // the first model2vec models say none
  if (!type) return fail_in("model " + directory.string() + ": config.json", std::move(type).error());
  std::string known;
  for (const Kind& kind : kKinds) {
    if (*type == kind.model_type) return kind.open(files, directory, *config, name);
    known += (known.empty() ? "" : ", ") + std::string(kind.model_type);
  }
  return fail(
      ErrorKind::invalid_argument,
      "model {}: model_type \"{}\" is not supported ({} are). A transformer runs in a server that takes "
      "texts: give its address, http://HOST/v1/embeddings#NAME",
      directory.string(), *type, known);
}

}  // namespace

Result<RemoteOptions> remote_options_of(const std::string& address) {
  RemoteOptions options;
  if (const char* key = std::getenv(kKeyVariable); key != nullptr && *key != '\0')
    options.key_variable = kKeyVariable;
  if (const auto models = address.find("/v2/models/"); models != std::string::npos) {
    options.kind = RemoteKind::open_inference;
    options.url = address.substr(0, models);
    options.model = address.substr(models + std::string_view("/v2/models/").size());
    if (options.model.ends_with("/infer")) options.model.resize(options.model.size() - 6);
    return options;
  }
  const auto path = address.find("/v1/embeddings");
  const auto name = address.find('#');
  if (path == std::string::npos || name == std::string::npos || name < path) {
    return fail(ErrorKind::invalid_argument,
                "{}: an encoder's address ends in /v2/models/NAME or in /v1/embeddings#NAME", address);
  }
  options.kind = RemoteKind::openai;
  options.url = address.substr(0, path);
  options.model = address.substr(name + 1);
  return options;
}

Result<std::shared_ptr<const Encoder>> open_encoder(const FileSystem& files, const std::string& spec,
                                                    const EncoderNames& names) {
  const auto named = names.find(spec);
  const std::string& place = named == names.end() ? spec : named->second;
  if (place.starts_with("http://") || place.starts_with("https://")) {
    QUARRY_TRY(const RemoteOptions options, remote_options_of(place));
    return open_remote_encoder(options);
  }
  const auto status = files.status(place);
  if (status && status->type == FileType::directory)
    return open_directory(files, place, named == names.end() ? std::string() : named->first);
  std::string known;
  for (const auto& [name, target] : names) known += (known.empty() ? "" : ", ") + name;
  return fail(ErrorKind::not_found, "model \"{}\" is neither a folder, an address nor a known name ({})",
              place, known.empty() ? "there are none" : known);
}

}  // namespace quarry::model

// A name, a folder or an address becomes an encoder: the one door through which all models enter.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/base/result.h"
#include "quarry/model/encoder.h"
#include "quarry/model/remote_encoder.h"

namespace quarry::model {

// Names for specs, as a config file lists them: {"default": "/usr/share/quarry/models/default"}. A spec of
// the table is a folder or an address, not a name again.
using EncoderNames = std::map<std::string, std::string, std::less<>>;

// `spec` is
//  - a name of the table, which becomes the encoder's name() where it is a static model (else its folder's);
//  - a folder with a config.json whose "model_type" says what it is: "quarry-static", "model2vec", or
//  "quarry-remote"
//    {"url", "kind": "openai" | "open-inference", "model", "api_key_env", "dimensions", "input", "output",
//    "query_prefix", "code_prefix", "batch_texts", "connect_timeout_ms", "total_timeout_ms", "retries",
//    "verify_tls"};
//  - an address: http(s)://host/v2/models/NAME (Open Inference Protocol) or http(s)://host/v1/embeddings#NAME
//  (OpenAI).
//    A key is taken from the environment variable QUARRY_ENCODER_KEY where it is set.
// ErrorKind::not_found lists the known names where nothing fits.
[[nodiscard]] Result<std::shared_ptr<const Encoder>> open_encoder(const FileSystem& files,
                                                                  const std::string& spec,
                                                                  const EncoderNames& names = {});

// What an address of that kind says, for callers that want other time-outs.
[[nodiscard]] Result<RemoteOptions> remote_options_of(const std::string& address);

}  // namespace quarry::model

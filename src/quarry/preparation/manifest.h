// What a folder of prepared data says about itself: manifest.json and repositories.tsv.
#pragma once

#include <string>

#include "quarry/preparation/prepare.h"

namespace quarry::preparation {

// Parameters, inputs with revision, counts and drops, shards with checksums. No times and no paths of the
// machine but the places of repositories without a remote: equal inputs, equal text.
[[nodiscard]] std::string manifest_json(const PrepareReport& report, const PrepareOptions& options);

// The repositories that were read, as a list that --repos takes: with it the data can be made again.
[[nodiscard]] std::string repositories_tsv(const PrepareReport& report);

}  // namespace quarry::preparation

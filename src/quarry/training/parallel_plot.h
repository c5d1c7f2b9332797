// A search's trials as one HTML page: parallel coordinates, and a table.
#pragma once

#include <string>

#include "quarry/training/tuning_journal.h"

namespace quarry::training {

// A page that needs nothing else: a line a trial across an axis a key and one for the objective, the best in
// the strongest colour; pointing at a line names its trial.
[[nodiscard]] std::string parallel_plot(const std::string& title, const Journal& journal,
                                        const TuningSpace& space);

}  // namespace quarry::training

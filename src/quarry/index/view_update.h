// Lists a source, compares it with what is stored, analyses what is new: the entries of the source's next
// view.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "quarry/corpus/source.h"
#include "quarry/index/index_writer.h"
#include "quarry/index/working_index.h"

namespace quarry::index {

struct UpdatedView {
  std::vector<ViewEntry> entries;
  std::vector<ViewSkip> skips;
  std::vector<std::string> unparsed;
  std::uint32_t parsed = 0;
  std::uint32_t reused = 0;
  std::uint64_t bytes_parsed = 0;
};

// `previous` is the view before, where it has one and its documents are of the same making; `donors` are
// other views, of the same making and rules, whose content may be shared. `same_listing`: the previous view
// was listed by the same rules, so that files with the same stamp need not be read. New segments are added to
// `index`.
[[nodiscard]] Result<UpdatedView> update_view(const corpus::Source& source, const UpdateOptions& options,
                                              const WriterHooks& hooks, const std::string& repository,
                                              std::uint32_t dimensions, WorkingIndex& index,
                                              const WorkingView* previous,
                                              const std::vector<std::size_t>& donors, bool same_listing);

}  // namespace quarry::index

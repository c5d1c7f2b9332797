// What CodeSearchNet and those after it keep out of training pairs, pair by pair.
//
// The rules: H. Husain et al., "CodeSearchNet Challenge" (2019), section 2; S. Lu et al., "CodeXGLUE" (2021),
// section 3.5. Repeated docs and near duplicates need all pairs and are left out elsewhere (doc_repeats.h,
// near_duplicates.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "quarry/preparation/drop_reason.h"
#include "quarry/preparation/pair.h"

namespace quarry::preparation {

inline constexpr std::size_t kFewestDocWords = 3;
inline constexpr std::size_t kMostDocWords = 256;
inline constexpr std::size_t kFewestCodeLines = 3;     // that hold anything
inline constexpr std::size_t kMostCodeBytes = 12'000;  // longer code is cut at a line's end

// Takes a pair whose doc is clean (first_paragraph). Nothing: it may stay.
[[nodiscard]] std::optional<DropReason> reason_to_drop(const Pair& pair);

// What reason_to_drop asks of the doc alone, for texts that are no documentation (subjects of commits).
[[nodiscard]] std::optional<DropReason> reason_to_drop_doc(std::string_view doc);

// By path, name and what stands before the signature: "#[test]", "@Test", "func TestX".
[[nodiscard]] bool is_test(std::string_view path, std::string_view language, std::string_view qualified_name,
                           std::string_view before_signature);

// `code` as pairs hold it: at most kMostCodeBytes, cut after a whole line.
[[nodiscard]] std::string_view cut_code(std::string_view code);

}  // namespace quarry::preparation

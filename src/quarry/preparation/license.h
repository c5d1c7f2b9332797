// Under which licence code stands, by the text of a licence file or the header of a source file.
#pragma once

#include <string>
#include <string_view>

namespace quarry::preparation {

inline constexpr std::string_view kUnknownLicense = "unknown";

// The SPDX identifier of a licence's text ("MIT", "Apache-2.0", "GPL-3.0"), told by phrases that only it has;
// "" where it is none of those known. Versions of GPL, LGPL and AGPL are told apart, "or later" is not.
[[nodiscard]] std::string license_of_text(std::string_view text);

// What follows "SPDX-License-Identifier:" in the first 2 KiB of a file; "" where nothing does.
[[nodiscard]] std::string license_of_header(std::string_view source);

// Files at the top of a repository that hold its licence: LICENSE, LICENCE.md, COPYING, UNLICENSE ...
[[nodiscard]] bool is_license_file(std::string_view path);

// Licences that ask for no more than that their notice stays: MIT, BSD, ISC, Apache-2.0, Zlib, BSL-1.0,
// PSF-2.0, Unlicense, CC0-1.0, 0BSD. Of an expression ("MIT OR Apache-2.0") one part is enough, of "AND" all
// are needed.
[[nodiscard]] bool is_permissive(std::string_view spdx);

}  // namespace quarry::preparation

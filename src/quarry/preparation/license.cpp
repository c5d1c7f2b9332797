#include "quarry/preparation/license.h"

#include <algorithm>
#include <array>

#include "quarry/base/ascii.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kHeaderBytes = 2048;

// Lower case, every run of anything but letters, digits and dots one space: line breaks and quotes do not
// matter.
std::string normalised(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const char low = ascii::to_lower(c);
    if (ascii::is_alphanumeric(low) || low == '.') {
      out += low;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

struct Mark {
  std::string_view phrase;
  std::string_view spdx;
};

// The first that fits decides: texts that quote others come before those that they quote.
constexpr std::array kMarks = std::to_array<Mark>({
    {"gnu affero general public license version 3", "AGPL-3.0"},
    {"gnu lesser general public license version 3", "LGPL-3.0"},
    {"gnu lesser general public license version 2.1", "LGPL-2.1"},
    {"gnu library general public license version 2", "LGPL-2.0"},
    {"gnu general public license version 3", "GPL-3.0"},
    {"gnu general public license version 2", "GPL-2.0"},
    {"mozilla public license version 2.0", "MPL-2.0"},
    {"mozilla public license version 1.1", "MPL-1.1"},
    {"eclipse public license v 2.0", "EPL-2.0"},
    {"eclipse public license v 1.0", "EPL-1.0"},
    {"european union public licence", "EUPL-1.2"},
    {"python software foundation license version 2", "PSF-2.0"},
    {"psf license agreement for python", "PSF-2.0"},
    {"apache license version 2.0", "Apache-2.0"},
    {"apache.org licenses license 2.0", "Apache-2.0"},
    {"boost software license version 1.0", "BSL-1.0"},
    {"business source license", "BUSL-1.1"},
    {"elastic license", "Elastic-2.0"},
    {"server side public license", "SSPL-1.0"},
    {"creative commons legal code cc0 1.0 universal", "CC0-1.0"},
    {"cc0 1.0 universal", "CC0-1.0"},
    {"this is free and unencumbered software released into the public domain", "Unlicense"},
    {"do what the fuck you want to public license", "WTFPL"},
    {"the origin of this software must not be misrepresented", "Zlib"},
});

}  // namespace

std::string license_of_text(std::string_view text) {
  const std::string plain = normalised(text.substr(0, 1U << 18U));
  const auto has = [&](std::string_view phrase) { return plain.find(phrase) != std::string::npos; };
  // A file that is one short licence first: lists of other people's licences often follow it.
  const std::string head = plain.substr(0, 1500);
  const auto head_has = [&](std::string_view phrase) { return head.find(phrase) != std::string::npos; };
  if (head_has("permission is hereby granted free of charge to any person obtaining a copy")) return "MIT";
  if (head_has("permission to use copy modify and or distribute this software for any purpose with or "
               "without fee is hereby granted")) {
    return head_has("provided that the above copyright notice") ? "ISC" : "0BSD";
  }
  if (head_has("redistribution and use in source and binary forms")) {
    if (has("neither the name") || has("the names of its contributors") || has("may not be used to endorse"))
      return "BSD-3-Clause";
    return "BSD-2-Clause";
  }
  for (const Mark& mark : kMarks) {
    if (has(mark.phrase)) return std::string(mark.spdx);
  }
  if (has("permission is hereby granted free of charge to any person obtaining a copy")) return "MIT";
  if (has("redistribution and use in source and binary forms")) return "BSD-3-Clause";
  if (head_has("mit license") || head_has("licensed under the mit")) return "MIT";
  return {};
}

std::string license_of_header(std::string_view source) {
  constexpr std::string_view kKey = "SPDX-License-Identifier:";
  source = source.substr(0, kHeaderBytes);
  const std::size_t at = source.find(kKey);
  if (at == std::string_view::npos) return {};
  std::string_view line = source.substr(at + kKey.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  if (const std::size_t end = line.find("*/"); end != std::string_view::npos) line = line.substr(0, end);
  if (const std::size_t end = line.find("-->"); end != std::string_view::npos) line = line.substr(0, end);
  const auto belongs = [](char c) {
    return ascii::is_alphanumeric(c) || c == '.' || c == '-' || c == '+' || c == ' ' || c == '(' || c == ')';
  };
  std::string spdx;
  for (const char c : line) {
    if (!belongs(c)) break;
    if (c != ' ' || !spdx.empty()) spdx += c;
  }
  while (spdx.ends_with(' ')) spdx.pop_back();
  return spdx.size() <= 100 ? spdx : std::string();
}

bool is_license_file(std::string_view path) {
  if (path.find('/') != std::string_view::npos) return false;
  std::string low = ascii::lower(path);
  for (const std::string_view head :
       {"license", "licence", "copying", "unlicense", "mit-license", "apache-license"}) {
    if (low.starts_with(head)) return true;
  }
  return false;
}

bool is_permissive(std::string_view spdx) {
  static constexpr std::array kPermissive =
      std::to_array<std::string_view>({"MIT",           "MIT-0",
                                       "BSD",           "BSD-2-Clause",
                                       "BSD-3-Clause",  "BSD-3",
                                       "BSD-2",         "0BSD",
                                       "ISC",           "Apache-2.0",
                                       "Apache",        "Zlib",
                                       "BSL-1.0",       "PSF-2.0",
                                       "Python-2.0",    "Unlicense",
                                       "CC0-1.0",       "WTFPL",
                                       "X11",           "curl",
                                       "NCSA",          "PostgreSQL",
                                       "Ruby",          "Artistic-2.0",
                                       "BlueOak-1.0.0", "Apache-2.0 WITH LLVM-exception"});
  const auto one = [](std::string_view name) {
    while (name.starts_with('(') || name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(')') || name.ends_with(' ')) name.remove_suffix(1);
    return std::ranges::find(kPermissive, name) != kPermissive.end();
  };
  // Of licences to choose from one is enough.
  for (std::size_t begin = 0; begin <= spdx.size();) {
    const std::size_t either = std::min(spdx.find(" OR ", begin), spdx.size());
    std::string_view all = spdx.substr(begin, either - begin);
    bool good = !all.empty();
    while (good && !all.empty()) {
      const std::size_t also = std::min(all.find(" AND "), all.size());
      good = one(all.substr(0, also));
      all.remove_prefix(std::min(all.size(), also + 5));
    }
    if (good) return true;
    begin = either + 4;
  }
  return false;
}

}  // namespace quarry::preparation

// Source fragments made fit to read: doc comments without their markers, signatures on one line.
#pragma once

#include <string>
#include <string_view>

namespace quarry::search {

// Removes comment markers (//, ///, #, --, ;, %, /* * */, """ ''', {- -}, =begin) and common indentation.
[[nodiscard]] std::string clean_doc(std::string_view doc);

// White space collapsed to single spaces, a trailing '{', ':' or '=' that opens the body removed.
[[nodiscard]] std::string clean_signature(std::string_view signature);

}  // namespace quarry::search

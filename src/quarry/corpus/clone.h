// Git URLs become bare repositories on this machine.
#pragma once

#include <string>
#include <string_view>

#include "quarry/corpus/source.h"

namespace quarry::corpus {

// A scheme or the short form of ssh ("git@host:path"); refused transports ("ext::") count too, so that they
// are answered with the reason.
[[nodiscard]] bool looks_like_url(std::string_view where);

// Where `url` is cloned to below `clones`: its last name and a hash of all of it but credentials.
[[nodiscard]] std::filesystem::path clone_path(const std::filesystem::path& clones, std::string_view url);

// The folder of the bare clone of `url`, made or brought up to date with all branches and tags. HEAD is the
// remote's default branch. Credentials come from the URL, the ssh agent or the usual key files and are never
// stored. ErrorKind::invalid_argument for other transports, unavailable where the remote cannot be read,
// cancelled by options.progress.
[[nodiscard]] Result<std::string> clone_or_fetch(FileSystem& files, const std::string& url,
                                                 const OpenOptions& options);

}  // namespace quarry::corpus

#include "quarry/evaluation/repository_folder.h"

#include <vector>

#include "quarry/base/child_process.h"

namespace quarry::evaluation {

Result<std::filesystem::path> repository_folder(FileSystem& files, const std::filesystem::path& repositories,
                                                const std::string& name, const std::filesystem::path& work) {
  const bool plain = !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
  if (!plain) {
    return fail(ErrorKind::invalid_argument, "'{}' is no name of a repository in {}", name,
                repositories.string());
  }
  const std::filesystem::path folder = repositories / name;
  if (const auto status = files.status(folder); status && status->type == FileType::directory) return folder;
  const std::filesystem::path archive = repositories / (name + ".tar.zst");
  if (!files.status(archive)) {
    return fail(ErrorKind::not_found, "neither {} nor {} is there", folder.string(), archive.string());
  }
  const std::filesystem::path unpacked = work / "sources" / name;
  if (files.status(unpacked)) return unpacked;
  // Under another name until it is whole: an unpacking that was cut short must not be taken for the sources.
  const std::filesystem::path partial = work / "sources" / (name + ".partial");
  QUARRY_CHECK(files.create_directories(partial));
  const std::vector<std::string> command{
      "tar", "--zstd", "-x", "-f", std::filesystem::absolute(archive), "-C", partial.string(), "--"};
  QUARRY_TRY(ChildProcess tar, ChildProcess::start(command));
  QUARRY_TRY(const int status, tar.wait());
  if (status != 0) {
    return fail(ErrorKind::io, "cannot unpack {}: tar ended with status {}", archive.string(), status);
  }
  QUARRY_CHECK(files.rename(partial, unpacked));
  return unpacked;
}

}  // namespace quarry::evaluation

// Names index folders so that a person finds the repository's name in them.
#include "quarry/cli/index_folder.h"

#include <algorithm>

#include "quarry/base/ascii.h"
#include "quarry/base/hash.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/progress_display.h"
#include "quarry/cli/user_folders.h"
#include "quarry/index/manifest.h"

namespace quarry::cli {
namespace {

constexpr std::size_t kLongestName = 64;

std::string file_name_of(std::string_view repository) {
  std::string name;
  for (const char c : repository.substr(0, kLongestName)) {
    const bool plain = ascii::is_word(c) || c == '.';
    name += plain ? c : '-';
  }
  return name.empty() || name.front() == '.' ? "repository" + name : name;
}

// The last part of the identity: every work tree and sub-folder of a repository has the same.
std::string_view common_name(std::string_view identity) {
  while (identity.ends_with('/')) identity.remove_suffix(1);
  if (identity.ends_with("/.git")) identity.remove_suffix(5);
  if (identity.ends_with(".git")) identity.remove_suffix(4);
  return identity.substr(identity.rfind('/') + 1);
}

// Both canonical.
bool lies_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const auto relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

// What the flags say; what they leave open stays.
corpus::ListOptions overruled(corpus::ListOptions options, const Settings& settings) {
  if (settings.is_set(kNoDefaultRules)) options.builtin_rules = !settings.on(kNoDefaultRules);
  if (settings.is_set(kNoIgnore)) options.ignore_files = !settings.on(kNoIgnore);
  if (settings.is_set(kMaxFileSize)) options.max_bytes = settings.number(kMaxFileSize);
  return options;
}

}  // namespace

Result<std::filesystem::path> index_folder_of(const Context& context, const corpus::Source& source) {
  if (const auto chosen = context.settings.text(kIndexDirectory); !chosen.empty())
    return std::filesystem::path(chosen);
  const auto cache = user_folder(UserFolder::cache, context.environment);
  if (cache.empty()) {
    return fail(ErrorKind::invalid_argument,
                "no place for the index: neither XDG_CACHE_HOME nor HOME is set; pass --index DIR");
  }
  return cache / "indexes" /
         fmt::format("{}-{:016x}", file_name_of(common_name(source.identity())), hash64(source.identity()));
}

std::vector<std::filesystem::path> cached_indexes(const Context& context) {
  std::vector<std::filesystem::path> folders;
  const auto indexes = user_folder(UserFolder::cache, context.environment) / "indexes";
  if (const auto entries = context.files.list(indexes)) {
    for (const auto& entry : *entries) {
      if (entry.type == FileType::directory) folders.push_back(indexes / entry.name);
    }
  }
  std::ranges::sort(folders);
  return folders;
}

std::filesystem::path clones_folder(const Context& context) {
  const auto cache = user_folder(UserFolder::cache, context.environment);
  return cache.empty() ? cache : cache / "clones";
}

std::optional<std::size_t> find_view(const index::Snapshot& snapshot, const corpus::Source& source) {
  const auto views = snapshot.views();
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto& view = views[i];
    if (view.identity != source.identity() || view.root != source.root() || view.prefix != source.prefix())
      continue;
    // A work tree keeps its view when its commit moves; what has no folder is told apart by its name, and is
    // another version at another commit.
    if (view.root.empty() && (view.repository != source.name() || view.revision != source.revision()))
      continue;
    return i;
  }
  return std::nullopt;
}

Result<std::unique_ptr<corpus::Source>> open_source_for(const Context& context, const std::string& where,
                                                        std::stop_token stop) {
  corpus::OpenOptions options;
  options.revision = context.settings.text(kRevision);
  options.name = context.settings.text(kName);
  options.clones = clones_folder(context);
  ProgressDisplay progress(context, fmt::format("Fetching {}", where));
  options.progress = [&](std::string_view stage, std::size_t done, std::size_t total) {
    progress.relabel(fmt::format("{} {}", stage, where));
    progress.show({.done = done, .total = total});
    return !stop.stop_requested();
  };
  return corpus::open_source(context.files, where, options);
}

std::string folder_around(const Context& context, const std::string& file) {
  std::error_code error;
  const auto path = std::filesystem::canonical(file, error);
  if (error) return ".";  // gone from disk perhaps, but not from the index
  const auto here = std::filesystem::current_path(error);
  if (!error && lies_below(path, here)) return ".";
  const auto folder = path.parent_path();
  const auto source = corpus::open_source(context.files, folder.string());
  if (!source) return folder.string();
  if (const auto& prefix = (*source)->prefix(); !prefix.empty()) {
    auto top = folder;
    for (const auto& part : std::filesystem::path(prefix)) {
      if (!part.empty()) top = top.parent_path();
    }
    return top.string();
  }
  if (!(*source)->revision().empty()) return folder.string();
  std::string best = folder.string();
  std::size_t length = 0;
  for (const auto& index : cached_indexes(context)) {
    const auto manifest = index::read_manifest(context.files, index);
    if (!manifest) continue;  // what is wrong with it is said when it is used
    for (const auto& view : manifest->views) {
      if (view.info.root.size() <= length || !lies_below(path, view.info.root)) continue;
      best = view.info.root;
      length = best.size();
    }
  }
  return best;
}

corpus::ListOptions list_options(const Settings& settings) {
  return overruled(corpus::ListOptions{}, settings);
}

corpus::ListOptions listing_for(const Settings& settings, const index::Snapshot* snapshot,
                                const corpus::Source& source) {
  const auto view = snapshot == nullptr ? std::nullopt : find_view(*snapshot, source);
  return overruled(view ? snapshot->views()[*view].listing : corpus::ListOptions{}, settings);
}

}  // namespace quarry::cli

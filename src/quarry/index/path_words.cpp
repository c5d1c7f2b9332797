#include "quarry/index/path_words.h"

#include <algorithm>
#include <array>

namespace quarry::index {
namespace {

constexpr std::array<std::string_view, 9> kGenericStems{"__init__", "__main__", "index",   "init", "lib",
                                                        "main",     "mod",      "package", "root"};

bool is_generic(std::string_view stem) {
  return std::find(kGenericStems.begin(), kGenericStems.end(), stem) != kGenericStems.end();
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view without_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? name : name.substr(0, dot);
}

}  // namespace

std::string_view stem_of(std::string_view path) {
  const std::string_view stem = without_extension(last_part(path));
  const std::string_view folder = parent_of(path);
  return is_generic(stem) && !folder.empty() ? last_part(folder) : stem;
}

std::string_view folder_of(std::string_view path) {
  const std::string_view folder = parent_of(path);
  return is_generic(without_extension(last_part(path))) ? parent_of(folder) : folder;
}

std::string path_text(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  std::string_view kept = path;
  if (slash != std::string_view::npos) {
    std::string_view folders = path.substr(0, slash);
    std::size_t begin = 0;
    for (int parts = 0; parts < 2 && !folders.empty(); ++parts) {
      const std::size_t cut = folders.rfind('/');
      begin = cut == std::string_view::npos ? 0 : cut + 1;
      folders = cut == std::string_view::npos ? std::string_view{} : folders.substr(0, cut);
    }
    kept = path.substr(begin);
  }
  std::string text(kept.substr(0, kept.size() - last_part(kept).size()));
  text += without_extension(last_part(kept));
  std::replace(text.begin(), text.end(), '/', ' ');
  return text;
}

}  // namespace quarry::index

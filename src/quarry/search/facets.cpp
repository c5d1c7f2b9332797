#include "quarry/search/facets.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace quarry::search {
namespace {

constexpr std::size_t kShownFolders = 30;

class Counter {
 public:
  void add(const index::FileView& file, std::string_view repository, syntax::Kind kind) {
    ++languages_[static_cast<std::size_t>(file.language)];
    ++repositories_[repository];
    ++kinds_[static_cast<std::size_t>(kind)];
  }
  void add_folder(const index::FileView& file) {
    const auto slash = file.path.find('/');
    ++folders_[slash == std::string_view::npos ? std::string_view{} : file.path.substr(0, slash + 1)];
  }

  [[nodiscard]] Facets take() const {
    Facets facets;
    for (std::size_t i = 0; i < languages_.size(); ++i) {
      if (languages_[i] != 0)
        facets.languages.emplace_back(corpus::name_of(static_cast<corpus::Language>(i)), languages_[i]);
    }
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i] != 0) facets.kinds.emplace_back(syntax::name_of(static_cast<syntax::Kind>(i)), kinds_[i]);
    }
    for (const auto& [name, count] : repositories_) facets.repositories.emplace_back(name, count);
    for (const auto& [name, count] : folders_) facets.folders.emplace_back(name, count);
    for (auto* counts : {&facets.languages, &facets.kinds, &facets.repositories, &facets.folders})
      sort(*counts);
    if (facets.folders.size() > kShownFolders) facets.folders.resize(kShownFolders);
    return facets;
  }

 private:
  static void sort(Facets::Counts& counts) {
    std::ranges::sort(counts, [](const auto& a, const auto& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
  }

  std::array<std::uint64_t, 256> languages_{};
  std::array<std::uint64_t, 16> kinds_{};
  std::unordered_map<std::string_view, std::uint64_t> repositories_;
  std::unordered_map<std::string_view, std::uint64_t> folders_;
};

}  // namespace

Facets count_facets(const ranking::SearchSpace& space, std::span<const ranking::Candidate> candidates) {
  Counter counter;
  for (const ranking::Candidate& candidate : candidates) {
    const auto file = space.file(candidate.file);
    const auto place = space.unit_place(candidate.unit);
    counter.add(file, space.repository_of(candidate.file), space.segment(place.segment).kind(place.ordinal));
    counter.add_folder(file);
  }
  return counter.take();
}

Facets count_all_facets(const ranking::SearchSpace& space, const Visibility& visible) {
  Counter counter;
  for (std::size_t s = 0; s < space.segment_count(); ++s) {
    const index::Segment& segment = space.segment(s);
    for (std::uint32_t f = 0; f < segment.file_count(); ++f) {
      if (!space.live(s).contains(f)) continue;
      const auto repository = space.repository_of(space.file_base(s) + f);
      if (!visible.lets_through(repository)) continue;
      const auto file = segment.file(f);
      for (std::uint32_t u = file.first_unit + 1; u < file.first_unit + file.unit_count; ++u) {
        counter.add(file, repository, segment.kind(u));
      }
    }
  }
  return counter.take();
}

}  // namespace quarry::search

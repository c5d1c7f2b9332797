#include "quarry/preparation/repository_list.h"

#include <algorithm>
#include <optional>

#include "quarry/base/ascii.h"
#include "quarry/corpus/clone.h"
#include "quarry/corpus/repository.h"

namespace quarry::preparation {
namespace {

constexpr std::size_t kMaxListBytes = 64U << 20U;

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  const bool tabs = line.find('\t') != std::string_view::npos;
  while (!line.empty()) {
    const std::size_t end = tabs ? line.find('\t') : line.find_first_of(" \t");
    const std::string_view field = line.substr(0, end);
    // Between tabs a field may be empty; between words several spaces are one.
    if (tabs || !field.empty()) fields.push_back(field);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return fields;
}

// Calls visit(number, fields) for every line that says something.
template <class Visit>
Status for_each_entry(const FileSystem& files, const std::filesystem::path& list, const Visit& visit) {
  QUARRY_TRY(const std::string text, files.read(list, kMaxListBytes));
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos || line.starts_with('#')) continue;
    if (auto status = visit(number, fields_of(line)); !status) {
      return fail_in(fmt::format("{}: line {}", list.string(), number), std::move(status).error());
    }
  }
  return {};
}

struct Columns {
  std::optional<std::size_t> name, place, revision, license, partition, held_out;

  static Columns of(const std::vector<std::string_view>& names) {
    Columns columns;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string name = ascii::lower(names[i]);
      if (name == "repo" || name == "name") columns.name = i;
      if (name == "path" || name == "url" || name == "place") columns.place = i;
      if (name == "commit" || name == "revision") columns.revision = i;
      if (name == "license" || name == "licence") columns.license = i;
      if (name == "partition" || name == "split") columns.partition = i;
      if (name == "heldout") columns.held_out = i;
    }
    return columns;
  }
};

std::string field(const std::vector<std::string_view>& fields, const std::optional<std::size_t>& column) {
  if (!column || *column >= fields.size() || fields[*column] == "-") return {};
  return std::string(fields[*column]);
}

// A place as open_source takes it. Sets the name where the place says one.
Status resolve(const FileSystem& files, const std::filesystem::path& folder, std::string_view host,
               RepositoryEntry& entry) {
  if (entry.place.empty()) entry.place = entry.name;
  if (entry.place.empty()) return fail(ErrorKind::invalid_argument, "no repository is named");
  const std::filesystem::path beside = folder / entry.place;
  if (files.status(beside)) {
    entry.place = beside.string();
    return {};
  }
  if (corpus::looks_like_url(entry.place)) {
    if (entry.name.empty()) entry.name = repository_name_of(entry.place);
    return {};
  }
  const auto slashes = std::ranges::count(entry.place, '/');
  if (slashes == 1 && !entry.place.starts_with('/') && !entry.place.starts_with('.')) {
    if (entry.name.empty()) entry.name = entry.place;
    entry.place = std::string(host) + (host.ends_with('/') ? "" : "/") + entry.place;
  }
  return {};  // a folder that is not there is told when it is opened, and does not keep the others from being
              // read
}

}  // namespace

Result<std::vector<RepositoryEntry>> read_repository_list(const FileSystem& files,
                                                          const std::filesystem::path& list,
                                                          std::string_view host) {
  std::vector<RepositoryEntry> entries;
  std::optional<Columns> columns;
  bool first = true;
  QUARRY_CHECK(
      for_each_entry(files, list, [&](std::size_t, const std::vector<std::string_view>& fields) -> Status {
        if (std::exchange(first, false)) {
          const std::string head = ascii::lower(fields.front());
          if (head == "repo" || head == "name") {
            columns = Columns::of(fields);
            return {};
          }
        }
        RepositoryEntry entry;
        if (columns) {
          entry.name = field(fields, columns->name);
          entry.place = field(fields, columns->place);
          entry.revision = field(fields, columns->revision);
          entry.license = field(fields, columns->license);
          entry.partition = field(fields, columns->partition);
          if (entry.partition.empty() && columns->held_out)
            entry.partition = field(fields, columns->held_out) == "1" ? "valid" : "train";
        } else {
          if (fields.size() > 3) {
            return fail(ErrorKind::invalid_argument,
                        "{} fields where there are three at most: place, revision, license (a first line "
                        "\"name\\tplace\\t...\" names other columns)",
                        fields.size());
          }
          entry.place = fields[0];
          if (fields.size() > 1 && fields[1] != "-") entry.revision = fields[1];
          if (fields.size() > 2 && fields[2] != "-") entry.license = fields[2];
        }
        if (!entry.partition.empty() && entry.partition != "train" && entry.partition != "valid" &&
            entry.partition != "test") {
          return fail(ErrorKind::invalid_argument, "the partition is train, valid or test, not \"{}\"",
                      entry.partition);
        }
        if (auto status = resolve(files, list.parent_path(), host, entry); !status) return status;
        entries.push_back(std::move(entry));
        return {};
      }));
  if (entries.empty()) return fail(ErrorKind::invalid_argument, "{}: no repository is listed", list.string());
  return entries;
}

std::string repository_name_of(std::string_view place) {
  if (!corpus::looks_like_url(place)) return corpus::last_name_of(place);
  std::string plain = corpus::without_credentials(place);
  while (plain.ends_with('/')) plain.pop_back();
  const std::string last = corpus::last_name_of(plain);
  // What stands before the last name, but for the host.
  const std::size_t end = plain.find_last_of("/:");
  std::string_view before = std::string_view(plain).substr(0, end == std::string::npos ? 0 : end);
  const std::size_t scheme = before.find("://");
  if (scheme != std::string_view::npos) {
    before.remove_prefix(scheme + 3);
    const std::size_t slash = before.find('/');
    before = slash == std::string_view::npos ? std::string_view() : before.substr(slash + 1);
  }
  const std::size_t begin = before.find_last_of("/:");
  const std::string_view owner = begin == std::string_view::npos ? before : before.substr(begin + 1);
  if (owner.empty() || owner.find('@') != std::string_view::npos) return last;
  return std::string(owner) + "/" + last;
}

void ExcludedNames::add(std::string_view name_or_place) {
  const bool named = std::ranges::count(name_or_place, '/') == 1 && !corpus::looks_like_url(name_or_place);
  names_.insert(ascii::lower(named ? std::string(name_or_place) : repository_name_of(name_or_place)));
}

bool ExcludedNames::holds(std::string_view repository) const {
  const std::string low = ascii::lower(repository);
  return names_.contains(low) || names_.contains(std::string_view(low).substr(low.rfind('/') + 1));
}

Status read_excluded(const FileSystem& files, const std::filesystem::path& list, ExcludedNames& names) {
  bool first = true;
  return for_each_entry(files, list, [&](std::size_t, const std::vector<std::string_view>& fields) -> Status {
    const std::string head = ascii::lower(fields.front());
    if (std::exchange(first, false) && (head == "repo" || head == "name")) return {};
    names.add(fields.front());
    return {};
  });
}

}  // namespace quarry::preparation

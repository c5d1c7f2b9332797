#include "quarry/index/manifest.h"

#include <fmt/core.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "quarry/base/hash.h"
#include "quarry/base/utf8.h"

namespace quarry::index {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFirstWords = "quarry index manifest ";
constexpr std::size_t kMaxBytes = 64U << 20;

// JSON has no byte strings: '%' is always written as %25, and every byte from 0x80 as %XX where the whole is
// no UTF-8.
std::string to_text(std::string_view bytes) {
  const bool plain = utf8::is_valid(bytes);
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || (!plain && byte >= 0x80)) {
      text += fmt::format("%{:02x}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

std::string from_text(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3) {
      bytes += static_cast<char>(value);
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

Json json_of(const StoredFile& file) {
  return {{"name", file.name}, {"size", file.size}, {"checksum", fmt::format("{:016x}", file.checksum)}};
}

// A name that stays inside its folder.
bool is_plain(const std::string& name) {
  return !name.empty() && name.size() < 256 && name.find('/') == std::string::npos && name.front() != '.' &&
         name.find('\0') == std::string::npos;
}

StoredFile stored_file(const Json& json) {
  StoredFile file{json.at("name"), json.at("size"), 0};
  const std::string checksum = json.at("checksum");
  if (!is_plain(file.name) || checksum.size() != 16 ||
      std::from_chars(checksum.data(), checksum.data() + 16, file.checksum, 16).ptr != checksum.data() + 16) {
    throw Json::other_error::create(600, "bad file entry", nullptr);
  }
  return file;
}

Json json_of(const ManifestView& view) {
  Json skipped = Json::object();
  for (const auto& [reason, count] : view.info.skipped) skipped[reason] = count;
  return {{"repository", to_text(view.info.repository)},
          {"identity", to_text(view.info.identity)},
          {"root", to_text(view.info.root)},
          {"revision", to_text(view.info.revision)},
          {"remote", to_text(view.info.remote)},
          {"prefix", to_text(view.info.prefix)},
          {"files", view.info.files},
          {"units", view.info.units},
          {"source_bytes", view.info.source_bytes},
          {"skipped", std::move(skipped)},
          {"documents", to_text(view.documents)},
          {"listing", view.listing},
          {"file", json_of(view.file)}};
}

ManifestView view_of(const Json& json) {
  ManifestView view;
  view.info.repository = from_text(json.at("repository"));
  view.info.identity = from_text(json.at("identity"));
  view.info.root = from_text(json.at("root"));
  view.info.revision = from_text(json.at("revision"));
  view.info.remote = from_text(json.at("remote"));
  view.info.prefix = from_text(json.at("prefix"));
  view.info.files = json.at("files");
  view.info.units = json.at("units");
  view.info.source_bytes = json.at("source_bytes");
  for (const auto& [reason, count] : json.at("skipped").items()) {
    view.info.skipped.emplace_back(reason, count.get<std::uint32_t>());
  }
  view.documents = from_text(json.at("documents"));
  view.listing = json.at("listing");
  view.file = stored_file(json.at("file"));
  return view;
}

}  // namespace

std::filesystem::path manifest_path(const std::filesystem::path& index) {
  return index / "manifest";
}
std::filesystem::path segment_path(const std::filesystem::path& index, const std::string& name) {
  return index / "segments" / name;
}
std::filesystem::path view_path(const std::filesystem::path& index, const std::string& name) {
  return index / "views" / name;
}

std::string format_manifest(const Manifest& manifest) {
  Json json = {{"sequence", manifest.sequence},
               {"version", manifest.version},
               {"source", manifest.source},
               {"model",
                {{"name", to_text(manifest.model.name)},
                 {"fingerprint", to_text(manifest.model.fingerprint)},
                 {"dimensions", manifest.model.dimensions}}},
               {"segments", Json::array()},
               {"views", Json::array()}};
  for (const StoredFile& segment : manifest.segments) json["segments"].push_back(json_of(segment));
  for (const ManifestView& view : manifest.views) json["views"].push_back(json_of(view));
  for (const StoredGraph& graph : manifest.graphs) {
    json["graphs"].push_back({{"segment", graph.segment}, {"file", json_of(graph.file)}});
  }
  const std::string body = json.dump(1) + "\n";
  return fmt::format("{}{} {:016x}\n{}", kFirstWords, kManifestVersion, hash64(body), body);
}

Result<Manifest> parse_manifest(std::string_view bytes, const std::string& path) {
  const auto damaged = [&] { return fail(ErrorKind::corrupt, "{} is damaged; {}", path, kWayOut); };
  if (!bytes.starts_with(kFirstWords)) return damaged();
  const std::string_view rest = bytes.substr(kFirstWords.size());
  std::uint32_t version = 0;
  const auto number = std::from_chars(rest.data(), rest.data() + rest.size(), version);
  if (number.ec != std::errc() || number.ptr == rest.data() + rest.size() || *number.ptr != ' ')
    return damaged();
  if (version != kManifestVersion) {
    return fail(ErrorKind::version_mismatch, "{} has format version {}, this program reads version {}; {}",
                path, version, kManifestVersion, kWayOut);
  }
  const std::string_view tail(number.ptr + 1,
                              static_cast<std::size_t>(rest.data() + rest.size() - number.ptr - 1));
  // As text: a digit in upper case is the same number, but not the byte that was written.
  if (tail.size() < 17 || tail[16] != '\n' ||
      tail.substr(0, 16) != fmt::format("{:016x}", hash64(tail.substr(17)))) {
    return damaged();
  }
  try {
    const Json json = Json::parse(tail.substr(17));
    Manifest manifest;
    manifest.sequence = json.at("sequence");
    manifest.version = json.at("version");
    manifest.source = json.at("source");
    manifest.model = {from_text(json.at("model").at("name")), from_text(json.at("model").at("fingerprint")),
                      json.at("model").at("dimensions")};
    for (const Json& segment : json.at("segments")) manifest.segments.push_back(stored_file(segment));
    for (const Json& view : json.at("views")) manifest.views.push_back(view_of(view));
    for (const Json& graph : json.value("graphs", Json::array())) {
      manifest.graphs.push_back({graph.at("segment"), stored_file(graph.at("file"))});
    }
    return manifest;
  } catch (const Json::exception&) {
    return damaged();
  }
}

Result<Manifest> read_manifest(const FileSystem& files, const std::filesystem::path& index) {
  const auto path = manifest_path(index);
  auto bytes = files.read(path, kMaxBytes);
  if (!bytes) {
    if (bytes.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(bytes).error());
    return fail(ErrorKind::not_found, "no index in {}; make one with `quarry index PATH`", index.string());
  }
  return parse_manifest(*bytes, path.string());
}

Status check_stored(const StoredFile& stored, std::uint64_t size, std::uint64_t checksum,
                    const std::filesystem::path& path) {
  if (size == stored.size && checksum == stored.checksum) return {};
  return fail(ErrorKind::corrupt, "{} is not the file that the manifest names; {}", path.string(), kWayOut);
}

Status write_manifest(FileSystem& files, const std::filesystem::path& index, const Manifest& manifest) {
  const std::string bytes = format_manifest(manifest);
  return write_atomically(files, manifest_path(index), std::as_bytes(std::span(bytes)));
}

}  // namespace quarry::index

#include "quarry/index/snapshot.h"

#include <bit>

#include "quarry/index/listing_rules.h"
#include "quarry/index/manifest.h"
#include "quarry/index/view_file.h"

namespace quarry::index {

FileSet::FileSet(std::uint32_t files, bool value)
    : size_(files), words_((std::size_t{files} + 63) / 64, value ? ~std::uint64_t{0} : 0) {
  if (value && files % 64 != 0) words_.back() &= (std::uint64_t{1} << (files % 64)) - 1;
}

void FileSet::merge(const FileSet& other) {
  for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i) words_[i] |= other.words_[i];
}

std::uint32_t FileSet::count() const {
  std::uint32_t files = 0;
  for (const std::uint64_t word : words_) files += static_cast<std::uint32_t>(std::popcount(word));
  return files;
}

struct Snapshot::State {
  std::filesystem::path directory;
  Manifest manifest;
  std::vector<std::shared_ptr<const Segment>> segments;
  std::vector<std::shared_ptr<const VectorGraph>> graphs;  // one a segment, or null
  std::vector<std::shared_ptr<const ViewFile>> view_files;
  std::vector<ViewInfo> views;
};

namespace {

// A writer that replaces the index while it is opened costs one more round; nobody commits this often.
constexpr int kMaxRounds = 100;

// The graph of a segment; null where it has none or can do without: a graph that is lost or of another format
// version costs time and no answer. One that is damaged is told like everything else.
Result<std::shared_ptr<const VectorGraph>> open_graph(const FileSystem& files,
                                                      const std::filesystem::path& directory,
                                                      const Manifest& manifest, const std::string& segment,
                                                      std::uint32_t units) {
  for (const StoredGraph& stored : manifest.graphs) {
    if (stored.segment != segment) continue;
    const auto path = segment_path(directory, stored.file.name);
    auto graph = VectorGraph::open(files, path);
    if (!graph) {
      const ErrorKind kind = graph.error().kind;
      if (kind == ErrorKind::not_found || kind == ErrorKind::version_mismatch) return nullptr;
      return tl::unexpected(std::move(graph).error());
    }
    QUARRY_CHECK(check_stored(stored.file, (*graph)->size_in_bytes(), (*graph)->checksum(), path));
    if ((*graph)->unit_count() != units)
      return fail(ErrorKind::corrupt, "{} belongs to another segment; {}", path.string(), kWayOut);
    return graph;
  }
  return nullptr;
}

// Leaves `missing` true where a file has vanished: a newer manifest may say why.
template <class State>
Status open_files(const FileSystem& files, State& state, bool& missing) {
  const auto note = [&](Error error) -> tl::unexpected<Error> {
    missing = error.kind == ErrorKind::not_found;
    return fail_in("index " + state.directory.string(), std::move(error));
  };
  for (const StoredFile& stored : state.manifest.segments) {
    const auto path = segment_path(state.directory, stored.name);
    auto segment = Segment::open(files, path);
    if (!segment) return note(std::move(segment).error());
    QUARRY_CHECK(check_stored(stored, (*segment)->size_in_bytes(), (*segment)->checksum(), path));
    state.segments.push_back(std::move(*segment));
    QUARRY_TRY(state.graphs.emplace_back(), open_graph(files, state.directory, state.manifest, stored.name,
                                                       state.segments.back()->unit_count()));
  }
  for (const ManifestView& view : state.manifest.views) {
    const auto path = view_path(state.directory, view.file.name);
    auto opened = ViewFile::open(files, path);
    if (!opened) return note(std::move(opened).error());
    QUARRY_CHECK(check_stored(view.file, (*opened)->size_in_bytes(), (*opened)->checksum(), path));
    state.view_files.push_back(std::move(*opened));
    state.views.push_back(view.info);
    state.views.back().listing = parse_listing(view.listing).value_or(corpus::ListOptions{});
  }
  return {};
}

}  // namespace

Snapshot::Snapshot(std::unique_ptr<State> state) : state_(std::move(state)) {}
Snapshot::~Snapshot() = default;

Result<std::shared_ptr<const Snapshot>> Snapshot::open(FileSystem& files,
                                                       const std::filesystem::path& directory) {
  std::uint64_t tried = 0;
  for (int round = 0;; ++round) {
    auto state = std::make_unique<State>();
    state->directory = directory;
    QUARRY_TRY(state->manifest, read_manifest(files, directory));
    const std::uint64_t sequence = state->manifest.sequence;
    bool missing = false;
    auto opened = open_files(files, *state, missing);
    if (opened) return std::shared_ptr<const Snapshot>(new Snapshot(std::move(state)));
    // The files of an old manifest go once a new one stands; the same manifest twice means that they are
    // lost.
    if (!missing || round == kMaxRounds) return tl::unexpected(std::move(opened).error());
    if (round != 0 && sequence == tried) {
      return fail(ErrorKind::corrupt, "{}; {}", opened.error().message, kWayOut);
    }
    tried = sequence;
  }
}

std::uint64_t Snapshot::version() const {
  return state_->manifest.version;
}
const ModelInfo& Snapshot::model() const {
  return state_->manifest.model;
}
bool Snapshot::has_source() const {
  return state_->manifest.source;
}
const std::filesystem::path& Snapshot::directory() const {
  return state_->directory;
}
std::span<const std::shared_ptr<const Segment>> Snapshot::segments() const {
  return state_->segments;
}
std::span<const std::shared_ptr<const VectorGraph>> Snapshot::graphs() const {
  return state_->graphs;
}
std::span<const ViewInfo> Snapshot::views() const {
  return state_->views;
}

Result<FileSet> Snapshot::live_files(std::size_t view, std::size_t segment) const {
  return state_->view_files[view]->live_files(state_->manifest.segments[segment].name,
                                              state_->segments[segment]->file_count());
}

Result<Totals> Snapshot::totals(std::size_t view) const {
  return state_->view_files[view]->totals();
}

std::uint64_t Snapshot::size_in_bytes() const {
  std::uint64_t bytes = 0;
  for (const StoredFile& segment : state_->manifest.segments) bytes += segment.size;
  for (const StoredGraph& graph : state_->manifest.graphs) bytes += graph.file.size;
  for (const ManifestView& view : state_->manifest.views) bytes += view.file.size;
  return bytes;
}

Status Snapshot::verify() const {
  for (const auto& segment : state_->segments) QUARRY_CHECK(segment->verify());
  for (const auto& graph : state_->graphs) {
    if (graph) QUARRY_CHECK(graph->verify());
  }
  for (const auto& view : state_->view_files) {
    QUARRY_CHECK(view->verify());
    QUARRY_CHECK(view->content());
  }
  for (std::size_t view = 0; view < state_->views.size(); ++view) {
    for (std::size_t segment = 0; segment < state_->segments.size(); ++segment)
      QUARRY_CHECK(live_files(view, segment));
  }
  return {};
}

}  // namespace quarry::index

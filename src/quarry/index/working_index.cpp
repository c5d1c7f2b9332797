#include "quarry/index/working_index.h"

#include <algorithm>

#include "quarry/index/merge_policy.h"
#include "quarry/index/segment_format.h"
#include "quarry/index/vector_graph.h"

namespace quarry::index {
namespace {

bool contains(const ViewContent& content, std::uint32_t segment, std::uint32_t file) {
  return segment < content.live.size() && file < content.live[segment].size() &&
         content.live[segment].contains(file);
}

void add(ViewContent& content, const FileSums& sums) {
  ++content.totals.files;
  content.totals.units += sums.units;
  content.source_bytes += sums.bytes;
  for (std::size_t field = 0; field < kFieldCount; ++field) content.totals.terms[field] += sums.terms[field];
}

void subtract(ViewContent& content, const FileSums& sums) {
  --content.totals.files;
  content.totals.units -= sums.units;
  content.source_bytes -= sums.bytes;
  for (std::size_t field = 0; field < kFieldCount; ++field) content.totals.terms[field] -= sums.terms[field];
}

}  // namespace

FileSums sums_of(const Segment& segment, std::uint32_t ordinal) {
  const FileView file = segment.file(ordinal);
  FileSums sums;
  sums.units = file.unit_count == 0 ? 0 : file.unit_count - 1;
  sums.bytes = file.bytes;
  for (std::size_t f = 0; f < kFieldCount && file.unit_count != 0; ++f) {
    const auto field = static_cast<Field>(f);
    const auto codes = segment.length_codes(field).subspan(file.first_unit, file.unit_count);
    // The file's own unit carries the fields of its path; the others belong to its functions.
    const bool of_path = field == Field::stem || field == Field::folder;
    for (const std::uint8_t code : of_path ? codes.first(1) : codes.subspan(1))
      sums.terms[f] += length_of(code);
  }
  return sums;
}

Result<std::unique_ptr<WorkingIndex>> WorkingIndex::open(IndexFolder& folder) {
  std::unique_ptr<WorkingIndex> index(new WorkingIndex(folder));
  const Manifest& manifest = folder.manifest();
  for (const StoredFile& stored : manifest.segments) {
    QUARRY_TRY(const std::uint32_t number, index->open_segment(stored.name));
    const StoredFile& found = index->segments_[number].file;
    QUARRY_CHECK(
        check_stored(stored, found.size, found.checksum, segment_path(folder.directory(), stored.name)));
    for (const StoredGraph& graph : manifest.graphs) {
      if (graph.segment == stored.name) index->segments_[number].graph = graph.file;
    }
  }
  for (const ManifestView& view : manifest.views) index->views_.push_back({view, nullptr, nullptr});
  index->model_ = manifest.model;
  index->source_ = manifest.source;
  return index;
}

Result<std::uint32_t> WorkingIndex::open_segment(const std::string& name) {
  QUARRY_TRY(auto segment, Segment::open(folder_.files(), segment_path(folder_.directory(), name)));
  QUARRY_CHECK(segment->prepare());
  const StoredFile file{name, segment->size_in_bytes(), segment->checksum()};
  segments_.push_back({file, std::move(segment), std::nullopt});
  return static_cast<std::uint32_t>(segments_.size() - 1);
}

Result<const ViewFile*> WorkingIndex::file_of(View& view) {
  if (!view.file) {
    const auto path = view_path(folder_.directory(), view.meta.file.name);
    QUARRY_TRY(view.file, ViewFile::open(folder_.files(), path));
    QUARRY_CHECK(check_stored(view.meta.file, view.file->size_in_bytes(), view.file->checksum(), path));
  }
  return view.file.get();
}

Result<WorkingView*> WorkingIndex::load(std::size_t number) {
  View& view = views_[number];
  if (view.loaded) return view.loaded.get();
  QUARRY_TRY(const ViewFile* file, file_of(view));
  QUARRY_TRY(ViewContent content, file->content());
  std::vector<std::uint32_t> numbers;
  std::vector<FileSet> live(segments_.size());
  for (std::size_t s = 0; s < content.segments.size(); ++s) {
    const auto found = std::find_if(segments_.begin(), segments_.end(), [&](const Stored& stored) {
      return stored.segment && stored.file.name == content.segments[s];
    });
    if (found == segments_.end() || found->segment->file_count() != content.live[s].size()) {
      return fail(ErrorKind::corrupt, "{} names a segment that the index does not have; {}",
                  view_path(folder_.directory(), view.meta.file.name).string(), kWayOut);
    }
    numbers.push_back(static_cast<std::uint32_t>(found - segments_.begin()));
    live[numbers.back()] = std::move(content.live[s]);
  }
  for (ViewEntry& entry : content.entries) entry.segment = numbers[entry.segment];
  content.segments.clear();
  content.live = std::move(live);
  view.loaded = std::make_unique<WorkingView>(WorkingView{view.meta, std::move(content), true});
  return view.loaded.get();
}

Result<const WorkingView*> WorkingIndex::view(std::size_t number) {
  QUARRY_TRY(const WorkingView* view, load(number));
  return view;
}

Status WorkingIndex::write_segment(SegmentWriter& writer) {
  written_.push_back(folder_.new_segment_name());
  return writer.finish(folder_.files(), segment_path(folder_.directory(), written_.back()));
}

Status WorkingIndex::open_written() {
  for (const std::string& name : std::exchange(written_, {})) QUARRY_CHECK(open_segment(name));
  return {};
}

Status WorkingIndex::put_view(std::size_t number, ManifestView meta, std::vector<ViewEntry> entries,
                              std::vector<ViewSkip> skips) {
  ViewContent before;
  if (number < views_.size()) {
    QUARRY_TRY(const WorkingView* old, load(number));
    before = old->content;
  } else {
    views_.emplace_back();
  }
  ViewContent content;
  content.totals = before.totals;
  content.source_bytes = before.source_bytes;
  content.entries = std::move(entries);
  content.skips = std::move(skips);
  for (const Stored& stored : segments_) {
    content.live.emplace_back(stored.segment ? stored.segment->file_count() : 0);
  }
  for (const ViewEntry& entry : content.entries) {
    content.live[entry.segment].insert(entry.file);
    if (!contains(before, entry.segment, entry.file))
      add(content, sums_of(segment(entry.segment), entry.file));
  }
  for (const ViewEntry& entry : before.entries) {
    if (!contains(content, entry.segment, entry.file))
      subtract(content, sums_of(segment(entry.segment), entry.file));
  }
  meta.info.files = static_cast<std::uint32_t>(content.entries.size());
  meta.info.units = static_cast<std::uint32_t>(content.totals.units);
  meta.info.source_bytes = content.source_bytes;
  View& view = views_[number];
  view.meta = meta;
  view.file = nullptr;
  view.loaded = std::make_unique<WorkingView>(WorkingView{std::move(meta), std::move(content), false});
  return {};
}

void WorkingIndex::remove_view(std::size_t number) {
  views_.erase(views_.begin() + static_cast<std::ptrdiff_t>(number));
}

void WorkingIndex::set_model(ModelInfo model, bool source) {
  model_ = std::move(model);
  source_ = source;
}

Result<FileSet> WorkingIndex::live_in_any_view(std::uint32_t number) {
  const Stored& stored = segments_[number];
  FileSet live(stored.segment->file_count());
  for (View& view : views_) {
    if (view.loaded) {
      if (number < view.loaded->content.live.size()) live.merge(view.loaded->content.live[number]);
      continue;
    }
    QUARRY_TRY(const ViewFile* file, file_of(view));
    QUARRY_TRY(const FileSet of_view, file->live_files(stored.file.name, live.size()));
    live.merge(of_view);
  }
  return live;
}

Result<bool> WorkingIndex::uses(View& view, std::span<const std::size_t> segments) {
  for (const std::size_t s : segments) {
    if (view.loaded) {
      if (s < view.loaded->content.live.size() && view.loaded->content.live[s].count() != 0) return true;
      continue;
    }
    QUARRY_TRY(const ViewFile* file, file_of(view));
    QUARRY_TRY(const FileSet live,
               file->live_files(segments_[s].file.name, segments_[s].segment->file_count()));
    if (live.count() != 0) return true;
  }
  return false;
}

Result<bool> WorkingIndex::merge(bool everything) {
  std::vector<FileSet> live;
  std::vector<SegmentLoad> loads;
  bool changed = false;
  for (std::uint32_t s = 0; s < segments_.size(); ++s) {
    if (!segments_[s].segment) {
      live.emplace_back();
      loads.push_back({});
      continue;
    }
    QUARRY_TRY(live.emplace_back(), live_in_any_view(s));
    loads.push_back({segments_[s].file.size, segments_[s].segment->file_count(), live.back().count()});
    if (loads.back().live == 0) {
      segments_[s].segment = nullptr;
      changed = true;
    }
  }
  std::vector<std::vector<std::size_t>> groups;
  if (!everything) {
    groups = choose_merges(loads);
  } else {
    std::vector<std::size_t> all;
    bool dead = false;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      if (loads[s].live == 0) continue;
      all.push_back(s);
      dead = dead || loads[s].live != loads[s].files;
    }
    if (all.size() > 1 || dead) groups.push_back(std::move(all));
  }
  for (const auto& group : groups) {
    QUARRY_CHECK(merge_group(group, live));
    changed = true;
  }
  return changed;
}

Result<bool> WorkingIndex::make_graphs(
    std::uint32_t units, const std::stop_token& stop,
    const std::function<void(std::uint32_t done, std::uint32_t total)>& progress) {
  bool made = false;
  for (Stored& stored : segments_) {
    if (!stored.segment || stored.graph || stored.segment->dimensions() == 0) continue;
    const std::uint32_t total = stored.segment->unit_count();
    if (total < units) continue;
    const std::string name = folder_.new_graph_name();
    const auto path = segment_path(folder_.directory(), name);
    QUARRY_CHECK(write_vector_graph(folder_.files(), *stored.segment, path, stop, [&](std::uint32_t done) {
      if (progress) progress(done, total);
    }));
    QUARRY_TRY(const auto graph, VectorGraph::open(folder_.files(), path));
    stored.graph = StoredFile{name, graph->size_in_bytes(), graph->checksum()};
    made = true;
  }
  return made;
}

Status WorkingIndex::merge_group(std::span<const std::size_t> group, std::span<const FileSet> live) {
  std::vector<std::shared_ptr<const Segment>> sources;
  std::vector<std::vector<bool>> keep;
  for (const std::size_t s : group) {
    sources.push_back(segments_[s].segment);
    auto& bits = keep.emplace_back(sources.back()->file_count());
    for (std::uint32_t f = 0; f < bits.size(); ++f) bits[f] = live[s].contains(f);
  }
  // Views are renumbered in memory: load those that use a merged segment before the segment goes.
  std::vector<WorkingView*> users;
  for (std::size_t v = 0; v < views_.size(); ++v) {
    QUARRY_TRY(const bool used, uses(views_[v], group));
    if (!used) continue;
    QUARRY_TRY(WorkingView * view, load(v));
    users.push_back(view);
  }
  const std::string name = folder_.new_segment_name();
  QUARRY_TRY(const auto remap,
             merge_segments(folder_.files(), sources, keep, segment_path(folder_.directory(), name)));
  QUARRY_TRY(const std::uint32_t merged, open_segment(name));
  for (WorkingView* view : users) {
    view->content.live.resize(segments_.size());
    FileSet& into = view->content.live[merged] = FileSet(segments_[merged].segment->file_count());
    for (ViewEntry& entry : view->content.entries) {
      const auto found = std::find(group.begin(), group.end(), entry.segment);
      if (found == group.end()) continue;
      entry.file = remap[static_cast<std::size_t>(found - group.begin())][entry.file];
      entry.segment = merged;
      into.insert(entry.file);
    }
    for (const std::size_t s : group) {
      if (s < view->content.live.size()) view->content.live[s] = FileSet();
    }
    view->written = false;
  }
  for (const std::size_t s : group) segments_[s].segment = nullptr;
  return {};
}

Status WorkingIndex::write(WorkingView& view) {
  ViewContent stored;
  std::vector<std::uint32_t> numbers(segments_.size());
  for (std::size_t s = 0; s < view.content.live.size(); ++s) {
    if (view.content.live[s].count() == 0) continue;
    numbers[s] = static_cast<std::uint32_t>(stored.segments.size());
    stored.segments.push_back(segments_[s].file.name);
    stored.live.push_back(view.content.live[s]);
  }
  stored.totals = view.content.totals;
  stored.source_bytes = view.content.source_bytes;
  stored.entries = view.content.entries;
  for (ViewEntry& entry : stored.entries) entry.segment = numbers[entry.segment];
  stored.skips = view.content.skips;
  const std::string name = folder_.new_view_name();
  const auto path = view_path(folder_.directory(), name);
  QUARRY_TRY(const std::uint64_t checksum, write_view(folder_.files(), path, stored));
  QUARRY_TRY(const FileStatus status, folder_.files().status(path));
  view.meta.file = {name, status.size, checksum};
  view.written = true;
  return {};
}

Status WorkingIndex::commit(std::uint64_t version) {
  Manifest manifest;
  manifest.version = version;
  manifest.model = model_;
  manifest.source = source_;
  for (View& view : views_) {
    if (view.loaded && !view.loaded->written) {
      QUARRY_CHECK(write(*view.loaded));
      view.meta = view.loaded->meta;
      view.file = nullptr;
    }
    manifest.views.push_back(view.meta);
  }
  for (const Stored& stored : segments_) {
    if (!stored.segment) continue;
    manifest.segments.push_back(stored.file);
    if (stored.graph) manifest.graphs.push_back({stored.file.name, *stored.graph});
  }
  return folder_.commit(std::move(manifest));
}

}  // namespace quarry::index

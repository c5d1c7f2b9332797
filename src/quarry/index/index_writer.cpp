#include "quarry/index/index_writer.h"

#include <algorithm>
#include <map>

#include "quarry/index/index_folder.h"
#include "quarry/index/listing_rules.h"
#include "quarry/index/view_update.h"
#include "quarry/index/working_index.h"
#include "quarry/model/encoder.h"

namespace quarry::index {
namespace {

ModelInfo model_of(const UpdateOptions& options) {
  if (options.encoder == nullptr) return {};
  return {options.encoder->name(), options.encoder->fingerprint(), options.encoder->dimensions()};
}

// The parse deadline is left out: it does not change what a file says, only how long a machine may think
// about it.
std::string documents_of(const UpdateOptions& options) {
  return fmt::format("documents {}, bytes {}, depth {}, section {}, {}, model {}", kDocumentsVersion,
                     options.limits.max_bytes, options.limits.max_depth, options.limits.section_lines,
                     options.source ? "source" : "no source", model_of(options).fingerprint);
}

// Part of the identity of a unit. Work trees of one repository must agree on it, and so should two machines:
// the remote, else the name of the repository's folder.
std::string repository_of(const corpus::Source& source) {
  if (!source.remote().empty()) return source.remote();
  std::filesystem::path place = std::filesystem::path(source.identity()).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  if (place.filename() == ".git") place = place.parent_path();
  return place.filename().string();
}

bool is_view_of(const ViewInfo& view, const corpus::Source& source) {
  if (view.identity != source.identity() || view.root != source.root()) return false;
  return !source.root().empty() || (view.prefix == source.prefix() && view.repository == source.name());
}

ViewInfo info_of(const corpus::Source& source, const std::vector<ViewSkip>& skips) {
  ViewInfo info;
  info.repository = source.name();
  info.identity = source.identity();
  info.root = source.root();
  info.revision = source.revision();
  info.remote = source.remote();
  info.prefix = source.prefix();
  std::map<std::string, std::uint32_t> reasons;
  for (const ViewSkip& skip : skips) ++reasons[std::string(corpus::name_of(skip.skipped.reason))];
  info.skipped.assign(reasons.begin(), reasons.end());
  return info;
}

bool same_info(const ViewInfo& a, const ViewInfo& b) {
  return a.repository == b.repository && a.revision == b.revision && a.remote == b.remote &&
         a.prefix == b.prefix && a.skipped == b.skipped;
}

bool same_skips(const std::vector<ViewSkip>& a, const std::vector<ViewSkip>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const ViewSkip& x, const ViewSkip& y) {
    return x.skipped.path == y.skipped.path && x.skipped.reason == y.skipped.reason &&
           x.skipped.detail == y.skipped.detail && x.read == y.read && x.stamp == y.stamp && x.blob == y.blob;
  });
}

Status make_graphs(WorkingIndex& index, const UpdateOptions& options) {
  if (options.graph_units == 0) return {};
  const auto show = [&](std::uint32_t done, std::uint32_t total) {
    if (options.progress) options.progress({Progress::Stage::graph, done, total, 0, 0});
  };
  QUARRY_CHECK(index.make_graphs(options.graph_units, options.stop, show));
  return {};
}

// Files of `before` whose path is in `after` no more.
std::uint32_t count_removed(const WorkingIndex& index, const std::vector<ViewEntry>& before,
                            const std::vector<ViewEntry>& after) {
  std::uint32_t removed = 0;
  auto at = after.begin();
  for (const ViewEntry& entry : before) {
    const std::string_view path = index.path_of(entry);
    while (at != after.end() && index.path_of(*at) < path) ++at;
    if (at == after.end() || index.path_of(*at) != path) ++removed;
  }
  return removed;
}

}  // namespace

struct IndexWriter::State {
  std::unique_ptr<IndexFolder> folder;
  WriterHooks hooks;

  // Commits, or leaves everything as it was; either way nothing that is not needed stays behind.
  template <class Work>
  auto guarded(const Work& work) {
    auto result = work();
    folder->clean();
    return result;
  }
  Result<UpdateReport> update(const corpus::Source& source, const UpdateOptions& options);
};

IndexWriter::IndexWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
IndexWriter::~IndexWriter() = default;

Status IndexWriter::discard(FileSystem& files, const std::filesystem::path& directory) {
  return IndexFolder::discard(files, directory);
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(FileSystem& files,
                                                       const std::filesystem::path& directory,
                                                       WriterHooks hooks) {
  auto state = std::make_unique<State>();
  QUARRY_TRY(state->folder, IndexFolder::open(files, directory));
  state->hooks = std::move(hooks);
  return std::unique_ptr<IndexWriter>(new IndexWriter(std::move(state)));
}

Result<UpdateReport> IndexWriter::update(const corpus::Source& source, const UpdateOptions& options) {
  return state_->guarded([&] { return state_->update(source, options); });
}

Result<UpdateReport> IndexWriter::State::update(const corpus::Source& source, const UpdateOptions& options) {
  QUARRY_TRY(const auto index, WorkingIndex::open(*folder));
  const std::string documents = documents_of(options);
  const std::string listing = format_listing(options.listing);
  std::size_t number = index->view_count();
  std::vector<std::size_t> donors;
  for (std::size_t v = 0; v < index->view_count(); ++v) {
    const ManifestView& meta = index->meta(v);
    if (is_view_of(meta.info, source)) {
      number = v;
    } else if (meta.info.identity == source.identity() && meta.documents == documents &&
               meta.listing == listing) {
      donors.push_back(v);
    }
  }
  const bool known = number < index->view_count();
  const ModelInfo model = model_of(options);
  if (index->view_count() > (known ? 1U : 0U) &&
      (index->model().fingerprint != model.fingerprint || index->source() != options.source)) {
    return fail(
        ErrorKind::invalid_argument,
        "the index in {} holds other repositories, built with {} and {}; use the same for this one, or "
        "another index folder",
        folder->directory().string(),
        index->model().name.empty() ? "no model" : "model " + index->model().name,
        index->source() ? "their source" : "no source");
  }
  index->set_model(model, options.source);

  const WorkingView* before = nullptr;
  if (known) {
    QUARRY_TRY(before, index->view(number));
  }
  const bool comparable = known && before->meta.documents == documents;
  QUARRY_TRY(UpdatedView next, update_view(source, options, hooks, repository_of(source), model.dimensions,
                                           *index, comparable ? before : nullptr, donors,
                                           comparable && before->meta.listing == listing));

  UpdateReport report;
  report.files = static_cast<std::uint32_t>(next.entries.size());
  report.parsed = next.parsed;
  report.reused = next.reused;
  report.bytes_parsed = next.bytes_parsed;
  report.unparsed = std::move(next.unparsed);
  for (const ViewSkip& skip : next.skips) report.skipped.push_back(skip.skipped);
  ManifestView meta{info_of(source, next.skips), documents, listing, {}};
  bool to_write = true;
  report.changed = true;
  if (known) {
    const ViewContent& old = before->content;
    report.removed = count_removed(*index, old.entries, next.entries);
    report.changed = before->meta.documents != documents ||
                     !std::equal(old.entries.begin(), old.entries.end(), next.entries.begin(),
                                 next.entries.end(), [](const ViewEntry& a, const ViewEntry& b) {
                                   return a.segment == b.segment && a.file == b.file;
                                 });
    to_write = report.changed || old.entries != next.entries || !same_skips(old.skips, next.skips) ||
               before->meta.listing != listing || !same_info(before->meta.info, meta.info);
  }
  report.version = folder->manifest().version;
  report.units = known ? before->meta.info.units : 0;
  if (!to_write) return report;

  QUARRY_CHECK(index->put_view(number, std::move(meta), std::move(next.entries), std::move(next.skips)));
  report.units = index->meta(number).info.units;
  if (report.changed) {
    QUARRY_CHECK(index->merge(false));
    QUARRY_CHECK(make_graphs(*index, options));
    ++report.version;
  }
  if (options.stop.stop_requested()) {
    return fail(ErrorKind::cancelled, "indexing was stopped; the index is as it was before");
  }
  QUARRY_CHECK(index->commit(report.version));
  return report;
}

Status IndexWriter::remove_view(std::size_t view) {
  return state_->guarded([&]() -> Status {
    QUARRY_TRY(const auto index, WorkingIndex::open(*state_->folder));
    if (view >= index->view_count()) {
      return fail(ErrorKind::not_found, "the index has {} repositories, number {} is none of them",
                  index->view_count(), view);
    }
    index->remove_view(view);
    QUARRY_CHECK(index->merge(false));
    return index->commit(state_->folder->manifest().version + 1);
  });
}

Status IndexWriter::compact() {
  return state_->guarded([&]() -> Status {
    QUARRY_TRY(const auto index, WorkingIndex::open(*state_->folder));
    QUARRY_TRY(const bool changed, index->merge(true));
    if (!changed) return {};
    return index->commit(state_->folder->manifest().version);
  });
}

}  // namespace quarry::index

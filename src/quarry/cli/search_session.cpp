// Opens indexes for searching.
#include "quarry/cli/search_session.h"

#include <map>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/flag_value.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/index_update.h"
#include "quarry/cli/interruption.h"
#include "quarry/cli/model_choice.h"
#include "quarry/cli/reranking_flags.h"

namespace quarry::cli {
namespace {

using SharedSnapshot = std::shared_ptr<const index::Snapshot>;
using SharedEncoder = std::shared_ptr<const model::Encoder>;

bool fits(const index::Snapshot& snapshot, const SharedEncoder& encoder) {
  return encoder != nullptr && snapshot.model().fingerprint == encoder->fingerprint();
}

// Brings the index at `folder` up to date, or says why the version that is there has to do.
Result<SharedSnapshot> refresh(const Context& context, const std::filesystem::path& folder,
                               const corpus::Source& source, SharedSnapshot old, const SharedEncoder& encoder,
                               std::stop_token stop) {
  UpdateRequest request{folder, &source, encoder.get(), !context.settings.on(kNoSource),
                        listing_for(context.settings, old.get(), source)};
  if (old != nullptr) {
    // An index keeps the shape that it was made with; only an explicit --model changes it here.
    request.keep_source = old->has_source();
    const bool has_vectors = !old->model().name.empty();
    if (!has_vectors && !context.settings.is_set(kModel)) request.encoder = nullptr;
    if (has_vectors && encoder == nullptr) {
      context.warn(fmt::format(
          "not refreshed: the index has vectors of the model {}, which is not installed; pass --model, "
          "or make it anew with `quarry index --no-vectors`",
          old->model().name));
      return old;
    }
  } else if (context.settings.on(kNoVectors)) {
    request.encoder = nullptr;
  }
  const auto report = update_index(context, request, std::move(stop));
  if (!report) {
    const auto kind = report.error().kind;
    if (old == nullptr || kind == ErrorKind::cancelled || kind == ErrorKind::corrupt) {
      return tl::unexpected(report.error());
    }
    if (kind == ErrorKind::busy) {
      context.detail(fmt::format("not refreshed: {}", report.error().message));
    } else {
      context.warn(fmt::format("not refreshed, results may be old: {}", report.error().message));
    }
    return old;
  }
  report_skipped(context, *report);
  if (old != nullptr && !report->changed) return old;
  return index::Snapshot::open(context.files, folder);
}

Result<std::unique_ptr<search::Engine>> open_engine(const Context& context, SharedSnapshot snapshot,
                                                    SharedEncoder encoder, std::optional<std::size_t> view) {
  search::EngineOptions options;
  options.weights = context.settings.text(kWeights);
  options.second_look = !context.settings.on(kNoSecondLook);
  options.view = view;
  QUARRY_TRY(options.reranking, reranking_of(context.settings));
  const bool has_vectors = !snapshot->model().name.empty();
  if (!context.settings.on(kNoVectors) && has_vectors) {
    if (fits(*snapshot, encoder)) {
      options.encoder = std::move(encoder);
    } else if (encoder != nullptr && context.settings.is_set(kModel)) {
      return fail(ErrorKind::version_mismatch,
                  "the index's vectors were made by the model {}, not by {}; pass that model, --no-vectors, "
                  "or make the "
                  "index anew with `quarry index --model`",
                  snapshot->model().name, encoder->name());
    } else {
      context.note(fmt::format("the model of this index, {}, is not installed: searching by words only",
                               snapshot->model().name));
    }
  }
  return search::Engine::open(std::move(snapshot), options);
}

}  // namespace

Result<std::unique_ptr<search::Engine>> open_session(const Context& context, const std::string& where) {
  if (!context.settings.text(kIndexDirectory).empty()) return open_session(context, where, std::stop_token{});
  const Interruption interruption;
  return open_session(context, where, interruption.token());
}

Result<std::unique_ptr<search::Engine>> open_session(const Context& context, const std::string& where,
                                                     const std::stop_token& stop) {
  const auto& settings = context.settings;
  if (const auto folder = settings.text(kIndexDirectory); !folder.empty()) {
    QUARRY_TRY(auto snapshot, index::Snapshot::open(context.files, folder));
    SharedEncoder encoder;
    if (!settings.on(kNoVectors) && !snapshot->model().name.empty()) {
      QUARRY_TRY(encoder, open_model(context));
    }
    return open_engine(context, std::move(snapshot), std::move(encoder), std::nullopt);
  }

  QUARRY_TRY(const auto source, open_source_for(context, where, stop));
  QUARRY_TRY(const auto folder, index_folder_of(context, *source));
  context.detail(fmt::format("index: {}", folder.string()));
  SharedSnapshot snapshot;
  if (auto opened = index::Snapshot::open(context.files, folder)) {
    snapshot = std::move(*opened);
  } else if (opened.error().kind != ErrorKind::not_found &&
             opened.error().kind != ErrorKind::version_mismatch) {  // the refresh makes it anew
    return tl::unexpected(opened.error());
  }

  SharedEncoder encoder;
  const bool wants_model = snapshot == nullptr ? !settings.on(kNoVectors)
                                               : !snapshot->model().name.empty() || settings.is_set(kModel);
  if (wants_model) {
    QUARRY_TRY(encoder, open_model(context));
  }
  auto view = snapshot == nullptr ? std::nullopt : find_view(*snapshot, *source);
  if (!view || !settings.on(kNoRefresh)) {
    QUARRY_TRY(snapshot, refresh(context, folder, *source, std::move(snapshot), encoder, stop));
    view = find_view(*snapshot, *source);
  }
  if (!view) {
    return fail(ErrorKind::not_found, "{} is not in the index {}; run `quarry index {}`", where,
                folder.string(), where);
  }
  return open_engine(context, std::move(snapshot), std::move(encoder), view);
}

search::Query query_of(const Settings& settings) {
  search::Query query;
  query.limit = settings.number(kLimit);
  query.offset = settings.number(kOffset);
  query.vectors = !settings.on(kNoVectors);
  query.explain = settings.on(kExplain);
  query.filters.paths = settings.list(kPaths);
  query.filters.repositories = settings.list(kRepositories);
  for (const auto& name : settings.list(kLanguages)) {
    if (const auto language = corpus::language_from_name(name)) query.filters.languages.push_back(*language);
  }
  for (const auto& name : settings.list(kKinds)) {
    for (const auto kind :
         {syntax::Kind::function, syntax::Kind::method, syntax::Kind::class_, syntax::Kind::section}) {
      if (syntax::name_of(kind) == name) query.filters.kinds.push_back(kind);
    }
  }
  return query;
}

std::function<ShownPath(const search::SearchResult&)> locator_of(const index::Snapshot& snapshot) {
  std::map<std::string, std::string> roots;
  for (const auto& view : snapshot.views()) roots.emplace(view.repository, view.root);
  std::error_code ignored;
  auto here = std::filesystem::current_path(ignored);
  return [roots = std::move(roots), here = std::move(here)](const search::SearchResult& result) -> ShownPath {
    const auto root = roots.find(result.repository);
    if (root == roots.end() || root->second.empty()) return {result.path, ""};
    const auto absolute = std::filesystem::path(root->second) / result.path;
    const auto relative = absolute.lexically_relative(here);
    const bool below = !relative.empty() && *relative.begin() != "..";
    return {below ? relative.string() : absolute.string(), absolute.string()};
  };
}

}  // namespace quarry::cli

#include "quarry/server/catalog.h"

#include <fmt/core.h>

#include <algorithm>
#include <random>

#include "quarry/index/manifest.h"

namespace quarry::server {
namespace {

bool same(const FileStatus& a, const FileStatus& b) {
  return a.mtime_ns == b.mtime_ns && a.size == b.size && a.inode == b.inode;
}

// In the place of a model that is not there: every answer then tells why it went by words.
class MissingEncoder final : public model::Encoder {
 public:
  MissingEncoder(const index::ModelInfo& model, std::string why) : model_(model), why_(std::move(why)) {}
  [[nodiscard]] const std::string& name() const override { return model_.name; }
  [[nodiscard]] const std::string& fingerprint() const override { return model_.fingerprint; }
  [[nodiscard]] std::uint32_t dimensions() const override { return model_.dimensions; }
  [[nodiscard]] Result<std::vector<float>> encode(std::span<const std::string_view> /*texts*/,
                                                  model::Side /*side*/) const override {
    return tl::unexpected(Error{ErrorKind::unavailable, why_});
  }

 private:
  const index::ModelInfo model_;
  const std::string why_;
};

// "b" of "a=1; quarry_side=b".
std::string_view side_cookie(std::string_view cookies) {
  constexpr std::string_view kName = "quarry_side=";
  while (!cookies.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    auto cookie = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
    if (cookie.starts_with(kName)) return cookie.substr(kName.size());
  }
  return {};
}

double random_share() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::open(FileSystem& files, CatalogOptions options) {
  std::unique_ptr<Catalog> catalog(new Catalog(files, std::move(options)));
  for (const auto& source : catalog->options_.sources) {
    Side side;
    if (const auto status = files.status(index::manifest_path(source.directory))) side.manifest = *status;
    QUARRY_TRY(side.served, catalog->open_side(source));
    catalog->sides_.push_back(std::move(side));
  }
  return catalog;
}

Result<std::shared_ptr<const ServedIndex>> Catalog::open_side(const IndexSource& source) const {
  auto served = std::make_shared<ServedIndex>();
  QUARRY_TRY(auto snapshot, index::Snapshot::open(files_, source.directory));
  if (const auto status = files_.status(index::manifest_path(source.directory)))
    served->created_ns = status->mtime_ns;
  served->name = source.name;
  served->label = fmt::format("{}@{}", source.name, snapshot->version());
  QUARRY_TRY(served->encoder, options_.open_encoder(*snapshot));
  auto encoder = served->encoder;
  const auto& model = snapshot->model();
  if (encoder == nullptr && !model.name.empty() && !options_.words_only) {
    served->without_encoder = fmt::format(
        "the model {} that made the index's vectors is not installed on the server, or is another version of "
        "it",
        model.name);
    encoder = std::make_shared<MissingEncoder>(model, served->without_encoder);
  }
  QUARRY_TRY(served->engine, search::Engine::open(std::move(snapshot), {.encoder = std::move(encoder),
                                                                        .weights = options_.weights,
                                                                        .view = {},
                                                                        .second_look = options_.second_look,
                                                                        .reranking = options_.reranking}));
  return served;
}

std::vector<Catalog::Change> Catalog::refresh(bool always) {
  const std::lock_guard refreshing(refreshing_);
  std::vector<Change> changes;
  for (std::size_t i = 0; i < options_.sources.size(); ++i) {
    const auto& source = options_.sources[i];
    Side side;
    {
      const std::lock_guard lock(mutex_);
      side = sides_[i];
    }
    Change change{.side = source.name, .label = side.served->label, .error = side.error};
    const auto manifest = files_.status(index::manifest_path(source.directory));
    if (!manifest) {
      // Deleted while serving: what is mapped stays readable, and a new index may come in its place.
      side.manifest = {};
      side.error = manifest.error().message;
    } else if (always || !same(*manifest, side.manifest)) {
      side.manifest = *manifest;
      auto opened = open_side(source);
      side.error = opened ? "" : opened.error().message;
      if (opened) {
        change.swapped =
            (*opened)->engine->snapshot().version() != side.served->engine->snapshot().version() ||
            (*opened)->engine->snapshot().model().fingerprint !=
                side.served->engine->snapshot().model().fingerprint;
        side.served = std::move(*opened);
        change.label = side.served->label;
      }
    }
    const bool news = change.swapped || always || change.error != side.error;
    change.error = side.error;
    {
      const std::lock_guard lock(mutex_);
      sides_[i] = std::move(side);
    }
    if (news) changes.push_back(std::move(change));
  }
  return changes;
}

std::shared_ptr<const ServedIndex> Catalog::choose(const Request& request) const {
  const auto wanted = request.header("quarry-side");
  const auto named = wanted ? *wanted : side_cookie(request.header("cookie").value_or(""));
  const std::lock_guard lock(mutex_);
  if (sides_.size() == 1) return sides_[0].served;
  double sum = 0;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    if (options_.sources[i].name == named) return sides_[i].served;
    sum += options_.sources[i].weight;
  }
  double at = random_share() * sum;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    at -= options_.sources[i].weight;
    if (at < 0) return sides_[i].served;
  }
  return sides_[0].served;
}

std::shared_ptr<const ServedIndex> Catalog::side(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    if (options_.sources[i].name == name) return sides_[i].served;
  }
  return nullptr;
}

std::vector<std::shared_ptr<const ServedIndex>> Catalog::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const ServedIndex>> served;
  for (const auto& side : sides_) served.push_back(side.served);
  return served;
}

}  // namespace quarry::server

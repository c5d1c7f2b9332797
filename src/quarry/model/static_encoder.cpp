#include "quarry/model/static_encoder.h"

#include <algorithm>
#include <mutex>

#include "quarry/base/utf8.h"
#include "quarry/model/pooling.h"

namespace quarry::model {
namespace {

std::string_view first_code_points(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!utf8::is_continuation(text[at]) && limit-- == 0) break;
  }
  return text.substr(0, at);
}

}  // namespace

struct StaticEncoder::Scratch {
  Tokenizer::Scratch words;
  std::vector<TokenId> ids;
  std::vector<WeightedRow> rows;
  // Of each token the text that it was last seen in (by number) and its place in `rows`: no clearing between
  // texts.
  struct Seen {
    std::uint32_t text = 0;
    std::uint32_t place = 0;
  };
  std::vector<Seen> seen;
  std::vector<std::uint32_t> counts;  // of each of `rows`
  std::uint32_t text = 0;
  std::vector<float> whole;  // a vector before its first dimensions are taken
};

struct StaticEncoder::Pool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Scratch>> idle;
};

Result<std::shared_ptr<const StaticEncoder>> StaticEncoder::open(const FileSystem& files,
                                                                 const std::filesystem::path& directory,
                                                                 std::string name) {
  QUARRY_TRY(StaticModel model, read_static_model(files, directory));
  if (name.empty())
    name = directory.has_filename() ? directory.filename() : directory.parent_path().filename();
  return std::make_shared<const StaticEncoder>(std::move(model), std::move(name));
}

StaticEncoder::StaticEncoder(StaticModel model, std::string name)
    : model_(std::move(model)), name_(std::move(name)), pool_(std::make_unique<Pool>()) {}

StaticEncoder::~StaticEncoder() = default;

Result<std::vector<float>> StaticEncoder::encode(std::span<const std::string_view> texts, Side side) const {
  std::unique_ptr<Scratch> scratch;
  {
    const std::scoped_lock lock(pool_->mutex);
    if (!pool_->idle.empty()) {
      scratch = std::move(pool_->idle.back());
      pool_->idle.pop_back();
    }
  }
  if (!scratch) {
    scratch = std::make_unique<Scratch>();
    scratch->seen.resize(model_.tokenizer.size());
  }
  const std::size_t kept = model_.kept_dimensions;
  std::vector<float> vectors(texts.size() * kept, 0.0F);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::span<float> vector = std::span(vectors).subspan(i * kept, kept);
    const StaticSide& weights = model_.sides[static_cast<std::size_t>(side)];
    if (kept == model_.dimensions || weights.mean.empty()) {
      encode_one(texts[i], weights, *scratch, vector);
      continue;
    }
    scratch->whole.assign(model_.dimensions, 0.0F);
    encode_one(texts[i], weights, *scratch, scratch->whole);
    std::copy_n(scratch->whole.begin(), kept, vector.begin());
    normalize(vector);
  }
  const std::scoped_lock lock(pool_->mutex);
  pool_->idle.push_back(std::move(scratch));
  return vectors;
}

void StaticEncoder::encode_one(std::string_view text, const StaticSide& side, Scratch& scratch,
                               std::span<float> vector) const {
  if (model_.max_code_points > 0) text = first_code_points(text, model_.max_code_points);
  scratch.ids.clear();
  model_.tokenizer.append_ids(text, scratch.words, scratch.ids, side.max_tokens);

  if (++scratch.text == 0) {  // after 2^32 texts the numbers start again
    std::fill(scratch.seen.begin(), scratch.seen.end(), Scratch::Seen{});
    scratch.text = 1;
  }
  scratch.rows.clear();
  scratch.counts.clear();
  for (const TokenId id : scratch.ids) {
    Scratch::Seen& seen = scratch.seen[id];
    if (seen.text == scratch.text) {
      ++scratch.counts[seen.place];
      continue;
    }
    if (side.weights[id] == 0.0F) continue;
    seen = {scratch.text, static_cast<std::uint32_t>(scratch.rows.size())};
    scratch.rows.push_back({model_.row(id), side.weights[id]});
    scratch.counts.push_back(1);
  }
  for (std::size_t i = 0; i < scratch.rows.size(); ++i) {
    scratch.rows[i].weight *= model_.frequency(scratch.counts[i]);
  }
  model_.add_rows(scratch.rows, vector);
  normalize(vector);
  if (side.mean.empty() || scratch.rows.empty()) return;
  for (std::size_t d = 0; d < vector.size(); ++d) vector[d] -= side.mean[d];
  normalize(vector);
}

}  // namespace quarry::model

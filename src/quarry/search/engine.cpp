#include "quarry/search/engine.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>
#include <span>

#include "quarry/index/stored_vector.h"
#include "quarry/ranking/ranker.h"
#include "quarry/ranking/second_look.h"
#include "quarry/search/browse.h"
#include "quarry/text/words.h"

namespace quarry::search {
namespace {

constexpr std::size_t kMaxWeights = std::size_t{1} << 20;  // bytes of a weights file
constexpr std::size_t kShownReasons = 5;                   // without --explain

bool matches_path(std::string_view path, const std::string& pattern) {
  if (pattern.find_first_of("*?[") == std::string::npos) {
    // "net/", "net/http.go" or "http.go": a run of whole path parts.
    const std::string_view part =
        pattern.ends_with('/') ? std::string_view(pattern).substr(0, pattern.size() - 1) : pattern;
    for (std::size_t at = path.find(part); at != std::string_view::npos; at = path.find(part, at + 1)) {
      const bool begins = at == 0 || path[at - 1] == '/';
      const std::size_t end = at + part.size();
      const bool ends = end == path.size() ? !pattern.ends_with('/') : path[end] == '/';
      if (begins && ends) return true;
    }
    return false;
  }
  const std::string text(path);
  // A glob without '/' speaks of the file's name, as in .gitignore; '*' crosses folders otherwise.
  if (pattern.find('/') == std::string::npos) {
    return ::fnmatch(pattern.c_str(),
                     text.c_str() + (text.rfind('/') == std::string::npos ? 0 : text.rfind('/') + 1), 0) == 0;
  }
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

bool passes_paths(std::string_view path, const std::vector<std::string>& patterns) {
  bool wanted = true;
  bool any_positive = false;
  bool positive_match = false;
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('!')) {
      if (matches_path(path, pattern.substr(1))) wanted = false;
    } else {
      any_positive = true;
      positive_match = positive_match || matches_path(path, pattern);
    }
  }
  return wanted && (!any_positive || positive_match);
}

template <class T>
bool is_among(const std::vector<T>& values, const T& value) {
  return values.empty() || std::find(values.begin(), values.end(), value) != values.end();
}

// What the reranker made of a result.
struct Moved {
  float score = 0;   // its new one less the old
  float places = 0;  // upwards
};

std::vector<Evidence> reasons_of(const ranking::Ranked& ranked, const ranking::LinearModel& model,
                                 const Moved& moved, bool explain) {
  struct Reason {
    std::string_view name;
    float value;
    float contribution;
  };
  std::array<Reason, ranking::kFeatureCount + ranking::kLookCount + 2> reasons;
  std::size_t count = 0;
  for (std::size_t i = 0; i < ranking::kFeatureCount; ++i) {
    const float contribution = model.weights[i] * ranked.candidate.features[i];
    if (contribution != 0)
      reasons[count++] = {ranking::kFeatureNames[i], ranked.candidate.features[i], contribution};
  }
  for (std::size_t i = 0; ranked.look && i < ranking::kLookCount; ++i) {
    const float value = (*ranked.look)[i];
    const float contribution = model.look[i] * value;
    if (contribution != 0) reasons[count++] = {ranking::kLookNames[i], value, contribution};
  }
  if (ranked.shown != ranked.score) reasons[count++] = {"file.repeated", 1, ranked.shown - ranked.score};
  if (moved.score != 0) reasons[count++] = {"reranker", moved.places, moved.score};
  std::stable_sort(
      reasons.begin(), reasons.begin() + static_cast<std::ptrdiff_t>(count),
      [](const Reason& a, const Reason& b) { return std::abs(a.contribution) > std::abs(b.contribution); });
  if (!explain) count = std::min(count, kShownReasons);
  std::vector<Evidence> why;
  why.reserve(count);
  for (const Reason& reason : std::span(reasons).first(count))
    why.push_back({std::string(reason.name), reason.value, reason.contribution});
  return why;
}

}  // namespace

struct Engine::State {
  ranking::SearchSpace space;
  ranking::RankingModels models;
  std::shared_ptr<const model::Encoder> encoder;
  std::shared_ptr<const model::StaticModel> token_vectors;  // null: there is no second look
  std::shared_ptr<ranking::UnitTokensCache> read_before =
      std::make_shared<ranking::UnitTokensCache>(ranking::kRememberedUnits);
  Reranking reranking;
  std::vector<text::Term> own_names;

  // What a search needs and the next can use again.
  struct Scratch {
    text::Analyzer analyzer;
    ranking::EvidenceTable table;
    std::optional<ranking::SecondLook> second_look;
  };
  std::mutex mutex;
  std::vector<std::unique_ptr<Scratch>> idle;

  // Borrowed by one search at a time, given back at its end.
  class Lease {
   public:
    explicit Lease(State& state) : state_(state) {
      const std::lock_guard lock(state.mutex);
      if (state.idle.empty()) {
        scratch_ = std::make_unique<Scratch>();
        if (state.token_vectors) {
          scratch_->second_look.emplace(state.token_vectors, state.read_before);
        }
      } else {
        scratch_ = std::move(state.idle.back());
        state.idle.pop_back();
      }
    }
    ~Lease() {
      const std::lock_guard lock(state_.mutex);
      state_.idle.push_back(std::move(scratch_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Scratch* operator->() { return scratch_.get(); }

   private:
    State& state_;
    std::unique_ptr<Scratch> scratch_;
  };

  [[nodiscard]] ranking::CandidateFilter filter_of(const Filters& filters, const Visibility& visible) const;
  [[nodiscard]] bool uses_vectors(const Query& query) const {
    return query.vectors && encoder && space.snapshot().model().fingerprint == encoder->fingerprint();
  }
  // A text that is no question, but code, is not looked for twice: nobody taught the second look to.
  [[nodiscard]] Result<Answer> search(const Query& query, bool question);
  [[nodiscard]] Result<std::vector<std::int8_t>> encode(std::string_view text) const;
  [[nodiscard]] Result<Answer> answer(const Query& query, const ranking::LinearModel& model,
                                      std::span<const ranking::Ranked> ranked) const;
  // True where the page that is asked for lies, in part, among the results that are read again.
  [[nodiscard]] bool reranks(const Query& query) const {
    return reranking.reranker != nullptr && query.rerank && query.offset < reranking.top;
  }
  // How many places of the order an answer needs: one more than it shows, and all that are reranked.
  [[nodiscard]] std::size_t places_of(const Query& query) const {
    return std::max(query.offset + query.limit + 1, reranks(query) ? reranking.top : 0);
  }
  // The order of the best of `ranked`; the one that they have where the reranker does not answer.
  [[nodiscard]] Result<PlaceOrder> rerank_best(const Query& query, std::span<const ranking::Ranked> ranked,
                                               Answer& answer) const;
};

ranking::CandidateFilter Engine::State::filter_of(const Filters& filters, const Visibility& visible) const {
  ranking::CandidateFilter filter;
  if (!filters.languages.empty() || !filters.paths.empty() || !filters.repositories.empty() ||
      visible.repositories) {
    filter.file = [this, &filters, &visible](std::uint32_t ordinal) {
      if (!visible.lets_through(space.repository_of(ordinal))) return false;
      const index::FileView file = space.file(ordinal);
      return is_among(filters.languages, file.language) && passes_paths(file.path, filters.paths) &&
             (filters.repositories.empty() ||
              is_among(filters.repositories, std::string(space.repository_of(ordinal))));
    };
  }
  if (!filters.kinds.empty()) {
    filter.kind = [&filters](syntax::Kind kind) { return is_among(filters.kinds, kind); };
  }
  return filter;
}

Result<std::vector<std::int8_t>> Engine::State::encode(std::string_view text) const {
  const std::string_view texts[] = {text};
  QUARRY_TRY(std::vector<float> vector, encoder->encode(texts, model::Side::query));
  std::vector<std::int8_t> quantized(vector.size());
  index::store_vector(vector, quantized);
  return quantized;
}

Result<PlaceOrder> Engine::State::rerank_best(const Query& query, std::span<const ranking::Ranked> ranked,
                                              Answer& answer) const {
  const auto best = ranked.first(std::min(ranked.size(), reranking.top));
  if (!query.best.empty()) {
    if (query.best.size() != best.size()) {
      return fail(ErrorKind::invalid_argument,
                  "the first page's order is not one of this query: ask again from the first page");
    }
    return query.best;
  }
  PlaceOrder as_it_is(best.size());
  std::iota(as_it_is.begin(), as_it_is.end(), std::uint8_t{0});
  if (best.size() < 2) return as_it_is;
  std::vector<std::string> texts;
  std::vector<float> scores;
  for (const ranking::Ranked& one : best) {
    QUARRY_TRY(const SearchResult result, describe_unit(space, one.candidate.unit));
    texts.push_back(text_to_rerank(result));
    scores.push_back(one.shown);
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto began = std::chrono::steady_clock::now();
  const auto reread = reranking.reranker->score(query.text, views);
  answer.timings.rerank = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  if (!reread) {
    answer.not_reranked = "not reranked: " + reread.error().message;
    return as_it_is;
  }
  return mix(scores, *reread, reranking.weight);
}

Result<Answer> Engine::State::answer(const Query& query, const ranking::LinearModel& model,
                                     std::span<const ranking::Ranked> ranked) const {
  Answer answer;
  answer.query = query.text;
  answer.index_version = space.snapshot().version();
  if (reranks(query)) {
    QUARRY_TRY(answer.best, rerank_best(query, ranked, answer));
  }
  const std::size_t end = std::min(ranked.size(), query.offset + query.limit);
  answer.more = ranked.size() > end;
  for (std::size_t i = query.offset; i < end; ++i) {
    const std::size_t before = i < answer.best.size() ? answer.best[i] : i;
    QUARRY_TRY(SearchResult result, describe_unit(space, ranked[before].candidate.unit));
    // Those that are reordered share out the scores that they had: what follows stays below them.
    result.score = ranked[i].shown;
    const Moved moved{.score = ranked[i].shown - ranked[before].shown,
                      .places = static_cast<float>(before) - static_cast<float>(i)};
    result.why = reasons_of(ranked[before], model, moved, query.explain);
    result.rank = i + 1;
    answer.results.push_back(std::move(result));
  }
  return answer;
}

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(std::shared_ptr<const index::Snapshot> snapshot,
                                             const EngineOptions& options) {
  auto state = std::make_unique<State>();
  QUARRY_TRY(state->space, ranking::SearchSpace::open(std::move(snapshot), options.view));
  state->encoder = options.encoder;
  state->reranking = options.reranking;
  if (options.second_look) state->token_vectors = model::token_vectors_of(options.encoder);
  if (options.weights.empty()) {
    state->models = ranking::default_models();
  } else {
    QUARRY_TRY(const std::string weights, posix_file_system().read(options.weights, kMaxWeights));
    auto parsed = ranking::parse_models(weights);
    if (!parsed) return fail_in(options.weights.string(), parsed.error());
    state->models = *std::move(parsed);
  }
  text::Analyzer analyzer;
  state->own_names = ranking::own_name_terms(state->space, analyzer);
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Result<Answer> Engine::State::search(const Query& query, bool question) {
  const auto began = std::chrono::steady_clock::now();
  if (query.limit == 0 || query.limit > kMaxLimit) {
    return fail(ErrorKind::invalid_argument, "the number of results must be 1 to {}", kMaxLimit);
  }
  if (query.text.size() > kMaxQueryBytes) {
    return fail(ErrorKind::limit, "the query has {} bytes; at most {} are searched for", query.text.size(),
                kMaxQueryBytes);
  }
  std::optional<Lease> scratch(std::in_place, *this);
  const ranking::QueryTerms terms = ranking::read_query(query.text, (*scratch)->analyzer, own_names);
  const ranking::CandidateFilter filter = filter_of(query.filters, query.visible);
  std::vector<std::int8_t> vector;
  std::string degraded;
  if (uses_vectors(query)) {
    auto encoded = encode(query.text);
    if (encoded) {
      vector = *std::move(encoded);
    } else if (encoded.error().kind == ErrorKind::unavailable) {
      // An encoder behind a network may be gone; words still find most of what is asked for.
      degraded = "ranked by words only: " + encoded.error().message;
    } else {
      return tl::unexpected(std::move(encoded).error());
    }
  }
  const bool vectors = !vector.empty();
  const auto embedded = std::chrono::steady_clock::now();
  std::vector<ranking::Candidate> candidates;
  if (!terms.terms.empty() || !terms.symbols.empty()) {
    // Every page looks at the same candidates: more of them further down would move results across pages.
    QUARRY_TRY(candidates,
               ranking::find_candidates(
                   space, {.query = &terms, .filter = &filter, .query_vector = vector, .limit = query.limit},
                   (*scratch)->table));
  }
  const auto found = std::chrono::steady_clock::now();
  std::optional<Facets> facets;
  if (query.facets) facets = count_facets(space, candidates);
  const ranking::RankingModel& model = models.choose(vectors);
  const ranking::LinearModel weights =
      model.blend(model.gate.open(ranking::describe_query(terms, candidates)));
  ranking::LookAgain look;
  if (auto& second_look = (*scratch)->second_look; question && vectors && second_look) {
    second_look->ask(query.text, terms);
    look = [&](std::uint32_t at) { return second_look->look(space, candidates[at].unit); };
  }
  QUARRY_TRY(const std::vector<ranking::Ranked> ranked,
             ranking::order(candidates, weights, look, places_of(query)));
  scratch.reset();  // who waits for a reranker needs none of it
  QUARRY_TRY(Answer answer, answer(query, weights, ranked));
  if (vectors) answer.model = encoder->name();
  answer.degraded = std::move(degraded);
  answer.facets = std::move(facets);
  const auto ended = std::chrono::steady_clock::now();
  using Seconds = std::chrono::duration<double>;
  answer.timings.embed = Seconds(embedded - began).count();
  answer.timings.candidates = Seconds(found - embedded).count();
  answer.timings.rank = Seconds(ended - found).count() - answer.timings.rerank;
  answer.took_ms = Seconds(ended - began).count() * 1e3;
  return answer;
}

Result<Answer> Engine::search(const Query& query) const {
  return state_->search(query, true);
}

Result<Answer> Engine::similar(const std::string& path, std::uint32_t line, const Query& query) const {
  const auto file = find_file(state_->space, "", path);
  if (!file) {
    return fail(ErrorKind::not_found, "{} is not in the index; `quarry status` shows what is", path);
  }
  const auto unit = find_unit_at(state_->space, *file, line);
  if (!unit) return fail(ErrorKind::not_found, "{}:{}: no function or section is there", path, line);
  QUARRY_TRY(Answer answer, similar(*unit, query));
  answer.query = fmt::format("{}:{}", path, line);
  return answer;
}

Result<Answer> Engine::similar(std::uint32_t unit, const Query& query) const {
  const auto began = std::chrono::steady_clock::now();
  QUARRY_TRY(const SearchResult model, describe_unit(state_->space, unit));
  // What it is called and documented as says what it does; its rarest words come with the code.
  Query like = query;
  like.text = model.name + ' ' + model.doc + ' ' + model.signature + ' ' + model.code;
  like.text.resize(std::min(like.text.size(), kMaxQueryBytes));
  like.limit = std::min(query.limit + 1, kMaxLimit);
  like.rerank = false;  // rerankers are trained to read questions
  QUARRY_TRY(Answer answer, state_->search(like, false));
  answer.query = fmt::format("{}:{}", model.path, model.start_line);
  std::erase_if(answer.results, [&](const SearchResult& result) {
    return result.id == model.id && result.path == model.path;
  });
  if (answer.results.size() > query.limit) answer.results.resize(query.limit);
  for (std::size_t i = 0; i < answer.results.size(); ++i) answer.results[i].rank = query.offset + i + 1;
  answer.took_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count();
  return answer;
}

const index::Snapshot& Engine::snapshot() const {
  return state_->space.snapshot();
}

const ranking::SearchSpace& Engine::space() const {
  return state_->space;
}

}  // namespace quarry::search

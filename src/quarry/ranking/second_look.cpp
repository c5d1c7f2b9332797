#include "quarry/ranking/second_look.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quarry/index/path_words.h"
#include "quarry/ranking/token_rows.h"

namespace quarry::ranking {
namespace {

constexpr std::size_t kPlaces = static_cast<std::size_t>(LookPlace::all) + 1;
constexpr std::size_t kMostQueryTokens = 32;
constexpr std::array<std::size_t, kReadPlaces> kMostTokens{32, 32, 64, 160, 24, 400};  // by LookPlace
constexpr std::size_t kMostTokensOfALine = 60;
constexpr std::size_t kWindowLines = 6;
constexpr std::size_t kWindowStep = 2;
constexpr float kClose = 0.4F;  // a cosine below says nothing

constexpr std::size_t at(LookPlace place) {
  return static_cast<std::size_t>(place);
}

std::string_view container_of(std::string_view qualified, std::string_view name) {
  return qualified.ends_with(name) ? qualified.substr(0, qualified.size() - name.size()) : std::string_view{};
}

// Hands out the places of a LookVector in the order of kLookNames.
class Writer {
 public:
  explicit Writer(LookVector& out) : out_(out) {}
  void add(float value) { out_[next_++] = value; }

 private:
  LookVector& out_;
  std::size_t next_ = 0;
};

}  // namespace

// The query: its distinct tokens that weigh anything.
struct SecondLook::Asked {
  std::vector<std::int16_t> rows;  // tokens x dimensions
  std::vector<float> inverse;      // 1 / length of a row
  std::vector<float> weight;       // adds up to 1
  std::vector<float> head_weight;  // of the tokens of the query's head; adds up to 1
  std::vector<float> pooled;       // the query's vector, unit length
  std::size_t verb = 0;            // the first token that weighs as much as most

  [[nodiscard]] std::size_t size() const { return inverse.size(); }
};

// The candidate, as far as it is read, and the tokens of all that were read for the query: most of what one
// candidate says another says too, and what it costs is comparing a token with the query.
struct SecondLook::Reading {
  explicit Reading(const model::StaticModel& m)
      : model(m), number(m.tokenizer.size(), kNew), row(m.dimensions), sum(m.dimensions) {}

  void begin_query() {
    for (const model::TokenId id : tokens) number[id] = kNew;
    tokens.clear();
    cosines.clear();
    best.clear();
    length.clear();
  }
  void begin_candidate() {
    line_ends.clear();
    for (auto& place : places) place.clear();
  }
  void read(LookPlace place, std::string_view text, std::size_t limit) {
    std::vector<std::uint32_t>& to = places[at(place)];
    ids.clear();
    model.tokenizer.append_ids(text, words, ids, std::min(limit, kMostTokens[at(place)] - to.size()));
    for (const model::TokenId id : ids) to.push_back(number_of(id));
  }
  void read_lines(std::string_view code) {
    const std::vector<std::uint32_t>& body = places[at(LookPlace::body)];
    for (std::size_t begin = 0; begin < code.size() && body.size() < kMostTokens[at(LookPlace::body)];) {
      const std::size_t end = std::min(code.find('\n', begin), code.size());
      read(LookPlace::body, code.substr(begin, end - begin), kMostTokensOfALine);
      line_ends.push_back(body.size());
      begin = end + 1;
    }
  }
  void compare(const Asked& asked);
  void write_matches(const Asked& asked, Writer& out);
  void write_explained(const Asked& asked, Writer& out);
  [[nodiscard]] float best_window(const Asked& asked);
  // Cosine of the query with the vector of the first places, up to `end`.
  [[nodiscard]] float cosine(const Asked& asked, LookPlace end);

  [[nodiscard]] float cosine_of(std::uint32_t token, std::size_t q, std::size_t asked) const {
    return cosines[token * asked + q];
  }

  const model::StaticModel& model;
  model::Tokenizer::Scratch words;
  std::vector<model::TokenId> ids;
  std::vector<std::uint32_t> number;   // by token id: its place in `tokens`, or kNew
  std::vector<model::TokenId> tokens;  // distinct
  std::vector<std::int16_t> row;       // of one token
  std::vector<float> cosines;          // tokens x tokens of the query, negative ones as 0
  std::vector<float> best;             // a token's best cosine
  std::vector<float> length;           // of a token's row, by its weight
  std::array<std::vector<std::uint32_t>, kReadPlaces> places;  // numbers of tokens, as they stand
  std::vector<std::size_t> line_ends;                          // in the body's tokens
  std::array<std::vector<float>, kPlaces> most;  // a token of the query: its best cosine in a place
  std::vector<float> counts;                     // of a token
  std::vector<model::WeightedRow> weighted;
  std::vector<float> sum;
  std::vector<float> window;
  std::vector<std::int32_t> dots;

 private:
  static constexpr std::uint32_t kNew = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t number_of(model::TokenId id) {
    if (number[id] == kNew) {
      number[id] = static_cast<std::uint32_t>(tokens.size());
      tokens.push_back(id);
    }
    return number[id];
  }
};

// The tokens that are new since the last candidate.
void SecondLook::Reading::compare(const Asked& asked) {
  const std::vector<float>& weights = model.sides[static_cast<std::size_t>(model::Side::code)].weights;
  const std::size_t known = best.size();
  cosines.resize(tokens.size() * asked.size());
  best.resize(tokens.size());
  length.resize(tokens.size());
  dots.resize(asked.size() + 1);
  for (std::size_t t = known; t < tokens.size(); ++t) {
    const float unit = read_row(model, tokens[t], row);
    products(row, asked.rows, dots);
    const float norm = std::sqrt(static_cast<float>(dots.back()));
    const float inverse = norm > 0 ? 1 / norm : 0;
    length[t] = weights[tokens[t]] * norm * unit;
    float* const cosine = cosines.data() + t * asked.size();
    float most_of_token = 0;
    for (std::size_t q = 0; q < asked.size(); ++q) {
      cosine[q] = std::max(0.0F, static_cast<float>(dots[q]) * asked.inverse[q] * inverse);
      most_of_token = std::max(most_of_token, cosine[q]);
    }
    best[t] = most_of_token;
  }
}

void SecondLook::Reading::write_matches(const Asked& asked, Writer& out) {
  for (auto& of_place : most) of_place.assign(asked.size(), 0);
  for (std::size_t p = 0; p < kReadPlaces; ++p) {
    for (const std::uint32_t t : places[p]) {
      for (std::size_t q = 0; q < asked.size(); ++q) {
        most[p][q] = std::max(most[p][q], cosine_of(t, q, asked.size()));
      }
    }
  }
  const auto of = [&](LookPlace place, std::size_t q) -> float& { return most[at(place)][q]; };
  for (std::size_t q = 0; q < asked.size(); ++q) {
    of(LookPlace::place, q) =
        std::max({of(LookPlace::name, q), of(LookPlace::container, q), of(LookPlace::path, q)});
    of(LookPlace::heading, q) =
        std::max({of(LookPlace::name, q), of(LookPlace::signature, q), of(LookPlace::doc, q)});
    of(LookPlace::all, q) =
        std::max({of(LookPlace::place, q), of(LookPlace::heading, q), of(LookPlace::body, q)});
  }
  for (const std::vector<float>& of_place : most) {
    float match = 0;
    float close = 0;
    float head = 0;
    for (std::size_t q = 0; q < asked.size(); ++q) {
      match += asked.weight[q] * of_place[q];
      close += asked.weight[q] * std::max(0.0F, (of_place[q] - kClose) / (1 - kClose));
      head += asked.head_weight[q] * of_place[q];
    }
    out.add(match);
    out.add(close);
    out.add(head);
  }
}

void SecondLook::Reading::write_explained(const Asked& asked, Writer& out) {
  counts.assign(tokens.size(), 0);
  for (const std::vector<std::uint32_t>& place : places) {
    float part = 0;
    float whole = 0;
    for (const std::uint32_t t : place) {
      if (counts[t] != 0) continue;  // each token once
      counts[t] = 1;
      part += length[t] * best[t];
      whole += length[t];
    }
    for (const std::uint32_t t : place) counts[t] = 0;
    out.add(whole > 0 ? part / whole : 0);
  }
  const std::vector<std::uint32_t>& name = places[at(LookPlace::name)];
  out.add(name.empty() || asked.size() == 0 ? 0 : cosine_of(name.front(), asked.verb, asked.size()));
}

float SecondLook::Reading::best_window(const Asked& asked) {
  const std::vector<std::uint32_t>& body = places[at(LookPlace::body)];
  float best_match = 0;
  for (std::size_t line = 0; line < line_ends.size(); line += kWindowStep) {
    const std::size_t last = std::min(line + kWindowLines, line_ends.size()) - 1;
    window.assign(asked.size(), 0);
    for (std::size_t i = line == 0 ? 0 : line_ends[line - 1]; i < line_ends[last]; ++i) {
      for (std::size_t q = 0; q < asked.size(); ++q) {
        window[q] = std::max(window[q], cosine_of(body[i], q, asked.size()));
      }
    }
    float match = 0;
    for (std::size_t q = 0; q < asked.size(); ++q) match += asked.weight[q] * window[q];
    best_match = std::max(best_match, match);
    if (last + 1 >= line_ends.size()) break;
  }
  return best_match;
}

float SecondLook::Reading::cosine(const Asked& asked, LookPlace end) {
  const std::vector<float>& weights = model.sides[static_cast<std::size_t>(model::Side::code)].weights;
  counts.assign(tokens.size(), 0);
  for (std::size_t p = 0; p < at(end); ++p) {
    for (const std::uint32_t t : places[p]) counts[t] += 1;
  }
  weighted.clear();
  for (std::size_t t = 0; t < tokens.size(); ++t) {
    if (counts[t] == 0) continue;
    weighted.push_back({model.row(tokens[t]), weights[tokens[t]] * (1 + std::log(counts[t]))});
  }
  sum.assign(model.dimensions, 0);
  model.add_rows(weighted, sum);
  float dot = 0;
  float squares = 0;
  for (std::size_t d = 0; d < sum.size(); ++d) {
    dot += sum[d] * asked.pooled[d];
    squares += sum[d] * sum[d];
  }
  return squares > 0 ? dot / std::sqrt(squares) : 0;
}

SecondLook::SecondLook(std::shared_ptr<const model::StaticModel> model)
    : model_(std::move(model)),
      asked_(std::make_unique<Asked>()),
      reading_(std::make_unique<Reading>(*model_)) {}
SecondLook::~SecondLook() = default;
SecondLook::SecondLook(SecondLook&&) noexcept = default;
SecondLook& SecondLook::operator=(SecondLook&&) noexcept = default;

void SecondLook::ask(std::string_view query, const QueryTerms& terms) {
  const std::size_t size = model_->dimensions;
  const model::StaticSide& side = model_->sides[static_cast<std::size_t>(model::Side::query)];
  std::vector<model::TokenId> ids;
  model_->tokenizer.append_ids(query, reading_->words, ids, side.max_tokens);
  std::vector<model::TokenId> tokens;
  std::vector<float> counts;
  for (const model::TokenId id : ids) {
    if (side.weights[id] == 0) continue;
    const auto found = std::find(tokens.begin(), tokens.end(), id);
    if (found != tokens.end()) {
      counts[static_cast<std::size_t>(found - tokens.begin())] += 1;
    } else if (tokens.size() < kMostQueryTokens) {
      tokens.push_back(id);
      counts.push_back(1);
    }
  }
  std::string head;
  for (const QueryTerm& term : terms.terms) {
    if (term.head) head += term.word + ' ';
  }
  std::vector<model::TokenId> head_ids;
  model_->tokenizer.append_ids(head, reading_->words, head_ids, side.max_tokens);

  Asked& asked = *asked_;
  asked.rows.assign(tokens.size() * size, 0);
  asked.inverse.assign(tokens.size(), 0);
  asked.weight.assign(tokens.size(), 0);
  asked.head_weight.assign(tokens.size(), 0);
  asked.pooled.assign(size, 0);
  const auto scale_to_one = [](std::vector<float>& values, float total) {
    for (float& value : values) value /= std::max(total, 1e-9F);
  };
  float total = 0;
  float head_total = 0;
  std::vector<model::WeightedRow>& weighted = reading_->weighted;
  weighted.clear();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::span row = std::span(asked.rows).subspan(i * size, size);
    const float unit = read_row(*model_, tokens[i], row);
    const float weight = side.weights[tokens[i]];
    weighted.push_back({model_->row(tokens[i]), weight * (1 + std::log(counts[i]))});
    float squares = 0;
    for (const std::int16_t value : row) squares += static_cast<float>(value) * static_cast<float>(value);
    asked.inverse[i] = squares > 0 ? 1 / std::sqrt(squares) : 0;
    asked.weight[i] = weight * std::sqrt(squares) * unit;
    const bool in_head = std::find(head_ids.begin(), head_ids.end(), tokens[i]) != head_ids.end();
    if (in_head) asked.head_weight[i] = asked.weight[i];
    total += asked.weight[i];
    head_total += asked.head_weight[i];
  }
  model_->add_rows(weighted, asked.pooled);
  scale_to_one(asked.weight, total);
  scale_to_one(asked.head_weight, head_total);
  float squares = 0;
  for (const float value : asked.pooled) squares += value * value;
  scale_to_one(asked.pooled, std::sqrt(squares));
  std::vector<float> sorted = asked.weight;
  std::sort(sorted.begin(), sorted.end());
  asked.verb = 0;
  reading_->begin_query();
  while (asked.verb + 1 < asked.size() && asked.weight[asked.verb] < sorted[sorted.size() / 2]) ++asked.verb;
}

Result<LookVector> SecondLook::look(const SearchSpace& space, std::uint32_t unit) {
  Reading& reading = *reading_;
  const index::UnitView view = space.unit(unit);
  const index::FileView file = space.file(view.file);
  const SearchSpace::Place place = space.unit_place(unit);
  QUARRY_TRY(const index::UnitText text, space.segment(place.segment).text(place.ordinal));
  reading.begin_candidate();
  const auto whole = [](LookPlace which) { return kMostTokens[at(which)]; };
  reading.read(LookPlace::name, view.name, whole(LookPlace::name));
  reading.read(LookPlace::container, container_of(view.qualified_name, view.name),
               whole(LookPlace::container));
  reading.read(LookPlace::signature, text.signature, whole(LookPlace::signature));
  reading.read(LookPlace::doc, text.doc, whole(LookPlace::doc));
  reading.read(LookPlace::path, index::path_text(file.path), whole(LookPlace::path));
  reading.read_lines(text.code);

  const Asked& asked = *asked_;
  reading.compare(asked);
  LookVector numbers{};
  Writer out(numbers);
  reading.write_matches(asked, out);
  reading.write_explained(asked, out);
  out.add(reading.best_window(asked));
  out.add(std::log1p(static_cast<float>(reading.places[at(LookPlace::body)].size())) / 6);
  // How well the third of the query that is met worst is met.
  std::vector<float> lowest = reading.most[at(LookPlace::all)];
  std::sort(lowest.begin(), lowest.end());
  const std::size_t third = std::max<std::size_t>(1, lowest.size() / 3);
  float least = 0;
  for (std::size_t i = 0; i < std::min(third, lowest.size()); ++i) least += lowest[i];
  out.add(least / static_cast<float>(third));
  out.add(reading.cosine(asked, LookPlace::place));
  out.add(reading.cosine(asked, LookPlace::body));
  out.add(reading.places[at(LookPlace::doc)].empty() ? 0 : 1);
  return numbers;
}

}  // namespace quarry::ranking

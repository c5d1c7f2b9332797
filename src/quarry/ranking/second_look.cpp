#include "quarry/ranking/second_look.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "quarry/ranking/token_rows.h"

namespace quarry::ranking {
namespace {

constexpr std::size_t kPlaces = static_cast<std::size_t>(LookPlace::all) + 1;
constexpr std::size_t kMostQueryTokens = 32;
constexpr std::size_t kWindowLines = 6;
constexpr std::size_t kWindowStep = 2;
constexpr float kClose = 0.4F;  // a cosine below says nothing

constexpr std::size_t at(LookPlace place) {
  return static_cast<std::size_t>(place);
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
  std::vector<float> share;        // of a row, in whole numbers, in the query's vector of unit length
  std::size_t verb = 0;            // the first token that weighs as much as most

  [[nodiscard]] std::size_t size() const { return inverse.size(); }
};

// The tokens of all candidates that were read for the query: most of what one candidate says another says
// too, and what it costs is comparing a token with the query.
struct SecondLook::Reading {
  explicit Reading(const model::StaticModel& m)
      : model(m), number(m.tokenizer.size(), kNew), row(m.dimensions) {}

  void begin_query() {
    for (const model::TokenId id : tokens) number[id] = kNew;
    tokens.clear();
    cosines.clear();
    best.clear();
    length.clear();
    along.clear();
  }
  void begin_candidate(std::shared_ptr<const UnitTokens> candidate) {
    unit = std::move(candidate);
    numbers.clear();
    for (const model::TokenId id : unit->ids) numbers.push_back(number_of(id));
  }
  void compare(const Asked& asked);
  void write_matches(const Asked& asked, Writer& out);
  void write_explained(const Asked& asked, Writer& out);
  [[nodiscard]] float best_window(const Asked& asked);
  // Cosine of the query with the vector, of this length, that the first tokens add up to.
  [[nodiscard]] float cosine(std::size_t end, float length_of_all);

  [[nodiscard]] float cosine_of(std::uint32_t token, std::size_t q, std::size_t asked) const {
    return cosines[token * asked + q];
  }
  [[nodiscard]] std::span<const std::uint32_t> in(std::size_t place) const {
    return std::span(numbers).subspan(unit->begin(place), unit->ends[place] - unit->begin(place));
  }

  const model::StaticModel& model;
  std::vector<std::uint32_t> number;   // by token id: its place in `tokens`, or kNew
  std::vector<model::TokenId> tokens;  // distinct
  std::vector<std::int16_t> row;       // of one token
  std::vector<std::int32_t> dots;
  std::vector<float> cosines;                    // tokens x tokens of the query, negative ones as 0
  std::vector<float> best;                       // a token's best cosine
  std::vector<float> length;                     // of a token's row, by its weight
  std::vector<float> along;                      // of the same, in the direction of the query's vector
  std::shared_ptr<const UnitTokens> unit;        // the candidate
  std::vector<std::uint32_t> numbers;            // of its tokens
  std::array<std::vector<float>, kPlaces> most;  // a token of the query: its best cosine in a place
  std::vector<std::uint32_t> counts;             // of a token; 0 between uses
  std::vector<float> window;

 private:
  static constexpr std::uint32_t kNew = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t number_of(model::TokenId id) {
    if (number[id] == kNew) {
      number[id] = static_cast<std::uint32_t>(tokens.size());
      tokens.push_back(id);
      prefetch_row(model, id);
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
  along.resize(tokens.size());
  counts.resize(std::max(counts.size(), tokens.size()));
  dots.resize(asked.size() + 1);
  for (std::size_t t = known; t < tokens.size(); ++t) {
    const float unit_of_row = read_row(model, tokens[t], row);
    products(row, asked.rows, dots);
    const float norm = std::sqrt(static_cast<float>(dots.back()));
    const float inverse = norm > 0 ? 1 / norm : 0;
    const float weight = weights[tokens[t]] * unit_of_row;
    length[t] = weight * norm;
    float* const cosine = cosines.data() + t * asked.size();
    float most_of_token = 0;
    float along_query = 0;
    for (std::size_t q = 0; q < asked.size(); ++q) {
      const auto dot = static_cast<float>(dots[q]);
      cosine[q] = std::max(0.0F, dot * asked.inverse[q] * inverse);
      most_of_token = std::max(most_of_token, cosine[q]);
      along_query += asked.share[q] * dot;
    }
    best[t] = most_of_token;
    along[t] = weight * along_query;
  }
}

void SecondLook::Reading::write_matches(const Asked& asked, Writer& out) {
  for (auto& of_place : most) of_place.assign(asked.size(), 0);
  for (std::size_t p = 0; p < kReadPlaces; ++p) {
    for (const std::uint32_t t : in(p)) {
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
  for (std::size_t p = 0; p < kReadPlaces; ++p) {
    float part = 0;
    float whole = 0;
    for (const std::uint32_t t : in(p)) {
      if (counts[t] != 0) continue;  // each token once
      counts[t] = 1;
      part += length[t] * best[t];
      whole += length[t];
    }
    for (const std::uint32_t t : in(p)) counts[t] = 0;
    out.add(whole > 0 ? part / whole : 0);
  }
  const std::span<const std::uint32_t> name = in(at(LookPlace::name));
  out.add(name.empty() || asked.size() == 0 ? 0 : cosine_of(name.front(), asked.verb, asked.size()));
}

float SecondLook::Reading::best_window(const Asked& asked) {
  const std::vector<std::uint32_t>& ends = unit->line_ends;
  float best_match = 0;
  for (std::size_t line = 0; line < ends.size(); line += kWindowStep) {
    const std::size_t last = std::min(line + kWindowLines, ends.size()) - 1;
    window.assign(asked.size(), 0);
    for (std::size_t i = line == 0 ? unit->begin(at(LookPlace::body)) : ends[line - 1]; i < ends[last]; ++i) {
      for (std::size_t q = 0; q < asked.size(); ++q) {
        window[q] = std::max(window[q], cosine_of(numbers[i], q, asked.size()));
      }
    }
    float match = 0;
    for (std::size_t q = 0; q < asked.size(); ++q) match += asked.weight[q] * window[q];
    best_match = std::max(best_match, match);
    if (last + 1 >= ends.size()) break;
  }
  return best_match;
}

float SecondLook::Reading::cosine(std::size_t end, float length_of_all) {
  const std::span first = std::span(numbers).first(end);
  for (const std::uint32_t t : first) ++counts[t];
  float along_query = 0;
  for (const std::uint32_t t : first) {
    if (counts[t] == 0) continue;  // each token once
    along_query += along[t] * model.frequency(counts[t]);
    counts[t] = 0;
  }
  return length_of_all > 0 ? along_query / length_of_all : 0;
}

SecondLook::SecondLook(std::shared_ptr<const model::StaticModel> model,
                       std::shared_ptr<UnitTokensCache> remembered)
    : model_(std::move(model)),
      remembered_(std::move(remembered)),
      reader_(*model_),
      asked_(std::make_unique<Asked>()),
      reading_(std::make_unique<Reading>(*model_)) {}
SecondLook::~SecondLook() = default;
SecondLook::SecondLook(SecondLook&&) noexcept = default;
SecondLook& SecondLook::operator=(SecondLook&&) noexcept = default;

void SecondLook::ask(std::string_view query, const QueryTerms& terms) {
  const std::size_t size = model_->dimensions;
  const model::StaticSide& side = model_->sides[static_cast<std::size_t>(model::Side::query)];
  std::vector<model::TokenId> tokens;
  std::vector<std::uint32_t> counts;
  for (const model::TokenId id : reader_.ids_of(query, side.max_tokens)) {
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
  const std::vector<model::TokenId> head_ids = reader_.ids_of(head, side.max_tokens);

  Asked& asked = *asked_;
  asked.rows.assign(tokens.size() * size, 0);
  asked.inverse.assign(tokens.size(), 0);
  asked.weight.assign(tokens.size(), 0);
  asked.head_weight.assign(tokens.size(), 0);
  asked.share.assign(tokens.size(), 0);
  std::vector<float> pooled(size);
  const auto scale_to_one = [](std::vector<float>& values, float total) {
    for (float& value : values) value /= std::max(total, 1e-9F);
  };
  float total = 0;
  float head_total = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::span row = std::span(asked.rows).subspan(i * size, size);
    const float unit = read_row(*model_, tokens[i], row);
    const float weight = side.weights[tokens[i]];
    asked.share[i] = weight * unit * model_->frequency(counts[i]);
    float squares = 0;
    for (std::size_t d = 0; d < size; ++d) {
      const auto value = static_cast<float>(row[d]);
      pooled[d] += asked.share[i] * value;
      squares += value * value;
    }
    asked.inverse[i] = squares > 0 ? 1 / std::sqrt(squares) : 0;
    asked.weight[i] = weight * std::sqrt(squares) * unit;
    const bool in_head = std::find(head_ids.begin(), head_ids.end(), tokens[i]) != head_ids.end();
    if (in_head) asked.head_weight[i] = asked.weight[i];
    total += asked.weight[i];
    head_total += asked.head_weight[i];
  }
  float squares = 0;
  for (const float value : pooled) squares += value * value;
  scale_to_one(asked.weight, total);
  scale_to_one(asked.head_weight, head_total);
  scale_to_one(asked.share, std::sqrt(squares));
  std::vector<float> sorted = asked.weight;
  std::sort(sorted.begin(), sorted.end());
  asked.verb = 0;
  reading_->begin_query();
  while (asked.verb + 1 < asked.size() && asked.weight[asked.verb] < sorted[sorted.size() / 2]) ++asked.verb;
}

Result<LookVector> SecondLook::look(const SearchSpace& space, std::uint32_t unit) {
  std::shared_ptr<const UnitTokens> tokens = remembered_ ? remembered_->find(unit) : nullptr;
  if (!tokens) {
    QUARRY_TRY(tokens, reader_.read(space, unit));
    if (remembered_) remembered_->store(unit, tokens);
  }
  Reading& reading = *reading_;
  const Asked& asked = *asked_;
  reading.begin_candidate(std::move(tokens));
  reading.compare(asked);
  const std::size_t outline = reading.unit->begin(at(LookPlace::body));
  const std::size_t all = reading.numbers.size();
  LookVector seen{};
  Writer out(seen);
  reading.write_matches(asked, out);
  reading.write_explained(asked, out);
  out.add(reading.best_window(asked));
  out.add(std::log1p(static_cast<float>(all - outline)) / 6);
  // How well the third of the query that is met worst is met.
  std::vector<float> lowest = reading.most[at(LookPlace::all)];
  std::sort(lowest.begin(), lowest.end());
  const std::size_t third = std::max<std::size_t>(1, lowest.size() / 3);
  float least = 0;
  for (std::size_t i = 0; i < std::min(third, lowest.size()); ++i) least += lowest[i];
  out.add(least / static_cast<float>(third));
  out.add(reading.cosine(all, reading.unit->length));
  out.add(reading.cosine(outline, reading.unit->outline_length));
  out.add(reading.in(at(LookPlace::doc)).empty() ? 0 : 1);
  return seen;
}

}  // namespace quarry::ranking

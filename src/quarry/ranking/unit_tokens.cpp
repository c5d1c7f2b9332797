#include "quarry/ranking/unit_tokens.h"

#include <algorithm>
#include <cmath>

#include "quarry/index/path_words.h"

namespace quarry::ranking {
namespace {

constexpr std::array<std::size_t, kReadPlaces> kMostTokens{32, 32, 64, 160, 24, 400};  // by LookPlace
constexpr std::size_t kMostTokensOfALine = 60;

std::string_view container_of(std::string_view qualified, std::string_view name) {
  return qualified.ends_with(name) ? qualified.substr(0, qualified.size() - name.size()) : std::string_view{};
}

}  // namespace

UnitReader::UnitReader(const model::StaticModel& model) : model_(&model), sum_(model.dimensions) {}

Result<std::shared_ptr<const UnitTokens>> UnitReader::read(const SearchSpace& space, std::uint32_t unit) {
  const index::UnitView view = space.unit(unit);
  const SearchSpace::Place at = space.unit_place(unit);
  QUARRY_TRY(const index::UnitText text, space.segment(at.segment).text(at.ordinal));
  const std::string path = index::path_text(space.file(view.file).path);
  // By LookPlace; the body, the last one, is read line by line.
  const std::array<std::string_view, kReadPlaces - 1> outline{
      view.name, container_of(view.qualified_name, view.name), text.signature, text.doc, path};
  auto tokens = std::make_shared<UnitTokens>();
  for (std::size_t place = 0; place < outline.size(); ++place) {
    add(outline[place], kMostTokens[place], *tokens);
    tokens->ends[place] = static_cast<std::uint32_t>(tokens->ids.size());
  }
  tokens->outline_length = length_of(tokens->ids);
  add_lines(text.code, kMostTokens.back(), *tokens);
  tokens->ends.back() = static_cast<std::uint32_t>(tokens->ids.size());
  tokens->length = length_of(tokens->ids);
  tokens->ids.shrink_to_fit();
  return tokens;
}

std::vector<model::TokenId> UnitReader::ids_of(std::string_view text, std::size_t limit) {
  std::vector<model::TokenId> ids;
  model_->tokenizer.append_ids(text, words_, ids, limit);
  return ids;
}

void UnitReader::add(std::string_view text, std::size_t limit, UnitTokens& unit) {
  model_->tokenizer.append_ids(text, words_, unit.ids, limit);
}

void UnitReader::add_lines(std::string_view code, std::size_t limit, UnitTokens& unit) {
  const std::size_t last = unit.ids.size() + limit;
  for (std::size_t begin = 0; begin < code.size() && unit.ids.size() < last;) {
    const std::size_t end = std::min(code.find('\n', begin), code.size());
    add(code.substr(begin, end - begin), std::min(kMostTokensOfALine, last - unit.ids.size()), unit);
    unit.line_ends.push_back(static_cast<std::uint32_t>(unit.ids.size()));
    begin = end + 1;
  }
}

float UnitReader::length_of(std::span<const model::TokenId> ids) {
  const std::vector<float>& weights = model_->sides[static_cast<std::size_t>(model::Side::code)].weights;
  sorted_.assign(ids.begin(), ids.end());
  std::sort(sorted_.begin(), sorted_.end());
  weighted_.clear();
  for (auto first = sorted_.begin(); first != sorted_.end();) {
    const auto last = std::find_if(first, sorted_.end(), [&](model::TokenId id) { return id != *first; });
    const float often = model_->frequency(static_cast<std::uint32_t>(last - first));
    weighted_.push_back({model_->row(*first), weights[*first] * often});
    first = last;
  }
  sum_.assign(model_->dimensions, 0);
  model_->add_rows(weighted_, sum_);
  float squares = 0;
  for (const float value : sum_) squares += value * value;
  return std::sqrt(squares);
}

}  // namespace quarry::ranking

#include "quarry/ranking/bm25f.h"

#include <bit>

namespace quarry::ranking {

using index::Field;

Bm25f::PerField Bm25f::by_field(const FieldWeights& w) {
  PerField weights{};
  weights[static_cast<std::size_t>(Field::name)] = w.name;
  weights[static_cast<std::size_t>(Field::container)] = w.container;
  weights[static_cast<std::size_t>(Field::signature)] = w.signature;
  weights[static_cast<std::size_t>(Field::doc)] = w.doc;
  weights[static_cast<std::size_t>(Field::body)] = w.body;
  weights[static_cast<std::size_t>(Field::stem)] = w.stem;
  weights[static_cast<std::size_t>(Field::folder)] = w.folder;
  return weights;
}

Bm25f::Bm25f(const Bm25fParameters& parameters, float average_body, float average_doc)
    : unit_weights_(by_field(parameters.unit)),
      file_weights_(by_field(parameters.file)),
      plain_weights_(by_field(parameters.plain)),
      k1_(parameters.k1),
      plain_k1_(parameters.plain_k1) {
  body_.unit_weight = parameters.unit.body;
  body_.plain_weight = parameters.plain.body;
  fill(body_, parameters, average_body);
  doc_.unit_weight = parameters.unit.doc;
  doc_.plain_weight = parameters.plain.doc;
  fill(doc_, parameters, average_doc);
}

void Bm25f::fill(NormalisedField& field, const Bm25fParameters& parameters, float average) const {
  for (std::size_t code = 0; code < kCodes; ++code) {
    const auto length = static_cast<float>(index::Segment::length_of_code(static_cast<std::uint8_t>(code)));
    const auto factor = [&](float b) { return 1 - b + b * length / average; };
    field.factors[code] = factor(parameters.length_norm);
    field.plain_factors[code] = factor(parameters.plain_length_norm);
  }
  for (std::uint16_t count = 0; count < kCounts; ++count) {
    for (std::size_t code = 0; code < kCodes; ++code) field.shares[count][code] = compute(field, count, code);
  }
}

Bm25f::Share Bm25f::compute(const NormalisedField& field, std::uint16_t count, std::size_t code) {
  const auto n = static_cast<float>(count);
  return {field.unit_weight * (n / field.factors[code]),
          field.plain_weight * (n / field.plain_factors[code])};
}

Bm25f::Gain Bm25f::gain_of(const index::Posting& posting) const {
  constexpr auto kReference = static_cast<std::uint8_t>(1U << static_cast<unsigned>(Field::reference));
  Gain gain;
  gain.fields = posting.fields & static_cast<std::uint8_t>(~kReference);
  for (std::uint8_t rest = gain.fields; rest != 0; rest &= static_cast<std::uint8_t>(rest - 1)) {
    const auto f = static_cast<std::size_t>(std::countr_zero(rest));
    const auto count = static_cast<float>(posting.counts[f]);
    gain.file += file_weights_[f] * count;
    switch (static_cast<Field>(f)) {
      case Field::body:
        gain.body = posting.counts[f];
        break;
      case Field::doc:
        gain.doc = posting.counts[f];
        break;
      case Field::stem:
      case Field::folder:
        gain.path += unit_weights_[f] * count;
        break;
      default:
        gain.unit += unit_weights_[f] * count;
        gain.plain += plain_weights_[f] * count;
    }
  }
  return gain;
}

}  // namespace quarry::ranking

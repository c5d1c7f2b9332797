// The rows of evidence give back what was added, whatever the number of terms, and nothing of the query
// before.
#include "quarry/ranking/evidence.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace quarry::ranking {
namespace {

using index::Field;

std::uint32_t bit_of(std::uint8_t fields, Field field, std::size_t term) {
  return (std::uint32_t{fields} >> static_cast<unsigned>(field) & 1U) << term;
}

TEST(UnitTable, GivesBackWhatWasAdded) {
  constexpr std::uint32_t kUnits = 500;
  std::mt19937 random(5);
  UnitTable table;
  for (const std::size_t terms : {1, 32, 8, 0, 9, 17, 3}) {
    table.clear(kUnits, terms);
    std::map<std::uint32_t, UnitEvidence> expected;
    for (std::size_t term = 0; term <= terms; ++term) {
      table.reserve(100);
      const auto step = [&] { return static_cast<std::uint32_t>(random() % 9); };
      for (std::uint32_t unit = step(); unit < kUnits; unit += 6 + step()) {
        const auto fields = static_cast<std::uint8_t>(1 + random() % 255);
        const bool is_bonus = term == terms;
        table.add(unit, 2, 0.5F, is_bonus ? UnitTable::kNoTerm : term, fields);
        UnitEvidence& evidence = expected[unit];
        evidence.bm25f += 2;
        evidence.plain += 0.5F;
        if (is_bonus) continue;
        evidence.any |= std::uint32_t{1} << term;
        evidence.name |= bit_of(fields, Field::name, term);
        evidence.container |= bit_of(fields, Field::container, term);
        evidence.signature |= bit_of(fields, Field::signature, term);
        evidence.doc |= bit_of(fields, Field::doc, term);
      }
    }
    EXPECT_EQ(table.touched().size(), expected.size());
    for (std::uint32_t unit = 0; unit < kUnits; ++unit) {
      const UnitEvidence found = table.evidence(unit);
      const UnitEvidence wanted = expected[unit];
      ASSERT_EQ(found.bm25f, wanted.bm25f) << terms << " terms, unit " << unit;
      ASSERT_EQ(table.bm25f(unit), wanted.bm25f);
      ASSERT_EQ(table.plain(unit), wanted.plain);
      ASSERT_EQ(found.any, wanted.any);
      ASSERT_EQ(found.name, wanted.name);
      ASSERT_EQ(found.container, wanted.container);
      ASSERT_EQ(found.signature, wanted.signature);
      ASSERT_EQ(found.doc, wanted.doc);
    }
    for (std::size_t i = 0; i < table.touched().size(); ++i) {
      ASSERT_EQ(table.bm25f_at(i), table.bm25f(table.touched()[i]));
    }
  }
}

TEST(Bm25f, SharesAreWhatTheFormulaSays) {
  const Bm25fParameters parameters;
  const Bm25f scoring(parameters, 40, 7);
  for (const std::uint16_t count : std::initializer_list<std::uint16_t>{0, 1, 15, 16, 900}) {
    for (const std::uint16_t length : std::initializer_list<std::uint16_t>{0, 1, 15, 40, 65535}) {
      const std::uint8_t code = [&] {
        std::uint8_t c = 0;
        while (index::Segment::length_of_code(c) < length && c < 111) ++c;
        return c;
      }();
      const auto terms = static_cast<float>(index::Segment::length_of_code(code));
      const float factor = 1 - parameters.length_norm + parameters.length_norm * terms / 40;
      EXPECT_FLOAT_EQ(scoring.body_share(count, code).unit, parameters.unit.body * count / factor);
      const float plain_factor = 1 - parameters.plain_length_norm + parameters.plain_length_norm * terms / 7;
      EXPECT_FLOAT_EQ(scoring.doc_share(count, code).plain, parameters.plain.doc * count / plain_factor);
    }
  }
}

}  // namespace
}  // namespace quarry::ranking

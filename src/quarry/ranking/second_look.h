// A closer reading of the best few results with the token vectors of a static model: late interaction
// (Khattab and Zaharia, 2020). Each token of the query is held against each token of a candidate's name, doc,
// body ...; a pooled vector knows only their sums.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "quarry/base/result.h"
#include "quarry/model/static_model.h"
#include "quarry/ranking/look_features.h"
#include "quarry/ranking/query_terms.h"
#include "quarry/ranking/search_space.h"
#include "quarry/ranking/unit_tokens.h"

namespace quarry::ranking {

// Reads candidates for one query at a time. Not thread-safe; what it remembers makes the next query faster.
class SecondLook {
 public:
  // Keeps both. With `remembered` all looks are at units of the one space that it is for; null: every unit is
  // read anew.
  explicit SecondLook(std::shared_ptr<const model::StaticModel> model,
                      std::shared_ptr<UnitTokensCache> remembered = nullptr);
  ~SecondLook();
  SecondLook(SecondLook&&) noexcept;
  SecondLook& operator=(SecondLook&&) noexcept;

  // The query that the next looks are for.
  void ask(std::string_view query, const QueryTerms& terms);
  // The numbers of one unit; the last, `first`, stays 0. Fails only where stored bytes are damaged.
  [[nodiscard]] Result<LookVector> look(const SearchSpace& space, std::uint32_t unit);

 private:
  struct Asked;
  struct Reading;
  std::shared_ptr<const model::StaticModel> model_;
  std::shared_ptr<UnitTokensCache> remembered_;
  UnitReader reader_;
  std::unique_ptr<Asked> asked_;
  std::unique_ptr<Reading> reading_;
};

}  // namespace quarry::ranking

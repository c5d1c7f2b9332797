// What one step of training asks of a pair: which words make the query, and what of the code it has to find.
//
// The same pair is seen in several ways, so that the model learns to answer short questions and long ones, by
// name and by behaviour, and does not lean on the words that a doc happens to share with the code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "quarry/training/dataset.h"
#include "quarry/training/random.h"

namespace quarry::training {

enum class QueryPart : std::uint8_t {
  doc,      // all of it
  brief,    // three to ten words in a row
  name,     // the function's name
  some,     // each word of the doc by chance
  call,     // a line that calls the function; where there is none, the doc
  subject,  // of a commit that changed it; where there is none, the doc
  comment,  // four to twenty words in a row of the comments inside the code, which are taken out of it; where
            // there are none, the doc
};
enum class CodePart : std::uint8_t {
  code,
  signature,
  card,  // of the file, as Dataset::append_card() tells; never a wrong answer to what is asked of its
         // functions
};

struct View {
  double weight = 1;  // how often, against the other views
  QueryPart query = QueryPart::doc;
  CodePart target = CodePart::code;
  bool nameless = false;  // the function's own name is taken out of the code
  double place = 0;       // probability that path and name stand before the code, as in an index
  double rest = 0;        // probability that the words of the doc which the query leaves join the code
  double hidden = 0;      // probability with which a word that the query shares is taken out of the code
};

// The view at a share of `total` in [0, 1) of their weights; weights must not all be zero.
[[nodiscard]] const View& pick_view(const std::vector<View>& views, Random& random);

struct ViewOptions {
  double language = 0.25;    // probability that the language's name joins the query
  double dropped = 0.1;      // of the code's distinct tokens
  double query_dropped = 0;  // of the query's distinct tokens
  double question = 0;  // probability that words of a question that say nothing ("how to") join the query
  double plain =
      0;  // probability that a doc that starts with a verb loses its -s ("Returns the", "return the")
};

// A text as the encoder pools it: distinct tokens with their counts.
using Bag = std::vector<TokenCount>;

// Makes query and code of one example; scratch space is kept between calls. One a thread.
class ViewMaker {
 public:
  explicit ViewMaker(const Dataset& dataset, const ViewOptions& options)
      : dataset_(dataset), options_(options) {}
  void make(std::size_t example, const View& view, Random& random, Bag& query, Bag& code);
  // What make() made last, in the order of the text, where the dataset keeps it; else empty.
  [[nodiscard]] const std::vector<TokenId>& query_in_order() const { return query_order_; }
  [[nodiscard]] const std::vector<TokenId>& code_in_order() const { return code_order_; }

 private:
  // What of the doc the query does not take: the whole of it where the query is something else.
  struct Unasked {
    std::span<const TokenId> before = {};
    std::span<const TokenId> behind = {};
    bool without_comments = false;  // the query is made of the code's comments: they leave the code
  };
  // Fills query_ with what the view asks for; with QueryPart::some added_, too.
  Unasked ask(const Example& example, const View& view, Random& random);
  // Words around it, then its bag.
  void finish_query(const Example& example, Random& random, Bag& query);
  void take_code(const Example& example, bool without_comments, Bag& code);
  // Takes out of the code what the view hides of it, but never all.
  void hide(const Example& example, const View& view, Random& random, Bag& code);
  // One of the lines, or the doc where there is none.
  void append_line(const Lines& lines, const Example& example, Random& random);
  // `size` of the doc's tokens from `begin` on.
  void append_doc(const Example& example, std::size_t begin, std::size_t size, Random& random);

  const Dataset& dataset_;
  ViewOptions options_;
  std::vector<TokenId> query_;
  std::vector<TokenId> added_;
  std::vector<TokenId> removed_;
  std::vector<TokenId> comments_;
  std::vector<TokenId> query_order_;
  std::vector<TokenId> code_order_;
};

}  // namespace quarry::training

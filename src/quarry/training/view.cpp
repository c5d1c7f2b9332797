#include "quarry/training/view.h"

#include <algorithm>

namespace quarry::training {
namespace {

constexpr std::size_t kFewestCommentWords = 4;

void append(std::vector<TokenId>& ids, std::span<const TokenId> more) {
  ids.insert(ids.end(), more.begin(), more.end());
}

// Sorted ids as counts.
void count(const std::vector<TokenId>& sorted, Bag& bag) {
  bag.clear();
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i + 1;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    bag.emplace_back(sorted[i], static_cast<std::uint32_t>(end - i));
    i = end;
  }
}

bool holds(const std::vector<TokenId>& sorted, TokenId id) {
  return std::binary_search(sorted.begin(), sorted.end(), id);
}

// The union of `bag` and sorted `ids`, counts added up.
void merge(Bag& bag, const std::vector<TokenId>& ids) {
  Bag other;
  count(ids, other);
  Bag merged;
  merged.reserve(bag.size() + other.size());
  auto a = bag.begin();
  auto b = other.begin();
  while (a != bag.end() || b != other.end()) {
    if (b == other.end() || (a != bag.end() && a->id() < b->id())) {
      merged.push_back(*a++);
    } else if (a == bag.end() || b->id() < a->id()) {
      merged.push_back(*b++);
    } else {
      merged.emplace_back(a->id(), a->count() + b->count());
      ++a;
      ++b;
    }
  }
  bag = std::move(merged);
}

// Takes so many of each of the sorted ids out of the bag.
void subtract(Bag& bag, const std::vector<TokenId>& ids) {
  std::size_t kept = 0;
  auto at = ids.begin();
  for (const TokenCount token : bag) {
    at = std::lower_bound(at, ids.end(), token.id());
    const auto end = std::upper_bound(at, ids.end(), token.id());
    const auto taken = static_cast<std::uint32_t>(end - at);
    if (token.count() > taken) bag[kept++] = TokenCount(token.id(), token.count() - taken);
    at = end;
  }
  bag.resize(kept);
}

// Takes tokens out by chance, but never all of them.
void drop(Bag& bag, double probability, Random& random) {
  if (probability <= 0) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < bag.size(); ++i) {
    const bool last_chance = kept == 0 && i + 1 == bag.size();
    if (!random.chance(probability) || last_chance) bag[kept++] = bag[i];
  }
  bag.resize(kept);
}

// Leaves of a text in its order what the bag holds of it, at most `limit` tokens.
void keep(std::vector<TokenId>& order, Bag bag, std::size_t limit) {
  std::size_t kept = 0;
  for (const TokenId id : order) {
    const auto found = std::lower_bound(bag.begin(), bag.end(), id,
                                        [](TokenCount token, TokenId wanted) { return token.id() < wanted; });
    if (kept == limit || found == bag.end() || found->id() != id || found->count() == 0) continue;
    *found = TokenCount(id, found->count() - 1);
    order[kept++] = id;
  }
  order.resize(kept);
}

}  // namespace

const View& pick_view(const std::vector<View>& views, Random& random) {
  double total = 0;
  for (const View& view : views) total += view.weight;
  double at = random.uniform() * total;
  for (const View& view : views) {
    at -= view.weight;
    if (at < 0) return view;
  }
  return views.back();
}

void ViewMaker::append_doc(const Example& example, std::size_t begin, std::size_t size, Random& random) {
  std::span<const TokenId> words = example.doc.subspan(begin, size);
  if (begin == 0 && !example.plain_verb.empty() && size >= example.verb_tokens &&
      random.chance(options_.plain)) {
    append(query_, example.plain_verb);
    words = words.subspan(example.verb_tokens);
  }
  append(query_, words);
}

void ViewMaker::append_line(const Lines& lines, const Example& example, Random& random) {
  const auto end = std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.empty(); });
  if (end == lines.begin()) return append_doc(example, 0, example.doc.size(), random);
  append(query_, lines[random.below(static_cast<std::uint64_t>(end - lines.begin()))]);
}

ViewMaker::Unasked ViewMaker::ask(const Example& example, const View& view, Random& random) {
  const Unasked whole_doc{.before = example.doc};
  switch (view.query) {
    case QueryPart::doc:
      append_doc(example, 0, example.doc.size(), random);
      return {};
    case QueryPart::brief: {
      const std::size_t size = std::min<std::size_t>(example.doc.size(), 3 + random.below(8));
      // Most docs say it in their first words.
      const std::size_t begin = random.chance(0.6) ? 0 : random.below(example.doc.size() - size + 1);
      append_doc(example, begin, size, random);
      return {.before = example.doc.first(begin), .behind = example.doc.subspan(begin + size)};
    }
    case QueryPart::name:
      append(query_, example.name.empty() ? example.doc : example.name);
      return example.name.empty() ? Unasked{} : whole_doc;
    case QueryPart::call:
      append_line(example.calls, example, random);
      return example.calls[0].empty() ? Unasked{} : whole_doc;
    case QueryPart::subject:
      append_line(example.subjects, example, random);
      return example.subjects[0].empty() ? Unasked{} : whole_doc;
    case QueryPart::comment: {
      if (example.comments.size() < kFewestCommentWords) {
        append(query_, example.doc);
        return {};
      }
      const std::size_t size = std::min<std::size_t>(example.comments.size(), 4 + random.below(17));
      append(query_, example.comments.subspan(random.below(example.comments.size() - size + 1), size));
      return {.before = example.doc, .without_comments = true};
    }
    case QueryPart::some: {
      const double share = 0.3 + 0.5 * random.uniform();
      const bool rest = random.chance(view.rest);
      for (const TokenId id : example.doc) {
        if (random.chance(share)) {
          query_.push_back(id);
        } else if (rest) {
          added_.push_back(id);
        }
      }
      if (query_.empty()) append(query_, example.doc);
      return {};
    }
  }
  return {};
}

void ViewMaker::finish_query(const Example& example, Random& random, Bag& query) {
  if (random.chance(options_.language)) append(query_, dataset_.language_words(example.language));
  if (random.chance(options_.question)) {
    const auto& phrases = dataset_.question_words();
    append(query_, phrases[random.below(phrases.size())]);
  }
  const DatasetLimits& limits = dataset_.limits();
  if (limits.in_order) query_order_ = query_;
  std::sort(query_.begin(), query_.end());
  count(query_, query);
  drop(query, options_.query_dropped, random);
  if (limits.in_order) keep(query_order_, query, limits.doc_tokens);
}

void ViewMaker::take_code(const Example& example, bool without_comments, Bag& code) {
  code.assign(example.code.begin(), example.code.end());
  if (!without_comments) return;
  comments_.assign(example.comments.begin(), example.comments.end());
  std::sort(comments_.begin(), comments_.end());
  subtract(code, comments_);
  if (code.empty()) code.assign(example.code.begin(), example.code.end());
}

void ViewMaker::hide(const Example& example, const View& view, Random& random, Bag& code) {
  if (view.nameless) append(removed_, example.name);
  std::sort(removed_.begin(), removed_.end());
  if (removed_.empty() && view.hidden <= 0) return;
  std::erase_if(code, [&](TokenCount token) {
    return holds(removed_, token.id()) ||
           (view.hidden > 0 && holds(query_, token.id()) && random.chance(view.hidden));
  });
  if (code.empty()) code.assign(example.code.begin(), example.code.end());
}

void ViewMaker::make(std::size_t number, const View& view, Random& random, Bag& query, Bag& code) {
  const Example example = dataset_[number];
  query_.clear();
  added_.clear();
  removed_.clear();
  code.clear();

  const Unasked unasked = ask(example, view, random);
  if (view.query != QueryPart::some && view.rest > 0 && random.chance(view.rest)) {
    append(added_, unasked.before);
    append(added_, unasked.behind);
  }
  finish_query(example, random, query);

  if (random.chance(view.place)) {
    append(added_, example.place);
    if (!view.nameless) append(added_, example.name);
  }
  switch (view.target) {
    case CodePart::code:
      take_code(example, unasked.without_comments, code);
      break;
    case CodePart::signature:
      append(added_, example.signature);
      break;
    case CodePart::card:
      dataset_.append_card(number, added_);
      break;
  }
  const DatasetLimits& limits = dataset_.limits();
  if (limits.in_order) {
    // As in an index: where it stands, its name, its doc, then the code.
    code_order_ = added_;
    if (view.target == CodePart::code) append(code_order_, example.reading);
  }
  if (!added_.empty()) {
    std::sort(added_.begin(), added_.end());
    merge(code, added_);
  }
  hide(example, view, random, code);
  drop(code, options_.dropped, random);
  if (limits.in_order) keep(code_order_, code, limits.code_tokens);
}

}  // namespace quarry::training

// Names as source code writes them become names as people ask for them.
#pragma once

#include <string>
#include <string_view>

namespace quarry::syntax {

struct SplitName {
  std::string container;  // "Foo.Bar" of `Foo<T>::Bar::run`, "" without one
  std::string name;       // "run"
};

// Splits at `::`, `.`, `:` and `\`; drops template arguments, quotes, blanks and the words that only say "of
// this module" (`exports`, `module.exports`, `this`, `prototype`, `window`). Operators keep their signs.
// Never longer than 256 bytes a part.
[[nodiscard]] SplitName split_name(std::string_view text);

}  // namespace quarry::syntax

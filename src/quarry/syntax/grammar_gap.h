// C#, Kotlin and Swift before the parser: what their grammars cannot read is painted over with blanks.
#pragma once

#include <string>
#include <string_view>

#include "quarry/corpus/language.h"

namespace quarry::syntax {

// Where a grammar lacks a piece of syntax, it loses everything up to the end of the file. In a copy of
// `source`
//  - C#: conditionals that cut a declaration lose their directives and all but the first branch (`#if NET`
//  around a
//    `public`); `ref` of `ref partial struct` and the casts of `*(byte*)p` go,
//  - Kotlin: `by x` in front of a class body, an annotation in front of `constructor` or a getter,
//  `annotation` of
//    `annotation class` and the guards of `when` go, `where` and `suspend` as names get a capital letter,
//  - Swift: directives go and leave all their branches (the grammar knows none inside types).
// Every offset stays as it was, so that the tree of the copy serves for the source. Linear in the size of the
// source. Returns false, and leaves `painted` unspecified, where there is nothing to paint or for another
// language.
[[nodiscard]] bool paint_over_gaps(corpus::Language language, std::string_view source, std::string& painted);

}  // namespace quarry::syntax

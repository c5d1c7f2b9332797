// C and C++ before the parser: what the preprocessor would remove is painted over with blanks.
#pragma once

#include <string>
#include <string_view>

namespace quarry::syntax {

// Without a preprocessor the grammar meets `JSON_NAMESPACE_BEGIN` alone on a line, `FMT_API auto f()`, or an
// `#if` in the middle of an expression, and sees one "function" from there to the end of the file. In a copy
// of `source`
//  - macros (upper case with an underscore) that stand where no syntax allows a name become blanks,
//  - conditionals that cut a declaration or leave a brace open lose their directives and all but the first
//  branch.
// Every offset stays as it was, so that the tree of the copy serves for the source. Linear in the size of the
// source. Returns false, and leaves `painted` unspecified, where there is nothing to paint.
[[nodiscard]] bool paint_over_preprocessor(std::string_view source, std::string& painted);

}  // namespace quarry::syntax

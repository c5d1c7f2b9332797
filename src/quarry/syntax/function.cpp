// Names of the kinds, as results and filters write them.
#include "quarry/syntax/function.h"

namespace quarry::syntax {

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::file:
      return "file";
    case Kind::function:
      return "function";
    case Kind::method:
      return "method";
    case Kind::class_:
      return "class";
    case Kind::section:
      return "section";
  }
  return "unknown";
}

}  // namespace quarry::syntax

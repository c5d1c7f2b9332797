#include "quarry/ranking/query_wording.h"

#include <algorithm>
#include <array>
#include <string>

#include "quarry/base/ascii.h"
#include "quarry/text/words.h"

namespace quarry::ranking {
namespace {

constexpr float kMostLength = 2;
constexpr std::size_t kGerund = 5;  // letters of the shortest: "using", not "ring"

// In order, for a binary search.
constexpr auto kVerbs = std::to_array<std::string_view>({
    "add",       "append",   "apply",    "assert",      "assign",      "attach",    "bind",
    "block",     "build",    "cache",    "calculate",   "call",        "cancel",    "change",
    "check",     "choose",   "clean",    "clear",       "close",       "collect",   "combine",
    "compare",   "compress", "compute",  "concatenate", "configure",   "connect",   "convert",
    "copy",      "count",    "create",   "cut",         "decide",      "decode",    "decompress",
    "decrypt",   "delete",   "detect",   "determine",   "disable",     "discard",   "display",
    "divide",    "download", "draw",     "drop",        "dump",        "emit",      "enable",
    "encode",    "encrypt",  "ensure",   "escape",      "estimate",    "evaluate",  "execute",
    "expand",    "extract",  "fetch",    "fill",        "filter",      "find",      "finish",
    "flatten",   "flush",    "force",    "format",      "forward",     "generate",  "get",
    "give",      "go",       "group",    "guess",       "handle",      "hide",      "ignore",
    "import",    "increase", "insert",   "install",     "interpolate", "invert",    "join",
    "keep",      "kill",     "limit",    "list",        "load",        "locate",    "lock",
    "log",       "look",     "make",     "map",         "mark",        "match",     "measure",
    "merge",     "move",     "multiply", "normalize",   "notify",      "open",      "order",
    "parse",     "pause",    "pick",     "play",        "pop",         "print",     "process",
    "push",      "put",      "query",    "raise",       "randomize",   "read",      "receive",
    "record",    "recover",  "redirect", "refresh",     "refuse",      "register",  "reject",
    "release",   "reload",   "remove",   "rename",      "render",      "repeat",    "replace",
    "report",    "reset",    "resize",   "resolve",     "restore",     "retry",     "return",
    "reuse",     "reverse",  "rotate",   "round",       "run",         "save",      "scale",
    "scan",      "schedule", "search",   "select",      "send",        "serialize", "set",
    "show",      "shrink",   "shuffle",  "shut",        "skip",        "sleep",     "sort",
    "split",     "start",    "stop",     "store",       "stream",      "strip",     "subtract",
    "swap",      "sync",     "take",     "tell",        "test",        "throw",     "tokenize",
    "translate", "trim",     "truncate", "try",         "turn",        "undo",      "unescape",
    "unlock",    "unpack",   "unwrap",   "update",      "upload",      "use",       "validate",
    "verify",    "wait",     "walk",     "warn",        "wrap",        "write",
});
static_assert(std::is_sorted(kVerbs.begin(), kVerbs.end()));

}  // namespace

Wording read_wording(std::string_view text) {
  Wording wording;
  wording.question = text.substr(0, text.find_last_not_of(" \t\r\n") + 1).ends_with('?');
  float words = 0;
  float function_words = 0;
  float articles = 0;
  bool how = false;
  for (std::string_view rest = text;; ++words) {
    const std::string_view word = text::next_identifier(rest);
    if (word.empty()) break;
    const std::string low = ascii::lower(word);
    if (text::is_stop_word(low) || text::is_question_word(low)) ++function_words;
    if (low == "a" || low == "an" || low == "the") ++articles;
    if (words == 0) {
      how = low == "how";
      wording.verb = std::binary_search(kVerbs.begin(), kVerbs.end(), low);
      wording.gerund = low.size() >= kGerund && low.ends_with("ing");
    }
    if (words == 1 && how) wording.how = low != "to" && low != "do" && low != "can" && low != "i";
  }
  if (words == 0) return wording;
  wording.length = std::min(words / 10, kMostLength);
  wording.function_words = function_words / words;
  wording.articles = std::min(articles / 3, 1.0F);
  return wording;
}

}  // namespace quarry::ranking

// Small made-up pairs that can be learned in seconds. Tests only.
#pragma once

#include <array>
#include <string>

namespace quarry::training {

// `count` pairs over a few repositories, the last of them held out; docs and code use different words for the
// same things, so that a model has to learn which belong together.
inline std::string synthetic_pairs(int count) {
  constexpr std::array kVerbs{"open", "remove", "count", "send", "sort", "merge", "parse", "store"};
  constexpr std::array kTheirs{"fopen", "unlink", "tally", "emit", "qsort", "union", "lexer", "persist"};
  constexpr std::array kNouns{"file", "user", "packet", "row", "tree", "window", "token", "image", "route"};
  constexpr std::array kTypes{"fd", "account", "frame", "tuple", "node", "pane", "lexeme", "bitmap", "path"};
  constexpr std::array kManner{"quickly", "twice", "backwards", "safely", "lazily", "once"};
  constexpr std::array kWays{"fast", "repeat", "reverse", "guard", "defer", "single"};
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const auto verb = static_cast<std::size_t>(i) % kVerbs.size();
    const auto noun = static_cast<std::size_t>(i / 8) % kNouns.size();
    const auto manner = static_cast<std::size_t>(i / 72) % kManner.size();
    const std::string name = std::string(kTheirs[verb]) + "_" + kTypes[noun];
    lines += R"x({"lang":"c","repo":"r)x" + std::to_string(i % 5) + R"x(","path":"src/)x" + kTypes[noun] +
             R"x(.c","name":")x" + name + R"x(","signature":"int )x" + name + R"x(()","doc":")x" +
             kVerbs[verb] + " the " + kNouns[noun] + " " + kManner[manner] + R"x(","code":"int )x" + name +
             "() { return " + kWays[manner] + "(" + kTypes[noun] + R"x(); }","heldout":)x" +
             (i % 5 == 4 ? "true" : "false") + "}\n";
  }
  return lines;
}

}  // namespace quarry::training

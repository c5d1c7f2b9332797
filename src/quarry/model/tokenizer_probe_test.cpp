// A program for tests: prints the ids of texts, so that other tokenizer libraries can be compared with this
// one.
//
// tokenizer_probe TOKENIZER.json [--special] [--patterns] < lines of JSON strings > lines of JSON lists of
// ids
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/model/tokenizer.h"

int main(int argc, char** argv) {
  bool special = false;
  bool patterns = false;
  for (int i = 2; i < argc; ++i) {
    special |= std::string_view(argv[i]) == "--special";
    patterns |= std::string_view(argv[i]) == "--patterns";
  }
  if (argc < 2) return 2;
  const auto json = quarry::posix_file_system().read(argv[1], quarry::model::kMaxTokenizerBytes);
  if (!json) return std::cerr << json.error().message << '\n', 2;
  auto tokenizer = quarry::model::Tokenizer::parse(*json);
  if (!tokenizer) return std::cerr << tokenizer.error().message << '\n', 3;
  if (patterns) tokenizer = tokenizer->by_patterns();
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = nlohmann::json::parse(line, nullptr, false);
    if (!text.is_string()) return std::cerr << "not a JSON string: " << line << '\n', 2;
    std::cout << nlohmann::json(tokenizer->encode(text.get_ref<const std::string&>(), special)).dump()
              << '\n';
  }
  return 0;
}

// A program for tests: token ids and vectors of texts, so that other runtimes can be compared with
// StaticEncoder.
//
// vector_probe MODEL query|code < lines of JSON strings > lines of {"ids": [...], "vector": [...]}
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "quarry/base/file_system.h"
#include "quarry/model/static_encoder.h"

int main(int argc, char** argv) {
  using namespace quarry;
  if (argc < 3) return 2;
  auto model = model::read_static_model(posix_file_system(), argv[1]);
  if (!model) return std::cerr << model.error().message << '\n', 2;
  const model::Side side = std::string_view(argv[2]) == "code" ? model::Side::code : model::Side::query;
  const std::size_t limit = model->sides[static_cast<std::size_t>(side)].max_tokens;
  const model::Tokenizer tokenizer = model->tokenizer;
  const model::StaticEncoder encoder(*std::move(model), "probe");
  model::Tokenizer::Scratch scratch;
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = nlohmann::json::parse(line, nullptr, false);
    if (!text.is_string()) return std::cerr << "not a JSON string: " << line << '\n', 2;
    const std::string_view view = text.get_ref<const std::string&>();
    std::vector<model::TokenId> ids;
    tokenizer.append_ids(view, scratch, ids, limit);
    const auto vector = encoder.encode(std::span(&view, 1), side);
    if (!vector) return std::cerr << vector.error().message << '\n', 2;
    std::cout << nlohmann::json{{"ids", ids}, {"vector", *vector}}.dump() << '\n';
  }
  return 0;
}

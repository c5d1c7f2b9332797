// Small model directories for tests and benchmarks, made on the spot.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "quarry/model/safetensors.h"
#include "quarry/model/tokenizer_trainer.h"

namespace quarry::model {

// Owns the bytes of tensors that are about to be written.
class TensorSet {
 public:
  template <class T>
  void add(const std::string& name, Dtype dtype, std::vector<std::uint64_t> shape,
           const std::vector<T>& values) {
    const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
    held_[name] = {dtype, std::move(shape), std::vector<std::byte>(bytes, bytes + values.size() * sizeof(T))};
  }
  void remove(const std::string& name) { held_.erase(name); }
  [[nodiscard]] std::string file() const {
    std::vector<Tensor> tensors;
    for (const auto& [name, held] : held_) tensors.push_back({name, held.dtype, held.shape, held.bytes});
    return write_safetensors(tensors).value();
  }

 private:
  struct Held {
    Dtype dtype = Dtype::f32;
    std::vector<std::uint64_t> shape;
    std::vector<std::byte> bytes;
  };
  std::map<std::string, Held> held_;
};

// Pronounceable words with the frequencies of a language: the r-th has about 1 / r of the first one's count.
inline std::vector<WordCount> synthetic_words(std::size_t count, std::uint32_t seed = 1) {
  std::mt19937 random(seed);
  static constexpr std::string_view kOnsets[] = {"b", "c", "d", "f", "g",  "l",  "m", "n",
                                                 "p", "r", "s", "t", "st", "tr", "pr"};
  static constexpr std::string_view kVowels[] = {"a", "e", "i", "o", "u", "ea", "ou", "y"};
  static constexpr std::string_view kCodas[] = {"", "", "n", "r", "s", "t", "ng", "x", "ck"};
  const auto pick = [&](const auto& list) { return list[random() % std::size(list)]; };
  std::map<std::string, std::uint64_t> words;
  for (std::size_t rank = 1; words.size() < count; ++rank) {
    std::string word;
    for (std::size_t syllable = 0; syllable < 1 + random() % 4; ++syllable) {
      word.append(pick(kOnsets)).append(pick(kVowels)).append(pick(kCodas));
    }
    words.emplace(std::move(word), 1'000'000 / rank + 1);
  }
  std::vector<WordCount> result;
  for (const auto& [word, n] : words) result.push_back({word, n});
  return result;
}

// The tensors of a model of Quarry's layout with random rows.
inline TensorSet synthetic_tensors(std::uint64_t vocabulary, std::uint64_t dimensions) {
  std::mt19937 random(7);
  std::vector<std::int8_t> table(vocabulary * dimensions);
  for (auto& value : table) value = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
  std::vector<float> scales(vocabulary);
  std::vector<float> query(vocabulary);
  std::vector<float> code(vocabulary);
  for (std::size_t i = 0; i < vocabulary; ++i) {
    scales[i] = 0.001F + 0.00001F * static_cast<float>(random() % 1000);
    query[i] = -0.001F * static_cast<float>(random() % 4000);
    code[i] = -0.001F * static_cast<float>(random() % 4000);
  }
  TensorSet tensors;
  tensors.add("embedding", Dtype::i8, {vocabulary, dimensions}, table);
  tensors.add("embedding.scale", Dtype::f32, {vocabulary}, scales);
  tensors.add("token_weights.query", Dtype::f32, {vocabulary}, query);
  tensors.add("token_weights.code", Dtype::f32, {vocabulary}, code);
  return tensors;
}

inline void write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline constexpr std::string_view kQuarryConfig =
    R"({"model_type": "quarry-static", "token_weights": "log"})";

}  // namespace quarry::model

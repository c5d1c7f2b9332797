// How fast texts become vectors: a static model of 32,768 x 256 in int8, code of about 100 tokens a function.
//
// Words and rows are synthetic, with the frequencies of a language. QUARRY_BENCH_CODE may name a file of real
// functions, separated by NUL bytes, to train the tokenizer on and to measure with instead.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>

#include "quarry/base/test_directory.h"
#include "quarry/model/compiled_tokenizer.h"
#include "quarry/model/static_encoder.h"
#include "quarry/model/test_model.h"

namespace {

using namespace quarry;
using namespace quarry::model;

class Fixture {
 public:
  Fixture() : words_(synthetic_words(150'000)) {
    make_texts();
    const std::string json = train_tokenizer(words_, {.vocabulary_size = 32'768}).value();
    const std::uint64_t size = Tokenizer::parse(json).value().size();
    for (const char* name : {"compiled", "plain"}) {
      write_file(path(name) / "tokenizer.json", json);
      write_file(path(name) / "config.json", kQuarryConfig);
      write_file(path(name) / "model.safetensors", synthetic_tensors(size, 256).file());
    }
    write_file(path("compiled") / "tokenizer.bin", compile_tokenizer(json).value());
  }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  [[nodiscard]] const std::vector<std::string>& functions() const { return functions_; }
  [[nodiscard]] const std::vector<std::string>& queries() const { return queries_; }

 private:
  void make_texts() {
    std::mt19937 random(3);
    std::vector<double> cumulative;
    for (const WordCount& word : words_) {
      const double before = cumulative.empty() ? 0 : cumulative.back();
      cumulative.push_back(before + static_cast<double>(word.count));
    }
    const auto pick = [&] {
      std::uniform_real_distribution<double> place(0, cumulative.back());
      const auto at =
          std::lower_bound(cumulative.begin(), cumulative.end(), place(random)) - cumulative.begin();
      return words_[static_cast<std::size_t>(at)].word;
    };
    static constexpr std::string_view kGlue[] = {"_",       " = ", "(",   ".",  ", ",
                                                 ")\n    ", " ",   " + ", "::", "[0] "};
    for (int i = 0; i < 4000; ++i) {
      std::string text;
      for (int word = 0; word < 80; ++word) {
        std::string next = pick();
        if (random() % 3 == 0) next[0] = static_cast<char>(next[0] & ~0x20);
        text += next;
        text += kGlue[random() % std::size(kGlue)];
      }
      functions_.push_back(std::move(text));
    }
    for (int i = 0; i < 1000; ++i) {
      std::string text;
      for (int word = 0; word < 8; ++word) text += pick() + " ";
      queries_.push_back(std::move(text));
    }
    if (const char* real = std::getenv("QUARRY_BENCH_CODE")) {
      std::ifstream file(real, std::ios::binary);
      functions_.clear();
      WordCounter counter;
      for (std::string text; std::getline(file, text, '\0');) functions_.push_back(text);
      for (const std::string& text : functions_) counter.add(text);
      words_ = counter.sorted();
    }
  }

  TestDirectory directory_;
  std::vector<WordCount> words_;
  std::vector<std::string> functions_;
  std::vector<std::string> queries_;
};

const Fixture& fixture() {
  static const Fixture instance;
  return instance;
}

void encode_functions(benchmark::State& state) {
  const auto encoder = StaticEncoder::open(posix_file_system(), fixture().path("compiled")).value();
  const std::vector<std::string_view> texts(fixture().functions().begin(), fixture().functions().end());
  std::size_t done = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < texts.size(); i += 64) {
      benchmark::DoNotOptimize(encoder->encode(
          std::span(texts).subspan(i, std::min<std::size_t>(64, texts.size() - i)), Side::code));
    }
    done += texts.size();
  }
  state.counters["functions/s"] = benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate);
}

void tokenize_functions(benchmark::State& state) {
  const auto json =
      posix_file_system().read(fixture().path("plain") / "tokenizer.json", kMaxTokenizerBytes).value();
  Tokenizer tokenizer = Tokenizer::parse(json).value();
  if (state.range(0) == 1) tokenizer = tokenizer.by_patterns();
  Tokenizer::Scratch scratch;
  std::vector<TokenId> ids;
  std::size_t done = 0;
  std::size_t tokens = 0;
  for (auto _ : state) {
    for (const std::string& text : fixture().functions()) {
      ids.clear();
      tokenizer.append_ids(text, scratch, ids);
      tokens += ids.size();
    }
    done += fixture().functions().size();
  }
  state.counters["functions/s"] = benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate);
  state.counters["tokens/function"] = static_cast<double>(tokens) / static_cast<double>(done);
}

void encode_query(benchmark::State& state) {
  const auto encoder = StaticEncoder::open(posix_file_system(), fixture().path("compiled")).value();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string_view text = fixture().queries()[i++ % fixture().queries().size()];
    benchmark::DoNotOptimize(encoder->encode(std::span(&text, 1), Side::query));
  }
}

void load(benchmark::State& state) {
  const auto path = fixture().path(state.range(0) == 0 ? "compiled" : "plain");
  for (auto _ : state) benchmark::DoNotOptimize(StaticEncoder::open(posix_file_system(), path));
}

// Load and answer the first query: what a fresh process pays.
void load_and_query(benchmark::State& state) {
  const std::string_view text = fixture().queries()[0];
  for (auto _ : state) {
    const auto encoder = StaticEncoder::open(posix_file_system(), fixture().path("compiled")).value();
    benchmark::DoNotOptimize(encoder->encode(std::span(&text, 1), Side::query));
  }
}

// A vocabulary of 32,768 from so many distinct words.
void train(benchmark::State& state) {
  const auto words = synthetic_words(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(train_tokenizer(words, {.vocabulary_size = 32'768}));
}

BENCHMARK(encode_functions)->Unit(benchmark::kMillisecond);
BENCHMARK(tokenize_functions)->Arg(0)->ArgName("patterns")->Unit(benchmark::kMillisecond);
BENCHMARK(tokenize_functions)->Arg(1)->ArgName("patterns")->Unit(benchmark::kMillisecond);
BENCHMARK(encode_query)->Unit(benchmark::kMicrosecond);
BENCHMARK(load)->Arg(0)->ArgName("from_json")->Unit(benchmark::kMillisecond);
BENCHMARK(load)->Arg(1)->ArgName("from_json")->Unit(benchmark::kMillisecond);
BENCHMARK(load_and_query)->Unit(benchmark::kMillisecond);

BENCHMARK(train)->Arg(150'000)->Arg(2'000'000)->ArgName("words")->Iterations(1)->Unit(
    benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();

#include "quarry/training/text_vectors.h"

#include <gmock/gmock.h>

#include <limits>

#include "quarry/base/test_directory.h"
#include "quarry/model/safetensors.h"
#include "quarry/training/plain_verb.h"

namespace quarry::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kTexts{"open a file", "two\nlines", "close it"};
const std::vector<float> kVectors{1, 0, 0, 1, 0.6F, 0.8F};

TEST(TextVectors, KeepsWhatWasWritten) {
  const TestDirectory folder;
  const auto path = folder.path() / "vectors.safetensors";
  ASSERT_TRUE(write_text_vectors(posix_file_system(), path, kTexts, 2, kVectors));
  const auto read = read_text_vectors(posix_file_system(), path);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->dimensions(), 2U);
  EXPECT_EQ(read->size(), 3U);
  EXPECT_THAT((*read)[read->find("close it")], ElementsAre(0.6F, 0.8F));
  // A line break and the space that stands for it in the file are the same.
  EXPECT_EQ(read->find("two\nlines"), read->find("two lines"));
  EXPECT_THAT((*read)[read->find("two\nlines")], ElementsAre(0, 1));
  EXPECT_EQ(read->find("open"), TextVectors::kNone);
}

TEST(TextVectors, FingerprintTellsOthersApart) {
  const auto of = [](std::string_view text, float value) {
    TextVectors vectors(1);
    vectors.add(text, std::vector<float>{value});
    return vectors.fingerprint();
  };
  EXPECT_EQ(of("a", 1), of("a", 1));
  EXPECT_NE(of("a", 1), of("b", 1));
  EXPECT_NE(of("a", 1), of("a", 2));
}

TEST(TextVectors, TheFirstVectorOfATextStays) {
  TextVectors vectors(1);
  vectors.add("a", std::vector<float>{1});
  vectors.add("a", std::vector<float>{2});
  EXPECT_EQ(vectors.size(), 1U);
  EXPECT_THAT(vectors[vectors.find("a")], ElementsAre(1));
}

TEST(TextVectors, NamesTheFileAndWhatIsWrongWithIt) {
  const TestDirectory folder;
  const auto refused = [&](const std::vector<model::Tensor>& tensors) {
    const auto path = folder.write("bad.safetensors", model::write_safetensors(tensors).value());
    const auto read = read_text_vectors(posix_file_system(), path);
    return read ? "accepted" : read.error().message;
  };
  const std::string text = "a\nb\n";
  const std::vector<float> values{1, 2};
  const model::Tensor texts{"texts", model::Dtype::u8, {text.size()}, std::as_bytes(std::span(text))};
  const model::Tensor vectors{"vectors", model::Dtype::f32, {2, 1}, std::as_bytes(std::span(values))};
  EXPECT_EQ(refused({texts, vectors}), "accepted");
  EXPECT_THAT(refused({vectors}), HasSubstr("\"texts\""));
  EXPECT_THAT(refused({texts}), HasSubstr("\"vectors\""));
  EXPECT_THAT(refused({texts}), HasSubstr("bad.safetensors"));
  const model::Tensor one_row{"vectors", model::Dtype::f32, {1, 2}, std::as_bytes(std::span(values))};
  EXPECT_THAT(refused({texts, one_row}), HasSubstr("2 lines where \"vectors\" has 1 rows"));
  const std::vector<float> broken{1, std::numeric_limits<float>::quiet_NaN()};
  const model::Tensor nan{"vectors", model::Dtype::f32, {2, 1}, std::as_bytes(std::span(broken))};
  EXPECT_THAT(refused({texts, nan}), HasSubstr("bad.safetensors"));
  const auto missing = read_text_vectors(posix_file_system(), folder.path() / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
}

TEST(TextVectors, AsksAnEncoderForAllTexts) {
  class Lengths final : public model::Encoder {
   public:
    const std::string& name() const override { return name_; }
    const std::string& fingerprint() const override { return name_; }
    std::uint32_t dimensions() const override { return 1; }
    Result<std::vector<float>> encode(std::span<const std::string_view> texts,
                                      model::Side side) const override {
      if (side == model::Side::code) return fail(ErrorKind::unavailable, "only queries");
      std::vector<float> vectors;
      for (const std::string_view text : texts) vectors.push_back(static_cast<float>(text.size()));
      return vectors;
    }

   private:
    std::string name_ = "lengths";
  } encoder;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 600; ++i) texts.emplace_back(i, 'x');
  const auto vectors = ask_for_vectors(encoder, model::Side::query, texts);
  ASSERT_TRUE(vectors) << vectors.error().message;
  EXPECT_EQ(vectors->size(), 600U);
  EXPECT_THAT((*vectors)[vectors->find(texts[599])], ElementsAre(599));
  EXPECT_FALSE(ask_for_vectors(encoder, model::Side::code, texts));
}

TEST(PlainVerb, TakesTheThirdPersonAway) {
  EXPECT_EQ(plain_verb("Returns"), "Return");
  EXPECT_EQ(plain_verb("applies"), "apply");
  EXPECT_EQ(plain_verb("Pushes"), "Push");
  EXPECT_EQ(plain_verb("Parses"), "Parse");
  EXPECT_EQ(plain_verb("passes"), "pass");
  for (const char* other : {"This", "class", "Status", "is", "has", "Return", "", "its"}) {
    EXPECT_EQ(plain_verb(other), "") << other;
  }
  EXPECT_EQ(first_word("Returns the length"), "Returns");
  EXPECT_EQ(first_word("returns_it"), "returns");
  EXPECT_EQ(first_word("1 is"), "");
}

}  // namespace
}  // namespace quarry::training

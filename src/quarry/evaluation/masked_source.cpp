#include "quarry/evaluation/masked_source.h"

#include "quarry/base/hash.h"
#include "quarry/syntax/extractor.h"

namespace quarry::evaluation {
namespace {

constexpr std::size_t kHeadBytes = 4096;  // what language detection may look at

void blank(syntax::Range range, std::string& text) {
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
}

class MaskedSource final : public corpus::Source {
 public:
  MaskedSource(std::unique_ptr<corpus::Source> source, MaskedFunctions masked)
      : source_(std::move(source)), masked_(std::move(masked)), identity_(source_->identity()) {
    // Another repository to an index: nothing of the unmasked one may be taken for it.
    std::uint64_t hash = 0;
    for (const auto& [path, lines] : masked_) {
      hash = hash64(path, hash);
      for (const std::uint32_t line : lines) hash = hash64(fmt::format("{}", line), hash);
    }
    identity_ += fmt::format("#masked-{:016x}", hash);
  }

  const std::string& name() const override { return source_->name(); }
  const std::string& identity() const override { return identity_; }
  const std::string& root() const override { return source_->root(); }
  const std::string& revision() const override { return source_->revision(); }
  const std::string& remote() const override { return source_->remote(); }
  const std::string& prefix() const override { return source_->prefix(); }

  Result<corpus::Listing> list(const corpus::ListOptions& options) const override {
    QUARRY_TRY(corpus::Listing listing, source_->list(options));
    for (corpus::FileEntry& file : listing.files) {
      if (masked_.contains(file.path)) file.blob.reset();
    }
    return listing;
  }

  tl::expected<corpus::Content, corpus::Skipped> read(const corpus::FileEntry& file,
                                                      const corpus::ListOptions& options) const override {
    auto content = source_->read(file, options);
    const auto masked = masked_.find(file.path);
    if (!content || masked == masked_.end()) return content;
    syntax::Extractor extractor;
    const auto language = corpus::detect_language(file.path, content->text.substr(0, kHeadBytes));
    const syntax::ParsedFile parsed = extractor.extract(language, content->text);
    for (const syntax::Function& function : parsed.functions) {
      if (masked->second.contains(function.start_line)) blank(function.doc, content->text);
    }
    content->blob = corpus::blob_id_of(content->text);
    return content;
  }

 private:
  std::unique_ptr<corpus::Source> source_;
  MaskedFunctions masked_;
  std::string identity_;
};

}  // namespace

MaskedFunctions masked_functions(std::span<const Question* const> questions) {
  MaskedFunctions masked;
  for (const Question* question : questions) {
    if (!question->masked) continue;
    const std::string prefix =
        question->root.empty() || question->root == "." ? std::string() : question->root + "/";
    for (const Target& target : question->targets) {
      if (target.lines && target.path.starts_with(prefix)) {
        masked[target.path.substr(prefix.size())].insert(target.lines->first);
      }
    }
  }
  return masked;
}

std::unique_ptr<corpus::Source> mask_docs(std::unique_ptr<corpus::Source> source, MaskedFunctions masked) {
  if (masked.empty()) return source;
  return std::make_unique<MaskedSource>(std::move(source), std::move(masked));
}

}  // namespace quarry::evaluation

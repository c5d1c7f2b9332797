#include "quarry/evaluation/document_source.h"

#include <charconv>

#include "quarry/index/analysis.h"

namespace quarry::evaluation {
namespace {

std::string text_of(const TextDocument& document) {
  return document.title.empty() ? document.text : document.title + "\n" + document.text;
}

class DocumentSource final : public corpus::Source {
 public:
  DocumentSource(std::string name, std::span<const TextDocument> documents)
      : name_(std::move(name)), identity_("documents:" + name_), documents_(documents) {}

  const std::string& name() const override { return name_; }
  const std::string& identity() const override { return identity_; }
  const std::string& root() const override { return nothing_; }
  const std::string& revision() const override { return nothing_; }
  const std::string& remote() const override { return nothing_; }
  const std::string& prefix() const override { return nothing_; }

  Result<corpus::Listing> list(const corpus::ListOptions&) const override {
    corpus::Listing listing;
    for (std::size_t i = 0; i < documents_.size(); ++i) {
      const std::string text = text_of(documents_[i]);
      listing.files.push_back({.path = path_of_document(i),
                               .size = text.size(),
                               .mtime_ns = 0,
                               .inode = 0,
                               .blob = corpus::blob_id_of(text)});
    }
    return listing;
  }

  // As they are: what would be left out of a repository is a candidate here.
  tl::expected<corpus::Content, corpus::Skipped> read(const corpus::FileEntry& file,
                                                      const corpus::ListOptions&) const override {
    std::string text = text_of(documents_[document_of_path(file.path)]);
    const corpus::BlobId blob = corpus::blob_id_of(text);
    return corpus::Content{.text = std::move(text), .blob = blob};
  }

 private:
  std::string name_;
  std::string identity_;
  std::string nothing_;
  std::span<const TextDocument> documents_;
};

}  // namespace

std::unique_ptr<corpus::Source> make_document_source(std::string name,
                                                     std::span<const TextDocument> documents) {
  return std::make_unique<DocumentSource>(std::move(name), documents);
}

std::string path_of_document(std::size_t number) {
  return fmt::format("{:09}", number);
}

std::size_t document_of_path(std::string_view path) {
  std::size_t number = 0;
  std::from_chars(path.data(), path.data() + path.size(), number);
  return number;
}

index::WriterHooks document_hooks(std::span<const TextDocument> documents) {
  index::WriterHooks hooks = index::default_hooks();
  hooks.make_analyse = [documents](const index::UpdateOptions& options) -> index::Analyse {
    auto analysis = std::make_shared<index::Analysis>(index::AnalysisOptions{
        .limits = options.limits, .source = options.source, .encoder = options.encoder});
    return [analysis, documents](std::string_view repository, std::string_view path,
                                 const corpus::Content& content) {
      return analysis->analyse(repository, path, documents[document_of_path(path)].language, content);
    };
  };
  return hooks;
}

}  // namespace quarry::evaluation

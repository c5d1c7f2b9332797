// What a writer works with outside of tests: real analysis, and the system's clock.
#include <chrono>
#include <memory>

#include "quarry/corpus/language.h"
#include "quarry/index/analysis.h"
#include "quarry/index/index_writer.h"

namespace quarry::index {
namespace {

constexpr std::size_t kHeadBytes = 4096;  // what language detection may look at

Analyse make_analyse(const UpdateOptions& options) {
  auto analysis = std::make_shared<Analysis>(
      AnalysisOptions{.limits = options.limits, .source = options.source, .encoder = options.encoder});
  return [analysis](std::string_view repository, std::string_view path, const corpus::Content& content) {
    const corpus::Language language =
        corpus::detect_language(path, std::string_view(content.text).substr(0, kHeadBytes));
    return analysis->analyse(repository, path, language, content);
  };
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

WriterHooks default_hooks() {
  return {make_analyse, now_ns};
}

Result<std::unique_ptr<IndexWriter>> IndexWriter::open(FileSystem& files,
                                                       const std::filesystem::path& directory) {
  return open(files, directory, default_hooks());
}

}  // namespace quarry::index

// A set of documents as a source of files, so that the product's own index searches it.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "quarry/corpus/source.h"
#include "quarry/evaluation/task.h"
#include "quarry/index/index_writer.h"

namespace quarry::evaluation {

// Document i is the file path_of_document(i): digits, since a path's words are evidence and these shall say
// nothing. `documents` must outlive the source.
[[nodiscard]] std::unique_ptr<corpus::Source> make_document_source(std::string name,
                                                                   std::span<const TextDocument> documents);
[[nodiscard]] std::string path_of_document(std::size_t number);
[[nodiscard]] std::size_t document_of_path(std::string_view path);

// The writer's usual hooks, with each document in its own language.
[[nodiscard]] index::WriterHooks document_hooks(std::span<const TextDocument> documents);

}  // namespace quarry::evaluation

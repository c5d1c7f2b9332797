// The flags of `quarry eval`: what is measured (eval_request) and what is done with the figures
// (eval_command) read them.
#pragma once

#include <array>
#include <string_view>

#include "quarry/cli/flag.h"

namespace quarry::cli::eval {

inline constexpr Flag kTasks{
    .name = "task",
    .type = ValueType::repeat,
    .value = "[NAME=]PATH",
    .brief = "What to measure on; repeat the flag for several",
    .details =
        "A folder in BEIR's layout (corpus.jsonl, queries.jsonl, qrels/*.tsv) or CoSQA's, a "
        "folder with dev/queries.jsonl and dev/repos (and functions.jsonl), a folder with "
        "queries.jsonl and repos/, or a file of judged questions or of feedback.",
    .completion = Completion::file};
inline constexpr Flag kRepositories{.name = "repos",
                                    .type = ValueType::text,
                                    .value = "DIR",
                                    .brief = "The folder with a folder or .tar.zst a repository",
                                    .details = "The default stands beside the questions.",
                                    .completion = Completion::folder};
inline constexpr Flag kOnly{.name = "only",
                            .type = ValueType::list,
                            .value = "NAME,...",
                            .brief = "Only the questions about these repositories"};
inline constexpr Flag kRemoveDocs{
    .name = "remove-docs",
    .brief = "Take docstrings and doc comments out of documents: the harder task",
    .details = "Documents only (BEIR, CoSQA): each is parsed in its language."};
inline constexpr Flag kQrels{.name = "qrels",
                             .type = ValueType::text,
                             .value = "FILE",
                             .brief = "Judge --run by these relevance judgments (TREC's or BEIR's)",
                             .completion = Completion::file};
inline constexpr Flag kRuns{.name = "run",
                            .type = ValueType::repeat,
                            .value = "FILE",
                            .brief = "Judge another system's run (TREC's format) instead of searching",
                            .completion = Completion::file};
inline constexpr Flag kModels{.name = "model",
                              .letter = 'm',
                              .type = ValueType::repeat,
                              .value = "DIR|URL",
                              .brief = "A model to measure; repeat the flag to compare several",
                              .completion = Completion::folder};
inline constexpr std::array<std::string_view, 6> kRankerChoices{"hybrid",  "words",           "reranked",
                                                                "vectors", "vectors-by-file", "bm25f"};
inline constexpr Flag kRankings{
    .name = "ranking",
    .type = ValueType::list,
    .value = "NAME,...",
    .brief = "How to rank: hybrid, words, reranked, vectors, vectors-by-file, bm25f",
    .details =
        "hybrid is the product (the default with a model), words the product without vectors (the "
        "default without), reranked either with --rerank (the default beside them where that is given), "
        "vectors the cosine alone, vectors-by-file the same with each file once.",
    .choices = kRankerChoices,
    .completion = Completion::choices};
inline constexpr Flag kWeightFiles{.name = "weights",
                                   .type = ValueType::repeat,
                                   .value = "FILE",
                                   .brief = "Rank with these weights; repeat the flag to compare several",
                                   .completion = Completion::file};
inline constexpr Flag kCutoffs{.name = "cutoff",
                               .type = ValueType::list,
                               .value = "K,...",
                               .fallback = "10",
                               .brief = "Ranks that metrics look at; the first is the one that counts"};
inline constexpr Flag kDepth{.name = "depth",
                             .type = ValueType::number,
                             .value = "N",
                             .fallback = "0",
                             .brief = "Results to ask for; 0: the largest cutoff, for documents at least 100",
                             .maximum = 1000};
inline constexpr Flag kSamples{.name = "samples",
                               .type = ValueType::number,
                               .value = "N",
                               .fallback = "10000",
                               .brief = "Resamplings for intervals and tests",
                               .minimum = 1,
                               .maximum = 10'000'000};
inline constexpr Flag kPerQuery{.name = "per-query",
                                .type = ValueType::text,
                                .value = "FILE",
                                .brief = "Write every question's figures and first results, as JSON lines",
                                .completion = Completion::file};
inline constexpr Flag kWriteRuns{.name = "write-runs",
                                 .type = ValueType::text,
                                 .value = "DIR",
                                 .brief = "Write a run in TREC's format a task and system",
                                 .completion = Completion::folder};
inline constexpr Flag kGate{.name = "gate",
                            .type = ValueType::text,
                            .value = "FILE",
                            .brief = "Exit 1 where a measure is worse than this baseline allows",
                            .completion = Completion::file};
inline constexpr Flag kWriteBaseline{.name = "write-baseline",
                                     .type = ValueType::text,
                                     .value = "FILE",
                                     .brief = "Write what was measured as a baseline for --gate",
                                     .completion = Completion::file};
inline constexpr Flag kTolerance{.name = "tolerance",
                                 .type = ValueType::text,
                                 .value = "X",
                                 .brief = "How far a measure may fall; instead of the baseline's own (0.01)"};
inline constexpr Flag kKeep{.name = "keep",
                            .type = ValueType::text,
                            .value = "DIR",
                            .brief = "Keep indexes and unpacked sources in DIR, and use those that are there",
                            .completion = Completion::folder};

}  // namespace quarry::cli::eval

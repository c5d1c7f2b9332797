// Flags that several subcommands share, so that they mean the same everywhere.
#pragma once

#include <array>

#include "quarry/cli/flag.h"

namespace quarry::cli {

inline constexpr std::array<std::string_view, 3> kColorChoices{"auto", "always", "never"};
inline constexpr std::array<std::string_view, 4> kKindChoices{"function", "method", "class", "section"};
inline constexpr std::array<std::string_view, 3> kFormatChoices{"text", "json", "vimgrep"};

// General: every subcommand has them.
inline constexpr Flag kColor{.name = "color",
                             .type = ValueType::choice,
                             .value = "WHEN",
                             .fallback = "auto",
                             .brief = "When to use colours: auto, always or never",
                             .details =
                                 "auto uses colours where the output is a terminal and NO_COLOR is not set; "
                                 "CLICOLOR_FORCE=1 uses them "
                                 "in a pipe too.",
                             .choices = kColorChoices,
                             .completion = Completion::choices};
inline constexpr Flag kConfig{.name = "config",
                              .type = ValueType::text,
                              .value = "FILE",
                              .brief = "Read this configuration file instead of the user's own",
                              .details =
                                  "The user's own is $XDG_CONFIG_HOME/quarry/config.yaml (~/.config where "
                                  "the variable is not set); it may "
                                  "be absent. An empty FILE reads none. No file of a searched repository is "
                                  "ever read as configuration.",
                              .completion = Completion::file};
inline constexpr Flag kQuiet{
    .name = "quiet", .letter = 'q', .brief = "No progress and no notes; errors only"};
inline constexpr Flag kVerbose{
    .name = "verbose", .letter = 'v', .brief = "Say more: skipped files, where the index lies, times"};
[[nodiscard]] FlagGroup general_flags();

// Where the index is and how it is made.
inline constexpr Flag kIndexDirectory{.name = "index",
                                      .letter = 'i',
                                      .type = ValueType::text,
                                      .value = "DIR",
                                      .brief = "Use the index in DIR instead of the repository's own",
                                      .details =
                                          "Without it each repository has one index below "
                                          "$XDG_CACHE_HOME/quarry (~/.cache where the variable is not "
                                          "set), shared by all its branches and work trees.",
                                      .completion = Completion::folder};
inline constexpr Flag kRevision{
    .name = "rev",
    .type = ValueType::text,
    .value = "REV",
    .brief = "A git revision instead of the files on disk",
    .details = "Any branch, tag, commit or expression that git understands: v1.2, HEAD~3."};
inline constexpr Flag kName{.name = "name",
                            .type = ValueType::text,
                            .value = "NAME",
                            .brief = "Call the repository NAME in results and filters",
                            .details = "The default is the last part of its remote or folder."};
inline constexpr Flag kNoDefaultRules{
    .name = "no-default-rules",
    .brief = "Include vendored, generated, minified and lock files",
    .details = "`quarry index --list-files` shows which files the built-in rules leave out."};
inline constexpr Flag kNoIgnore{.name = "no-ignore", .brief = "Do not obey .gitignore and .quarryignore"};
inline constexpr Flag kMaxFileSize{.name = "max-file-size",
                                   .type = ValueType::bytes,
                                   .value = "SIZE",
                                   .fallback = "4M",
                                   .brief = "Leave out larger files",
                                   .details = "A number of bytes, with K, M or G for powers of 1024.",
                                   .minimum = 1,
                                   .maximum = std::numeric_limits<std::uint32_t>::max()};
inline constexpr Flag kThreads{.name = "threads",
                               .letter = 'j',
                               .type = ValueType::number,
                               .value = "N",
                               .fallback = "0",
                               .brief = "Threads to index with; 0: one a core",
                               .maximum = 1024};
inline constexpr Flag kModel{.name = "model",
                             .letter = 'm',
                             .type = ValueType::text,
                             .value = "DIR|URL",
                             .brief = "The model that makes vectors of code and queries",
                             .details =
                                 "A folder in the layout of the Hugging Face hub, or the URL of a server "
                                 "that speaks the Open Inference "
                                 "Protocol or /v1/embeddings. A query can use vectors only with the model "
                                 "that made those of the index.",
                             .completion = Completion::folder};
inline constexpr Flag kNoSource{
    .name = "no-source",
    .brief = "Keep no code in the index, only names, signatures, docs and words",
    .details = "Such an index can be handed to people who may not read the code."};
inline constexpr Flag kGraphUnits{
    .name = "graph-units",
    .type = ValueType::number,
    .value = "N",
    .fallback = "500000",
    .brief = "Give segments of N units and more a graph of their vectors; 0: none",
    .details =
        "A search by vectors walks through it instead of looking at every unit. It takes about a quarter of "
        "a "
        "millisecond a unit to make, on one core, and 80 bytes to keep."};
inline constexpr Flag kNoVectors{.name = "no-vectors", .brief = "Words only: make no vectors, use none"};
inline constexpr Flag kNoRefresh{.name = "no-refresh",
                                 .brief = "Search the index as it is, even if files have changed",
                                 .details = "An index that does not exist yet is still made."};

// Which files an index holds and how it is made: wherever one may be made.
inline constexpr std::array kSelectionFlags{&kRevision, &kName, &kNoDefaultRules, &kNoIgnore, &kMaxFileSize};
inline constexpr std::array kMakingFlags{&kIndexDirectory, &kModel,      &kNoVectors,
                                         &kNoSource,       &kGraphUnits, &kThreads};

// What may be found.
inline constexpr Flag kLanguages{.name = "lang",
                                 .letter = 'l',
                                 .type = ValueType::list,
                                 .value = "LANG,...",
                                 .brief = "Only these languages: python, go, c++ ...",
                                 .completion = Completion::language};
inline constexpr Flag kPaths{.name = "path",
                             .letter = 'p',
                             .type = ValueType::repeat,
                             .value = "GLOB",
                             .brief = "Only files that match a glob or lie below a folder",
                             .details =
                                 "\"src/**/*.py\", \"net/\"; a '!' in front leaves matches out. Repeat the "
                                 "flag for several; paths count from "
                                 "the indexed folder."};
inline constexpr Flag kRepositories{.name = "repo",
                                    .letter = 'r',
                                    .type = ValueType::list,
                                    .value = "NAME,...",
                                    .brief = "Only these repositories of the index"};
inline constexpr Flag kKinds{.name = "kind",
                             .letter = 'k',
                             .type = ValueType::list,
                             .value = "KIND,...",
                             .brief = "Only these kinds: function, method, class, section",
                             .choices = kKindChoices,
                             .completion = Completion::choices};

// How answers are made and shown.
inline constexpr Flag kLimit{.name = "limit",
                             .letter = 'n',
                             .type = ValueType::number,
                             .value = "N",
                             .fallback = "10",
                             .brief = "Show the N best results",
                             .minimum = 1,
                             .maximum = 1000};
inline constexpr Flag kOffset{.name = "offset",
                              .type = ValueType::number,
                              .value = "N",
                              .fallback = "0",
                              .brief = "Leave out the first N results, for paging",
                              .maximum = 100000};
inline constexpr Flag kJson{.name = "json", .brief = "Print JSON; the same as --format json"};
inline constexpr Flag kFormat{.name = "format",
                              .letter = 'f',
                              .type = ValueType::choice,
                              .value = "FORMAT",
                              .fallback = "text",
                              .brief = "How to print: text, json or vimgrep",
                              .details =
                                  "text shows the code, highlighted on a terminal. json is one object for "
                                  "the query. vimgrep is a line a "
                                  "result, path:line:column:text, as editors read it.",
                              .choices = kFormatChoices,
                              .completion = Completion::choices};
inline constexpr Flag kContext{
    .name = "context",
    .letter = 'C',
    .type = ValueType::number,
    .value = "N",
    .brief = "Show N lines of each result's code",
    .details = "The default is 12 lines; 0 shows where results are and no code. --full shows all.",
    .maximum = 100000};
inline constexpr Flag kFull{.name = "full", .brief = "Show the whole code of each result"};
inline constexpr Flag kExplain{.name = "explain",
                               .letter = 'e',
                               .brief = "Say why each result stands where it stands",
                               .details = "Lists the evidence with its share of the score."};
inline constexpr Flag kWeights{.name = "weights",
                               .type = ValueType::text,
                               .value = "FILE",
                               .brief = "Rank with these weights instead of those built in",
                               .completion = Completion::file};

// Reranking by a server.
inline constexpr Flag kRerank{
    .name = "rerank",
    .type = ValueType::text,
    .value = "URL",
    .brief = "Send the best results to this server to be ordered again",
    .details =
        "http://HOST/v1/rerank#MODEL (vLLM, llama.cpp, Infinity, Jina, Cohere) or http://HOST/rerank (Text "
        "Embeddings Inference). The query and the code of the best results leave this machine for that "
        "server. QUARRY_RERANKER_KEY holds its key. Where it fails or is slow, the order stays as it was, "
        "and "
        "JSON says so in \"not_reranked\". An empty URL sends nothing."};
inline constexpr Flag kRerankTop{.name = "rerank-top",
                                 .type = ValueType::number,
                                 .value = "N",
                                 .fallback = "10",
                                 .brief = "Results that are sent",
                                 .minimum = 2,
                                 .maximum = 50};
inline constexpr Flag kRerankWeight{
    .name = "rerank-weight",
    .type = ValueType::text,
    .value = "SHARE",
    .fallback = "0.3",
    .brief = "The server's say against the ranking's own, 0 to 1",
    .details =
        "docs/RANKING.md tells what shares were worth; a small model that decides alone (1) does harm."};
inline constexpr Flag kRerankBudget{.name = "rerank-budget",
                                    .type = ValueType::number,
                                    .value = "MS",
                                    .brief = "How long a query waits for the server",
                                    .details = "The default is 300 for `quarry serve`, 5000 elsewhere.",
                                    .minimum = 1,
                                    .maximum = 60000};

inline constexpr std::array kRerankFlags{&kRerank, &kRerankTop, &kRerankWeight, &kRerankBudget};
inline constexpr Flag kNoSecondLook{
    .name = "no-second-look",
    .brief = "Do not read the best results again",
    .details =
        "With vectors, the best 20 are read again word by word before they are shown, which takes about as "
        "long as "
        "finding them did, and is right more often. Needs the model's table on this computer."};

// Of whatever draws random numbers.
inline constexpr Flag kSeed{.name = "seed",
                            .type = ValueType::number,
                            .value = "N",
                            .fallback = "1",
                            .brief = "Of everything random"};

// What `search` and `similar` share.
inline constexpr std::array kFilterFlags{&kLanguages, &kPaths, &kRepositories, &kKinds};
inline constexpr std::array kOutputFlags{&kLimit, &kOffset, &kFormat, &kJson, &kContext, &kFull, &kExplain};

}  // namespace quarry::cli

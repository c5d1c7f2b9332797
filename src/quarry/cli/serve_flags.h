// The flags of quarry serve.
#pragma once

#include <array>

#include "quarry/cli/common_flags.h"
#include "quarry/cli/flag.h"

namespace quarry::cli {

inline constexpr std::size_t kMaxSideName = 32;

inline constexpr Flag kServedIndex{
    .name = "index",
    .letter = 'i',
    .type = ValueType::repeat,
    .value = "[NAME=]DIR[@WEIGHT]",
    .brief = "Serve the index in DIR",
    .details =
        "`quarry index --index DIR PATH` makes one. Repeated, with names, several are "
        "served side by side: requests are shared by weight (1 where none is given), and "
        "the header Quarry-Side or the cookie quarry_side chooses one by name.",
    .completion = Completion::folder};
inline constexpr Flag kListen{
    .name = "listen",
    .type = ValueType::text,
    .value = "ADDRESS",
    .fallback = "127.0.0.1:8080",
    .brief = "Listen on this address and port",
    .details =
        "127.0.0.1:8080, [::1]:8080, or :8080 for every address. Port 0 takes a free one, which "
        "the first line on stderr names."};
inline constexpr Flag kTlsCertificate{.name = "tls-certificate",
                                      .type = ValueType::text,
                                      .value = "FILE",
                                      .brief = "Serve HTTPS with this certificate, chain included, in PEM",
                                      .completion = Completion::file};
inline constexpr Flag kTlsKey{.name = "tls-key",
                              .type = ValueType::text,
                              .value = "FILE",
                              .brief = "The certificate's private key, in PEM",
                              .details = "Both files are read again when they change.",
                              .completion = Completion::file};
inline constexpr Flag kInsecureHttp{.name = "insecure-http",
                                    .brief = "Allow plain HTTP on an address that others can reach"};
inline constexpr Flag kKeys{
    .name = "keys",
    .type = ValueType::text,
    .value = "FILE",
    .brief = "Ask for an API key of this file",
    .details =
        "`quarry key new` makes one. Clients send it as `Authorization: Bearer KEY`. A key sees only "
        "the repositories that it was made for. The file is read again when it changes.",
    .completion = Completion::file};
inline constexpr Flag kPublic{.name = "public",
                              .brief = "Let everybody search; metrics and administration still want a key"};
inline constexpr Flag kOidcJwks{.name = "oidc-jwks",
                                .type = ValueType::text,
                                .value = "URL",
                                .brief = "Take OIDC tokens that are signed by a key of this key set"};
inline constexpr Flag kOidcIssuer{.name = "oidc-issuer",
                                  .type = ValueType::text,
                                  .value = "ISSUER",
                                  .brief = "What the token's iss must be"};
inline constexpr Flag kOidcAudience{.name = "oidc-audience",
                                    .type = ValueType::text,
                                    .value = "NAME",
                                    .brief = "What the token's aud must hold"};
inline constexpr Flag kHosts{
    .name = "server-name",
    .type = ValueType::list,
    .value = "NAME,...",
    .brief = "Names by which clients reach the server",
    .details =
        "Without keys, on a loopback address, requests under any other name than localhost are "
        "refused, so that no web page can reach the server through a visitor's browser."};
inline constexpr Flag kTrustedProxies{.name = "trusted-proxy",
                                      .type = ValueType::list,
                                      .value = "ADDRESS,...",
                                      .brief = "Believe X-Forwarded-For of proxies at these addresses"};

inline constexpr Flag kMaxConnections{.name = "max-connections",
                                      .type = ValueType::number,
                                      .value = "N",
                                      .fallback = "1000",
                                      .brief = "Connections at once; more are answered 503",
                                      .minimum = 1,
                                      .maximum = 1000000};
inline constexpr Flag kMaxClientConnections{.name = "max-client-connections",
                                            .type = ValueType::number,
                                            .value = "N",
                                            .fallback = "250",
                                            .brief = "Of them, from one address; more are answered 503",
                                            .details =
                                                "Loopback addresses and trusted proxies may have any number; "
                                                "of IPv6 a network (/64) counts as one address.",
                                            .minimum = 1,
                                            .maximum = 1000000};
inline constexpr Flag kIdleTimeout{.name = "idle-timeout",
                                   .type = ValueType::number,
                                   .value = "MS",
                                   .fallback = "60000",
                                   .brief = "Close a connection that asks nothing for MS",
                                   .details =
                                       "Longer than a proxy in front keeps its connections to the server, "
                                       "else a request may meet one that is just closed.",
                                   .minimum = 1,
                                   .maximum = 3600000};
inline constexpr Flag kQueue{.name = "queue",
                             .type = ValueType::number,
                             .value = "N",
                             .fallback = "256",
                             .brief = "Searches that may wait; more are answered 503 at once",
                             .maximum = 1000000};
inline constexpr Flag kDeadline{.name = "deadline",
                                .type = ValueType::number,
                                .value = "MS",
                                .fallback = "10000",
                                .brief = "Answer 504 where a request takes longer",
                                .minimum = 1,
                                .maximum = 3600000};
inline constexpr Flag kRate{.name = "rate",
                            .type = ValueType::number,
                            .value = "N",
                            .fallback = "0",
                            .brief = "Requests a second from a key or address; 0: any number",
                            .details = "More are answered 429 with Retry-After."};
inline constexpr Flag kBurst{.name = "burst",
                             .type = ValueType::number,
                             .value = "N",
                             .fallback = "0",
                             .brief = "Requests that one client may make at once; 0: twice the rate"};
inline constexpr Flag kDrainDelay{
    .name = "drain-delay",
    .type = ValueType::number,
    .value = "MS",
    .fallback = "1000",
    .brief = "Go on serving for MS after SIGTERM while /readyz says 503",
    .details = "As long as a load balancer needs to see it. Ctrl-C does not wait.",
    .maximum = 600000};

inline constexpr std::array<std::string_view, 3> kLogLevels{"off", "errors", "requests"};
inline constexpr Flag kLogLevel{
    .name = "log-level",
    .type = ValueType::choice,
    .value = "LEVEL",
    .fallback = "errors",
    .brief = "What to log: off, errors or requests",
    .details = "A JSON object a line. errors holds refusals of access and failures.",
    .choices = kLogLevels,
    .completion = Completion::choices};
inline constexpr Flag kLogFile{.name = "log-file",
                               .type = ValueType::text,
                               .value = "FILE",
                               .fallback = "-",
                               .brief = "Append the log to FILE; -: stderr",
                               .details = "SIGHUP opens it anew, after log rotation.",
                               .completion = Completion::file};
inline constexpr Flag kLogQueries{.name = "log-queries",
                                  .brief = "Log what is asked for too, which is left out otherwise"};
inline constexpr Flag kSample{.name = "sample",
                              .type = ValueType::text,
                              .value = "FILE",
                              .brief = "Append sampled queries and all feedback to FILE",
                              .details = "As JSON lines, which `quarry eval` reads.",
                              .completion = Completion::file};
inline constexpr Flag kSampleLimit{.name = "sample-limit",
                                   .type = ValueType::bytes,
                                   .value = "SIZE",
                                   .fallback = "256M",
                                   .brief = "Let the file of --sample grow to SIZE at most",
                                   .details =
                                       "What comes then is lost, counted, and told once in the log. With K, "
                                       "M or G for powers of 1024. Move the "
                                       "file away and send SIGHUP to go on.",
                                   .minimum = 1,
                                   .maximum = std::uint64_t{1} << 40};
inline constexpr Flag kSampleRate{.name = "sample-rate",
                                  .type = ValueType::text,
                                  .value = "SHARE",
                                  .fallback = "0.01",
                                  .brief = "The share of queries that --sample keeps, 0 to 1"};

inline constexpr Flag kAllowedOrigins{.name = "allow-origin",
                                      .type = ValueType::list,
                                      .value = "ORIGIN,...",
                                      .brief = "Let web pages of this origin call POST /mcp",
                                      .details =
                                          "An origin is like https://agents.example.org. Pages of this "
                                          "machine always may, and programs send no origin."};
inline constexpr Flag kGithubSecret{
    .name = "github-secret-file",
    .type = ValueType::text,
    .value = "FILE",
    .brief = "Take pushes at POST /hooks/push that are signed with this secret",
    .details =
        "GitHub, Gitea and Forgejo sign so. The repository that was pushed to is fetched, indexed and "
        "searchable seconds later. docs/DEPLOYMENT.md",
    .completion = Completion::file};
inline constexpr Flag kGitlabToken{.name = "gitlab-token-file",
                                   .type = ValueType::text,
                                   .value = "FILE",
                                   .brief = "Take GitLab's pushes with this token",
                                   .completion = Completion::file};
inline constexpr Flag kQueryEncoder{
    .name = "query-encoder",
    .type = ValueType::text,
    .value = "ADDRESS",
    .brief = "Take the vectors of queries from a server of the index's model",
    .details =
        "http://host/v2/models/NAME (Triton, KServe) or http://host/v1/embeddings#NAME. While it is "
        "slow or gone, answers are ranked by words and marked as degraded."};
inline constexpr Flag kQueryEncoderBudget{.name = "query-encoder-budget",
                                          .type = ValueType::number,
                                          .value = "MS",
                                          .fallback = "200",
                                          .brief = "How long a query waits for its vector",
                                          .minimum = 1,
                                          .maximum = 60000};

inline constexpr std::array kServingFlags{
    &kServedIndex, &kListen, &kMaxConnections, &kMaxClientConnections, &kIdleTimeout, &kQueue, &kDeadline,
    &kRate,        &kBurst,  &kDrainDelay};
inline constexpr std::array kAccessFlags{&kKeys,         &kPublic,         &kOidcJwks, &kOidcIssuer,
                                         &kOidcAudience, &kTlsCertificate, &kTlsKey,   &kInsecureHttp,
                                         &kHosts,        &kTrustedProxies};
inline constexpr std::array kRecordFlags{&kLogLevel, &kLogFile,    &kLogQueries,
                                         &kSample,   &kSampleRate, &kSampleLimit};
inline constexpr std::array kServeSearchFlags{
    &kModel,  &kQueryEncoder, &kQueryEncoderBudget, &kNoVectors,    &kWeights, &kNoSecondLook,
    &kRerank, &kRerankTop,    &kRerankWeight,       &kRerankBudget, &kThreads};
inline constexpr std::array kHookFlags{&kGithubSecret, &kGitlabToken, &kAllowedOrigins};
inline constexpr std::array kServeGroups{
    FlagGroup{"Serving", kServingFlags}, FlagGroup{"Access", kAccessFlags},
    FlagGroup{"Records", kRecordFlags}, FlagGroup{"Searching", kServeSearchFlags},
    FlagGroup{"Forges and agents", kHookFlags}};

}  // namespace quarry::cli

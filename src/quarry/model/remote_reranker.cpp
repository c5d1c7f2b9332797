#include "quarry/model/remote_reranker.h"

#include <cmath>
#include <cstdlib>

#include "quarry/base/utf8.h"
#include "quarry/model/http_client.h"
#include "quarry/model/json_fields.h"

namespace quarry::model {
namespace {

constexpr const char* kKeyVariable = "QUARRY_RERANKER_KEY";

class RemoteReranker final : public Reranker {
 public:
  RemoteReranker(RemoteRerankerOptions options, HttpOptions http)
      : options_(std::move(options)),
        name_(options_.model.empty() ? options_.url : options_.model),
        http_(std::move(http)) {}

  [[nodiscard]] const std::string& name() const override { return name_; }

  [[nodiscard]] Result<std::vector<float>> score(std::string_view query,
                                                 std::span<const std::string_view> texts) const override {
    if (texts.empty()) return std::vector<float>{};
    QUARRY_TRY(const std::string answer, http_.post(options_.url, request(query, texts)));
    auto scores = parse(answer, texts.size());
    if (!scores) return fail_in(options_.url, std::move(scores).error());
    return scores;
  }

 private:
  [[nodiscard]] std::string request(std::string_view query, std::span<const std::string_view> texts) const {
    Json list = Json::array();
    for (const std::string_view text : texts) list.push_back(utf8::repair(text).text);
    Json body{{"query", utf8::repair(query).text}};
    if (options_.shape == RerankShape::documents) {
      if (!options_.model.empty()) body["model"] = options_.model;
      body["top_n"] = texts.size();
      body["documents"] = std::move(list);
    } else {
      // Too long a text is cut by the server; scores are wanted before a sigmoid presses them together.
      body["truncate"] = true;
      body["raw_scores"] = true;
      body["texts"] = std::move(list);
    }
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  [[nodiscard]] Result<std::vector<float>> parse(const std::string& answer, std::size_t count) const {
    auto body = parse_json(answer);
    if (!body) return fail_in("the answer", std::move(body).error());
    const bool documents = options_.shape == RerankShape::documents;
    const Json* list = documents ? member(*body, "results") : &*body;
    if (list == nullptr || !list->is_array()) {
      return fail(ErrorKind::corrupt, "the answer {}: does the server rerank, in this shape of the API?",
                  documents ? "holds no list \"results\"" : "is no list");
    }
    if (list->size() != count) {
      return fail(ErrorKind::corrupt, "the answer has {} scores for {} texts", list->size(), count);
    }
    const char* const key = documents ? "relevance_score" : "score";
    std::vector<float> scores(count);
    std::vector<bool> seen(count, false);
    for (std::size_t i = 0; i < count; ++i) {  // the best first, mostly; each says which text it is about
      const Json& entry = (*list)[i];
      const Json* index = member(entry, "index");
      if (index == nullptr || !index->is_number_unsigned() || index->get<std::uint64_t>() >= count ||
          seen[index->get<std::uint64_t>()]) {
        return fail(ErrorKind::corrupt, "entry {} of the answer has a wrong \"index\"", i);
      }
      const auto at = index->get<std::uint64_t>();
      seen[at] = true;
      const Json* number = member(entry, key);
      if (number == nullptr || !number->is_number()) {
        return fail(ErrorKind::corrupt, "entry {} of the answer has no number \"{}\"", i, key);
      }
      scores[at] = number->get<float>();
      if (!std::isfinite(scores[at]))
        return fail(ErrorKind::corrupt, "entry {} of the answer has a score beyond the range of floats", i);
    }
    return scores;
  }

  RemoteRerankerOptions options_;
  std::string name_;
  HttpClient http_;
};

}  // namespace

Result<RemoteRerankerOptions> reranker_options_of(const std::string& address) {
  RemoteRerankerOptions options;
  if (const char* key = std::getenv(kKeyVariable); key != nullptr && *key != '\0')
    options.key_variable = kKeyVariable;
  const auto name = address.find('#');
  options.url = address.substr(0, name);
  if (name != std::string::npos) options.model = address.substr(name + 1);
  const bool http = options.url.starts_with("http://") || options.url.starts_with("https://");
  const bool path = options.url.ends_with("/rerank") || options.url.ends_with("/reranking");
  if (!http || !path) {
    return fail(
        ErrorKind::invalid_argument,
        "{}: a reranker's address is http(s)://HOST/v1/rerank#MODEL, or http(s)://HOST/rerank of Text "
        "Embeddings Inference",
        address);
  }
  // Text Embeddings Inference has no other path and serves one model, which nobody names.
  const auto authority = options.url.find("//") + 2;
  if (name == std::string::npos && options.url.substr(options.url.find('/', authority)) == "/rerank")
    options.shape = RerankShape::texts;
  return options;
}

Result<std::shared_ptr<const Reranker>> open_remote_reranker(const RemoteRerankerOptions& options) {
  QUARRY_TRY(HttpOptions http, http_options_of("reranker", options, options.max_response_bytes));
  return std::make_shared<const RemoteReranker>(options, std::move(http));
}

}  // namespace quarry::model

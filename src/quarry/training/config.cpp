#include "quarry/training/config.h"

#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <set>
#include <utility>

namespace quarry::training {
namespace {

template <class T>
using Names = std::vector<std::pair<std::string_view, T>>;

const Names<Schedule>& names(Schedule) {
  static const Names<Schedule> kNames{{"cosine", Schedule::cosine}, {"linear", Schedule::linear}};
  return kNames;
}
const Names<Architecture>& names(Architecture) {
  static const Names<Architecture> kNames{{"static", Architecture::static_table},
                                          {"transformer", Architecture::transformer}};
  return kNames;
}
const Names<QueryPart>& names(QueryPart) {
  static const Names<QueryPart> kNames{{"doc", QueryPart::doc},        {"brief", QueryPart::brief},
                                       {"name", QueryPart::name},      {"some", QueryPart::some},
                                       {"call", QueryPart::call},      {"subject", QueryPart::subject},
                                       {"comment", QueryPart::comment}};
  return kNames;
}
const Names<CodePart>& names(CodePart) {
  static const Names<CodePart> kNames{
      {"code", CodePart::code}, {"signature", CodePart::signature}, {"card", CodePart::card}};
  return kNames;
}
const Names<LossKind>& names(LossKind) {
  static const Names<LossKind> kNames{
      {"info_nce", LossKind::info_nce}, {"sigmoid", LossKind::sigmoid}, {"margin", LossKind::margin}};
  return kNames;
}

// One field as the two visitors below see it: whether its value decides the result.
enum class Role : std::uint8_t { result, outside };

// The one list of keys: reading, checking and canonical_text all walk it.
template <class Visit>
void for_each_view_field(View& view, Visit&& visit) {
  visit("weight", view.weight, 0.0, 1e6);
  visit("query", view.query);
  visit("target", view.target);
  visit("nameless", view.nameless);
  visit("place", view.place, 0.0, 1.0);
  visit("rest", view.rest, 0.0, 1.0);
  visit("hidden", view.hidden, 0.0, 1.0);
}

template <class Visit>
void for_each_field(TrainConfig& c, Visit&& visit) {
  constexpr double kMany = 1e12;
  visit("name", Role::outside, c.name);
  visit("architecture", Role::result, c.architecture);
  visit("seed", Role::result, c.seed, 0.0, 1.8e19);
  visit("steps", Role::result, c.steps, 1.0, kMany);
  visit("threads", Role::outside, c.threads, 1.0, 1024.0);
  visit("data.pairs", Role::outside, c.data.pairs);
  visit("data.broken_share", Role::outside, c.data.broken_share, 0.0, 1.0);
  visit("data.share", Role::result, c.data.share, 0.0, 1.0);
  visit("data.doc_tokens", Role::result, c.data.limits.doc_tokens, 1.0, 4096.0);
  visit("data.code_tokens", Role::result, c.data.limits.code_tokens, 1.0, 65535.0);
  visit("data.code_bytes", Role::result, c.data.limits.code_bytes, 1.0, 1e6);
  visit("tokenizer.vocabulary", Role::result, c.tokenizer.vocabulary, 2.0, 1048576.0);
  visit("tokenizer.alphabet", Role::result, c.tokenizer.alphabet, 1.0, 65536.0);
  visit("tokenizer.doc_weight", Role::result, c.tokenizer.doc_weight, 1.0, 1000.0);
  visit("tokenizer.file", Role::outside, c.tokenizer.file);
  visit("model.dimensions", Role::result, c.dimensions, 8.0, 4096.0);
  visit("model.written", Role::outside, c.written, 0.0, 4096.0);
  visit("model.index_dimensions", Role::outside, c.index_dimensions, 0.0, 4096.0);
  visit("model.layers", Role::result, c.transformer.layers, 1.0, 64.0);
  visit("model.heads", Role::result, c.transformer.heads, 1.0, 64.0);
  visit("model.feed_forward", Role::result, c.transformer.feed_forward, 1.0, 65536.0);
  visit("model.shared", Role::result, c.transformer.shared);
  visit("model.initial", Role::outside, c.initial);
  visit("model.initial_share", Role::outside, c.initial_share, 0.0, 100.0);
  visit("batch.size", Role::result, c.batch, 2.0, 65536.0);
  visit("batch.group", Role::result, c.group, 1.0, 65536.0);
  visit("batch.mine_after", Role::result, c.mine_after, 0.0, 1e6);
  visit("augmentation.language", Role::result, c.augmentation.language, 0.0, 1.0);
  visit("augmentation.dropped", Role::result, c.augmentation.dropped, 0.0, 0.95);
  visit("augmentation.query_dropped", Role::result, c.augmentation.query_dropped, 0.0, 0.95);
  visit("augmentation.question", Role::result, c.augmentation.question, 0.0, 1.0);
  visit("augmentation.plain", Role::result, c.augmentation.plain, 0.0, 1.0);
  visit("loss.kind", Role::result, c.loss.kind);
  visit("loss.temperature", Role::result, c.loss.temperature, 1e-3, 10.0);
  visit("loss.margin", Role::result, c.loss.margin, 0.0, 2.0);
  visit("loss.bias", Role::result, c.loss.bias, -100.0, 100.0);
  visit("loss.nested", Role::result, c.loss.nested);
  visit("teacher.vectors", Role::outside, c.teacher);
  visit("teacher.weight", Role::result, c.loss.teacher_weight, 0.0, 1000.0);
  visit("teacher.temperature", Role::result, c.loss.teacher_temperature, 1e-3, 10.0);
  visit("optimizer.rate", Role::result, c.rate, 1e-9, 10.0);
  visit("optimizer.weights_rate", Role::result, c.adam.weights_rate, 0.0, 1000.0);
  visit("optimizer.beta1", Role::result, c.adam.beta1, 0.0, 0.9999);
  visit("optimizer.beta2", Role::result, c.adam.beta2, 0.0, 0.99999);
  visit("optimizer.epsilon", Role::result, c.adam.epsilon, 1e-30, 1.0);
  visit("optimizer.weight_decay", Role::result, c.adam.weight_decay, 0.0, 10.0);
  visit("optimizer.clip", Role::result, c.clip, 0.0, 1e9);
  visit("optimizer.warmup", Role::result, c.warmup, 0.0, kMany);
  visit("optimizer.schedule", Role::result, c.schedule);
  visit("validation.every", Role::outside, c.validation.every, 0.0, kMany);
  visit("validation.queries", Role::outside, c.validation.queries, 1.0, 1e6);
  visit("validation.candidates", Role::outside, c.validation.candidates, 1.0, 1e7);
  visit("validation.floor", Role::outside, c.validation.floor, 0.0, 1.0);
  visit("checkpoint.every", Role::outside, c.checkpoint_every, 0.0, kMany);
}

class Reader {
 public:
  // Reads one scalar at `key` of `node`; remembers the first thing that is wrong.
  template <class T>
  void read(const std::string& key, const YAML::Node& node, T& value) {
    if (!node.IsDefined() || error_) return;
    try {
      if constexpr (std::is_enum_v<T>) {
        const auto text = node.as<std::string>();
        for (const auto& [name, named] : names(value)) {
          if (name == text) {
            value = named;
            return;
          }
        }
        std::string known;
        for (const auto& [name, named] : names(value))
          known += (known.empty() ? "" : ", ") + std::string(name);
        error_ = fmt::format("{}: \"{}\" is none of {}", key, text, known);
      } else {
        value = node.as<T>();
      }
    } catch (const YAML::Exception&) {
      error_ = fmt::format("{}: not a value of the right type", key);
    }
  }
  template <class T>
  void read(const std::string& key, const YAML::Node& node, T& value, double least, double most) {
    if (!node.IsDefined() || error_) return;
    double number = 0;
    read(key, node, number);
    if (error_) return;
    if (!(number >= least && number <= most)) {
      error_ = fmt::format("{}: {} is not between {:g} and {:g}", key, number, least, most);
      return;
    }
    read(key, node, value);
    if (error_) error_ = fmt::format("{}: {} is not a whole number", key, number);
  }

  std::optional<std::string> error_;
};

// "a.b.c" of nested maps; undefined where there is none.
YAML::Node find(const YAML::Node& root, std::string_view path) {
  YAML::Node node;
  node.reset(root);
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    if (!node.IsMap()) return YAML::Node(YAML::NodeType::Undefined);
    const YAML::Node& fixed = node;
    const YAML::Node next = fixed[std::string(path.substr(0, dot))];
    if (!next.IsDefined()) return YAML::Node(YAML::NodeType::Undefined);
    node.reset(next);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return node;
}

void put(YAML::Node node, std::string_view path, const YAML::Node& value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    node[std::string(path)] = value;
  } else {
    put(node[std::string(path.substr(0, dot))], path.substr(dot + 1), value);
  }
}

// The first key of `node` that is no field, "" where all are known.
std::string unknown_key(const YAML::Node& node, const std::string& prefix,
                        const std::set<std::string>& known) {
  for (const auto& member : node) {
    std::string key = prefix + member.first.as<std::string>();
    if (known.contains(key)) continue;
    const bool section = std::any_of(known.begin(), known.end(),
                                     [&](const std::string& k) { return k.starts_with(key + '.'); });
    if (!section || !member.second.IsMap()) return key;
    std::string inner = unknown_key(member.second, key + '.', known);
    if (!inner.empty()) return inner;
  }
  return {};
}

Status read_views(const YAML::Node& list, std::vector<View>& views) {
  if (!list.IsSequence()) return fail(ErrorKind::invalid_argument, "views: must be a list");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const YAML::Node& node = list[i];
    const std::string place = fmt::format("views[{}]", i);
    if (!node.IsMap()) return fail(ErrorKind::invalid_argument, "{}: must have keys and values", place);
    Reader reader;
    View view;
    std::set<std::string> known;
    for_each_view_field(view, [&](const char* key, auto& value, auto... range) {
      known.insert(key);
      reader.read(place + '.' + key, find(node, key), value, range...);
    });
    if (reader.error_) return fail(ErrorKind::invalid_argument, "{}", *reader.error_);
    const std::string unknown = unknown_key(node, "", known);
    if (!unknown.empty()) return fail(ErrorKind::invalid_argument, "{}: unknown key \"{}\"", place, unknown);
    views.push_back(view);
  }
  double total = 0;
  for (const View& view : views) total += view.weight;
  if (total <= 0) return fail(ErrorKind::invalid_argument, "views: none has a weight above zero");
  return {};
}

Status check(const TrainConfig& config) {
  if (config.steps <= config.warmup) {
    return fail(ErrorKind::invalid_argument,
                "optimizer.warmup: {} steps of warm-up leave nothing of {} steps", config.warmup,
                config.steps);
  }
  if (config.architecture == Architecture::transformer) {
    if (config.dimensions % config.transformer.heads != 0) {
      return fail(ErrorKind::invalid_argument, "model.heads: {} do not divide model.dimensions {}",
                  config.transformer.heads, config.dimensions);
    }
    if (config.index_dimensions != 0 || config.written != 0 || config.initial_share != 0) {
      return fail(ErrorKind::invalid_argument,
                  "model.written, model.index_dimensions, model.initial_share: only a static model has them");
    }
    if (!config.initial.empty() && !config.transformer.shared) {
      return fail(ErrorKind::invalid_argument,
                  "model.initial: needs model.shared, there is one table for it");
    }
  }
  if (config.group > config.batch) {
    return fail(ErrorKind::invalid_argument, "batch.group: {} is more than batch.size {}", config.group,
                config.batch);
  }
  if (config.loss.teacher_weight > 0 && config.teacher.empty()) {
    return fail(ErrorKind::invalid_argument, "teacher.weight: there is no teacher.vectors to learn from");
  }
  for (const std::uint32_t size : config.loss.nested) {
    if (size == 0 || size >= config.dimensions) {
      return fail(ErrorKind::invalid_argument, "loss.nested: {} is not below model.dimensions {}", size,
                  config.dimensions);
    }
  }
  if (config.written > config.dimensions) {
    return fail(ErrorKind::invalid_argument, "model.written: {} is more than model.dimensions {}",
                config.written, config.dimensions);
  }
  const std::uint32_t whole = config.written != 0 ? config.written : config.dimensions;
  const std::vector<std::uint32_t>& nested = config.loss.nested;
  const bool alone =
      config.written != 0 || std::find(nested.begin(), nested.end(), config.index_dimensions) != nested.end();
  if (config.index_dimensions > whole ||
      (config.index_dimensions != 0 && config.index_dimensions != whole && !alone)) {
    return fail(ErrorKind::invalid_argument,
                "model.index_dimensions: the first {} of {} do not say most: name them in loss.nested, or "
                "have the table "
                "turned by model.written",
                config.index_dimensions, whole);
  }
  return {};
}

Result<TrainConfig> parse(const std::string& yaml, const std::vector<std::string>& overrides) {
  YAML::Node root = YAML::Load(yaml);
  if (root.IsNull()) root = YAML::Node(YAML::NodeType::Map);
  if (!root.IsMap()) return fail(ErrorKind::invalid_argument, "not a list of keys and values");
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorKind::invalid_argument, "--set {}: must have the form key=value", text);
    }
    put(root, std::string_view(text).substr(0, equals), YAML::Load(text.substr(equals + 1)));
  }
  TrainConfig config;
  Reader reader;
  std::set<std::string> known{"views"};
  for_each_field(config, [&](const char* key, Role, auto& value, auto... range) {
    known.insert(key);
    reader.read(key, find(root, key), value, range...);
  });
  if (reader.error_) return fail(ErrorKind::invalid_argument, "{}", *reader.error_);
  const std::string unknown = unknown_key(root, "", known);
  if (!unknown.empty()) return fail(ErrorKind::invalid_argument, "unknown key \"{}\"", unknown);
  if (const YAML::Node views = find(root, "views"); views.IsDefined()) {
    QUARRY_CHECK(read_views(views, config.views));
  } else {
    config.views.emplace_back();
  }
  config.data.limits.in_order = config.architecture == Architecture::transformer;
  QUARRY_CHECK(check(config));
  return config;
}

template <class T>
std::string text_of(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    for (const auto& [name, named] : names(value)) {
      if (named == value) return std::string(name);
    }
    return {};
  } else if constexpr (std::is_same_v<T, std::vector<std::uint32_t>>) {
    return fmt::format("[{}]", fmt::join(value, ", "));
  } else {
    return fmt::format("{}", value);
  }
}

}  // namespace

Result<TrainConfig> parse_config(const std::string& yaml, const std::vector<std::string>& overrides) {
  try {
    return parse(yaml, overrides);
  } catch (const YAML::Exception& error) {
    return fail(ErrorKind::invalid_argument, "not valid YAML: {}", error.what());
  }
}

std::string canonical_text(const TrainConfig& config) {
  TrainConfig copy = config;
  std::string text;
  for_each_field(copy, [&](const char* key, Role role, auto& value, auto...) {
    if (role == Role::result) text += fmt::format("{}: {}\n", key, text_of(value));
  });
  for (std::size_t i = 0; i < copy.views.size(); ++i) {
    for_each_view_field(copy.views[i], [&](const char* key, auto& value, auto...) {
      text += fmt::format("views[{}].{}: {}\n", i, key, text_of(value));
    });
  }
  return text;
}

double rate_factor(const TrainConfig& config, std::uint64_t step) {
  if (step <= config.warmup) return static_cast<double>(step) / static_cast<double>(config.warmup);
  const double done =
      static_cast<double>(step - config.warmup) / static_cast<double>(config.steps - config.warmup + 1);
  return config.schedule == Schedule::linear ? 1 - done : 0.5 * (1 + std::cos(std::numbers::pi * done));
}

}  // namespace quarry::training

#include "quarry/model/special_ids.h"

#include "quarry/model/json_fields.h"

namespace quarry::model {
namespace {

// ["[CLS]", 101]
Result<TokenId> pair_id(const Json& config, const char* key) {
  const Json* pair = member(config, key);
  if (pair == nullptr || !pair->is_array() || pair->size() != 2 || !(*pair)[1].is_number_unsigned() ||
      (*pair)[1].get<std::uint64_t>() >= kMaxVocabulary) {
    return fail(ErrorKind::corrupt, "post_processor: \"{}\" must be [token, id]", key);
  }
  return (*pair)[1].get<TokenId>();
}

Result<SpecialIds> parse_template(const Json& config) {
  SpecialIds result;
  const Json* parts = member(config, "single");
  const Json* specials = member(config, "special_tokens");
  if (parts == nullptr || !parts->is_array()) {
    return fail(ErrorKind::corrupt, "TemplateProcessing: \"single\" must be a list");
  }
  bool text_seen = false;
  for (const Json& part : *parts) {
    if (member(part, "Sequence") != nullptr) {
      if (text_seen)
        return fail(ErrorKind::invalid_argument, "TemplateProcessing that repeats its text is not supported");
      text_seen = true;
      continue;
    }
    const Json* special = member(part, "SpecialToken");
    if (special == nullptr) return fail(ErrorKind::corrupt, "TemplateProcessing: an unknown kind of part");
    QUARRY_TRY(const std::string name, string_field(*special, "id"));
    const Json* token = specials == nullptr ? nullptr : member(*specials, name.c_str());
    const Json* ids = token == nullptr ? nullptr : member(*token, "ids");
    if (ids == nullptr || !ids->is_array()) {
      return fail(ErrorKind::corrupt, "TemplateProcessing: \"special_tokens\" has no ids for \"{}\"", name);
    }
    for (const Json& id : *ids) {
      if (!id.is_number_unsigned() || id.get<std::uint64_t>() >= kMaxVocabulary) {
        return fail(ErrorKind::corrupt, "TemplateProcessing: \"{}\" has an invalid id", name);
      }
      (text_seen ? result.after : result.before).push_back(id.get<TokenId>());
    }
  }
  return result;
}

}  // namespace

Result<SpecialIds> parse_special_ids(const Json& config) {
  if (config.is_null()) return SpecialIds{};
  QUARRY_TRY(const std::string type, string_field(config, "type"));
  if (type == "ByteLevel") return SpecialIds{};
  if (type == "TemplateProcessing") return parse_template(config);
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    SpecialIds result;
    QUARRY_TRY(const TokenId first, pair_id(config, "cls"));
    QUARRY_TRY(const TokenId last, pair_id(config, "sep"));
    result.before.push_back(first);
    result.after.push_back(last);
    return result;
  }
  if (type == "Sequence") {
    SpecialIds result;
    const Json* parts = member(config, "processors");
    if (parts == nullptr || !parts->is_array())
      return fail(ErrorKind::corrupt, "\"processors\" must be a list");
    for (const Json& part : *parts) {
      if (part.is_object() && part.value("type", Json()) == "Sequence") {
        return fail(ErrorKind::invalid_argument,
                    "a post_processor Sequence inside a Sequence is not supported");
      }
      QUARRY_TRY(SpecialIds ids, parse_special_ids(part));
      result.before.insert(result.before.begin(), ids.before.begin(), ids.before.end());
      result.after.insert(result.after.end(), ids.after.begin(), ids.after.end());
    }
    return result;
  }
  return fail(ErrorKind::invalid_argument, "post_processor \"{}\" is not supported", type);
}

}  // namespace quarry::model

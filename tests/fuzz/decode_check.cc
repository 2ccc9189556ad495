#include "tests/fuzz/decode_check.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/check.h"
#include "stages/folded_value.h"

namespace wiredesk {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Parsed {
  bool is_comparable = true;
  std::optional<Json> document;  // None: it is not JSON.
};

// The other parser takes a NUL for the end of the text, and has no place for 1e999.
Parsed ParseOtherwise(std::string_view text) {
  constexpr int kNumberTooLarge = 406;
  if (text.find('\0') != std::string_view::npos) return {};
  try {
    return {true, Json::parse(text)};
  } catch (const Json::exception& error) {
    return {error.id != kNumberTooLarge, std::nullopt};
  }
}

const Json* Find(const Json& document, const std::string& pointer) {
  const Json::json_pointer path(pointer);
  return document.contains(path) ? &document.at(path) : nullptr;
}

bool IsText(const Json* json) { return json == nullptr || json->is_null() || json->is_string(); }

bool IsTextOrTexts(const Json* json) {
  if (json == nullptr || !json->is_array()) return IsText(json);
  for (const Json& element : *json) {
    if (!IsText(&element)) return false;
  }
  return true;
}

bool IsPlain(const Json* json) {
  if (json == nullptr || !json->is_array()) return json == nullptr || !json->is_object();
  for (const Json& element : *json) {
    if (element.is_structured()) return false;
  }
  return true;
}

bool HasRightTypes(const Json& document, const FieldPointers& fields) {
  for (const std::string& pointer :
       {fields.title, fields.language, fields.source, fields.published_at}) {
    if (!IsText(Find(document, pointer))) return false;
  }
  const Json* const id = Find(document, fields.id);
  // A whole number too large for 64 bits is a float to the other parser.
  if (!IsText(id) && !id->is_number()) return false;
  for (const FurtherField& field : fields.further) {
    if (!IsPlain(Find(document, field.pointer))) return false;
  }
  return IsTextOrTexts(Find(document, fields.body)) && IsTextOrTexts(Find(document, fields.labels));
}

bool IsThere(const Json* json) { return json != nullptr && !json->is_null(); }

// The token that the article keeps of a member is that member.
void CheckToken(std::string_view token, const Json* json) {
  WIREDESK_CHECK(token.empty() == !IsThere(json));
  if (token.empty()) return;
  WIREDESK_CHECK(Json::parse(token) == *json);
  if (!json->is_string()) return;
  std::string text;
  UnquoteJson(token, text);
  WIREDESK_CHECK(text == json->get_ref<const std::string&>());
}

using Texts = std::vector<std::string>;

// The strings of a member that is one or an array of them, "" and null left out. Numbers and
// booleans of further fields stand as they are written, which the other parser does not keep.
Texts TextsOf(const Json* json) {
  Texts texts;
  const auto add = [&texts](const Json& one) {
    if (one.is_string() && !one.empty() && one != "") texts.push_back(one);
    if (one.is_number() || one.is_boolean()) texts.push_back("as written");
  };
  if (json == nullptr) return texts;
  if (!json->is_array()) {
    add(*json);
  } else {
    for (const Json& element : *json) add(element);
  }
  return texts;
}

void CheckTexts(const Texts& decoded, const Texts& parsed) {
  WIREDESK_CHECK(decoded.size() == parsed.size());
  for (std::size_t i = 0; i < parsed.size(); ++i) {
    WIREDESK_CHECK(parsed[i] == "as written" || decoded[i] == parsed[i]);
  }
}

Texts PartsOf(const Article& article, FieldId field) {
  Texts texts;
  for (const TextPart& part : article.parts) {
    if (part.field == field) texts.emplace_back(part.text);
  }
  return texts;
}

void CheckMembers(const Article& article, const Json& document, const FieldPointers& fields) {
  CheckToken(article.id_json, Find(document, fields.id));
  CheckToken(article.title_json, Find(document, fields.title));
  CheckToken(article.language_json, Find(document, fields.language));
  CheckToken(article.source_json, Find(document, fields.source));
  CheckToken(article.published_at_json, Find(document, fields.published_at));
  CheckTexts({article.categories.begin(), article.categories.end()},
             TextsOf(Find(document, fields.labels)));
  CheckTexts(PartsOf(article, kTitleField), TextsOf(Find(document, fields.title)));
  CheckTexts(PartsOf(article, kBodyField), TextsOf(Find(document, fields.body)));
  for (std::size_t i = 0; i < fields.further.size(); ++i) {
    CheckTexts(PartsOf(article, static_cast<FieldId>(kFieldCount + i)),
               TextsOf(Find(document, fields.further[i].pointer)));
  }
}

}  // namespace

void CheckDecoded(const Article& article, const DecodeSettings& settings) {
  const bool is_of_json = article.is_json && article.failure != Failure::kEmptyRecord &&
                          article.failure != Failure::kTooLarge &&
                          article.failure != Failure::kTooDeep;
  if (!is_of_json) return;
  std::string_view text = article.value;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Parsed parsed = ParseOtherwise(text);
  if (!parsed.is_comparable) return;
  const bool is_json =
      article.failure != Failure::kInvalidJson && article.failure != Failure::kInvalidUtf8;
  WIREDESK_CHECK(is_json == parsed.document.has_value());
  if (!is_json) return;
  WIREDESK_CHECK(parsed.document->is_object() == (article.failure != Failure::kNotAnObject));
  if (!parsed.document->is_object()) return;
  const Json& document = *parsed.document;
  if (!HasRightTypes(document, settings.fields)) {
    WIREDESK_CHECK(article.failure == Failure::kWrongType);
    return;
  }
  if (article.failure == Failure::kWrongType) {  // Only the written form tells a whole number.
    WIREDESK_CHECK(Find(document, settings.fields.id)->is_number_float());
    return;
  }
  const bool has_text = IsThere(Find(document, settings.fields.title)) ||
                        IsThere(Find(document, settings.fields.body));
  WIREDESK_CHECK(has_text == article.ok());
  if (article.ok()) CheckMembers(article, document, settings.fields);
}

}  // namespace wiredesk

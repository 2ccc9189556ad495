#include "stages/json_decoder.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include "config/check.h"
#include "stages/field_tree.h"

namespace wiredesk {

namespace {

namespace ondemand = simdjson::ondemand;
static_assert(kPadding >= simdjson::SIMDJSON_PADDING);

constexpr std::string_view kStage = "decode";
enum class Kind : std::uint8_t { kAbsent, kNull, kBool, kNumber, kString, kArray, kObject };

struct Value {
  Kind kind = Kind::kAbsent;
  std::string_view raw;   // Scalars: the token as it stands.
  std::string_view text;  // Strings that were wanted: unescaped.
};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view TrimRight(std::string_view token) {
  while (!token.empty() && IsSpace(token.back())) token.remove_suffix(1);
  return token;
}

// simdjson's numbers are bound to 64 bits; an article may hold larger ones that nobody reads.
bool IsNumber(std::string_view token) {
  const char* c = token.data();
  const char* const end = c + token.size();
  const auto digits = [&] {
    const char* const first = c;
    while (c < end && *c >= '0' && *c <= '9') ++c;
    return c > first;
  };
  if (c < end && *c == '-') ++c;
  if (c < end && *c == '0') {
    ++c;
  } else if (!digits()) {
    return false;
  }
  if (c < end && *c == '.') {
    ++c;
    if (!digits()) return false;
  }
  if (c < end && (*c == 'e' || *c == 'E')) {
    ++c;
    if (c < end && (*c == '+' || *c == '-')) ++c;
    if (!digits()) return false;
  }
  return c == end;
}

// Of a token that is no string, object or array; kAbsent: of none of JSON's.
Kind KindOfScalar(std::string_view token) {
  if (token == "null") return Kind::kNull;
  if (token == "true" || token == "false") return Kind::kBool;
  return IsNumber(token) ? Kind::kNumber : Kind::kAbsent;
}

bool IsWholeNumber(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

class JsonDecoder::Reader {
 public:
  explicit Reader(const DecodeSettings& settings)
      : settings_(settings),
        tree_(settings.fields),
        list_fields_(FieldBit(ArticleField::kBody) | FieldBit(ArticleField::kLabels)),
        depth_max_(settings.json_depth_max),
        fields_max_(settings.json_fields_max),
        values_(kArticleFieldCount + settings.fields.further.size()),
        elements_(values_.size()) {
    WIREDESK_CHECK(settings.fields.further.size() <= kFurtherFieldsMax);
    for (std::size_t i = 0; i < settings.fields.further.size(); ++i) {
      list_fields_ |= FieldBit(FurtherAt(i));
    }
  }

  void Decode(std::string_view json, Article& article, Arena& arena);

 private:
  static constexpr std::size_t kCapacityMin = std::size_t{1} << 16;

  void Reset(std::string_view json, Article& article, Arena& arena);
  simdjson::error_code Reserve(std::size_t bytes);

  // Each is false after a failure, which failure_, message_ and at_ tell.
  bool WalkDocument();
  bool WalkRoot(ondemand::document& document);
  bool WalkRootScalar(ondemand::document& document);
  bool WalkValue(ondemand::value& json, const FieldTree::Node* node, int depth, Value* element);
  bool WalkContainer(ondemand::value& json, const FieldTree::Node* node, int depth);
  bool WalkObject(ondemand::object object, const FieldTree::Node* node, int depth);
  bool WalkArray(ondemand::array array, const FieldTree::Node* node, int depth);
  bool FindMember(ondemand::field& member, const FieldTree::Node* node,
                  const FieldTree::Node** child);
  bool Unescape(ondemand::raw_json_string string, std::size_t bytes_max, bool wanted,
                std::string_view& text);
  bool BrokenEnd();
  bool Broken(const char* message, Failure failure = Failure::kInvalidJson);

  void Put(FieldSet fields, const Value& value);
  void Forget(FieldSet fields);

  bool FillArticle();
  bool FillText(ArticleField field, std::string_view& raw);
  bool FillId();
  bool FillCategories();
  bool FillParts();
  bool FillBody();
  bool FillFurther(std::size_t index);
  bool WrongType(ArticleField field, std::string_view expected);
  bool WrongElement(ArticleField field, std::size_t index);
  void AddPart(std::string_view text, FieldId field, std::size_t index);
  void Report();

  Value& value_of(ArticleField field) { return values_[static_cast<std::size_t>(field)]; }
  std::vector<Value>& elements_of(ArticleField field) {
    return elements_[static_cast<std::size_t>(field)];
  }
  static ArticleField FurtherAt(std::size_t index) {
    return static_cast<ArticleField>(kArticleFieldCount + index);
  }

  const DecodeSettings settings_;
  const FieldTree tree_;
  FieldSet list_fields_;  // Those that may be an array.
  const int depth_max_;
  const int fields_max_;
  ondemand::parser parser_;

  // Of the article at hand.
  std::string_view json_;
  Article* article_ = nullptr;
  Arena* arena_ = nullptr;
  std::vector<Value> values_;                 // By field.
  std::vector<std::vector<Value>> elements_;  // Likewise, where the field is an array.
  std::vector<TextPart> parts_;
  int fields_ = 0;  // Members so far, on all levels.
  Failure failure_ = Failure::kNone;
  const char* message_ = "";  // Static.
  const char* at_ = nullptr;  // In json_: the token walked last.
  std::string_view detail_;   // In the arena; instead of message_.
};

JsonDecoder::JsonDecoder(const DecodeSettings& settings)
    : reader_(std::make_unique<Reader>(settings)) {}

JsonDecoder::~JsonDecoder() = default;

void JsonDecoder::Decode(std::string_view json, Article& article, Arena& arena) {
  reader_->Decode(json, article, arena);
}

void JsonDecoder::Reader::Decode(std::string_view json, Article& article, Arena& arena) {
  Reset(json, article, arena);
  if (!WalkDocument() || !FillArticle()) Report();
}

void JsonDecoder::Reader::Reset(std::string_view json, Article& article, Arena& arena) {
  json_ = json;
  article_ = &article;
  arena_ = &arena;
  std::fill(values_.begin(), values_.end(), Value{});
  for (std::vector<Value>& elements : elements_) elements.clear();
  parts_.clear();
  fields_ = 0;
  failure_ = Failure::kNone;
  at_ = nullptr;
  detail_ = {};
}

// The parser itself would grow to exactly each new largest article.
simdjson::error_code JsonDecoder::Reader::Reserve(std::size_t bytes) {
  if (bytes <= parser_.capacity()) return simdjson::SUCCESS;
  const std::size_t capacity = std::max({bytes, 2 * parser_.capacity(), kCapacityMin});
  // Only simdjson's debug checks use the depth; the walk has its own limit.
  return parser_.allocate(
      capacity,
      std::max<std::size_t>(simdjson::DEFAULT_MAX_DEPTH, static_cast<std::size_t>(depth_max_) + 8));
}

bool JsonDecoder::Reader::WalkDocument() {
  if (Reserve(json_.size()) != simdjson::SUCCESS) {
    return Broken("no memory for the parser", Failure::kStageFailed);
  }
  ondemand::document document;
  const auto error =
      parser_.iterate(json_.data(), json_.size(), json_.size() + kPadding).get(document);
  if (error == simdjson::SUCCESS) return WalkRoot(document);
  // The first pass over the bytes checks their encoding as well, but may find something else first.
  if (!simdjson::validate_utf8(json_.data(), json_.size())) {
    return Broken("", Failure::kInvalidUtf8);
  }
  switch (error) {
    case simdjson::EMPTY:
      return Broken("there is no JSON in the record");
    case simdjson::UNCLOSED_STRING:
      return Broken("a string has no end");
    case simdjson::UNESCAPED_CHARS:
      return Broken("a control character stands in a string");
    default:
      return Broken(simdjson::error_message(error));
  }
}

bool JsonDecoder::Reader::WalkRoot(ondemand::document& document) {
  const char* location = nullptr;
  if (document.current_location().get(location) != simdjson::SUCCESS) return Broken("no value");
  at_ = location;
  const bool is_object = *location == '{';
  if (is_object) {
    ondemand::object object;
    if (document.get_object().get(object) != simdjson::SUCCESS) return BrokenEnd();
    if (!WalkObject(object, &tree_.root(), 1)) return false;
  } else if (*location == '[') {
    ondemand::array array;
    if (document.get_array().get(array) != simdjson::SUCCESS) return BrokenEnd();
    if (!WalkArray(array, nullptr, 1)) return false;
  } else if (!WalkRootScalar(document)) {
    return false;
  }
  if (document.current_location().get(location) != simdjson::OUT_OF_BOUNDS) {
    at_ = location;
    return Broken("something follows the end of the document");
  }
  return is_object || Broken("", Failure::kNotAnObject);
}

// Leaves the document at its end if the scalar is all there is.
bool JsonDecoder::Reader::WalkRootScalar(ondemand::document& document) {
  const std::string_view token =
      TrimRight(json_.substr(static_cast<std::size_t>(at_ - json_.data())));
  if (token[0] == '"') {
    ondemand::raw_json_string string;
    if (document.get_raw_json_string().get(string) != simdjson::SUCCESS) return Broken("no value");
    std::string_view text;
    return Unescape(string, token.size(), false, text);
  }
  // A token of the whole document: nothing can follow it.
  const bool valid = KindOfScalar(token) != Kind::kAbsent;
  return valid ? Broken("", Failure::kNotAnObject) : Broken("not a JSON value");
}

// Puts the value where `node` says, and into `element` if that is not null.
bool JsonDecoder::Reader::WalkValue(ondemand::value& json, const FieldTree::Node* node, int depth,
                                    Value* element) {
  const std::string_view raw = TrimRight(json.raw_json_token());
  if (raw.empty()) return Broken("a value is missing");
  at_ = raw.data();
  const FieldSet fields = node != nullptr ? node->fields : FieldSet{0};
  // An earlier member of the same name is forgotten with all that was inside it.
  if (node != nullptr && node->fields_below != 0) Forget(node->fields_below);
  Kind kind = Kind::kAbsent;
  std::string_view text;
  if (raw[0] == '"') {
    // The first pass has seen to it that a string has an end, no control characters, valid UTF-8.
    WIREDESK_CHECK(raw.size() >= 2 && raw.back() == '"');
    kind = Kind::kString;
    text = raw.substr(1, raw.size() - 2);
    // Taken whoever wants it: a value that is only skipped may be followed by ':', to simdjson.
    ondemand::raw_json_string string;
    if (json.get_raw_json_string().get(string) != simdjson::SUCCESS) return Broken("a bad string");
    if (std::memchr(text.data(), '\\', text.size()) != nullptr &&
        !Unescape(string, text.size(), element != nullptr || fields != 0, text)) {
      return false;
    }
  } else if (raw[0] == '{' || raw[0] == '[') {
    kind = raw[0] == '{' ? Kind::kObject : Kind::kArray;
    if (!WalkContainer(json, node, depth)) return false;
  } else if ((kind = KindOfScalar(raw)) == Kind::kAbsent) {
    return Broken("not a JSON value");
  }
  if (fields != 0) Put(fields, {kind, raw, text});
  if (element != nullptr) *element = {kind, raw, text};
  return true;
}

bool JsonDecoder::Reader::WalkContainer(ondemand::value& json, const FieldTree::Node* node,
                                        int depth) {
  if (depth >= depth_max_) return Broken("", Failure::kTooDeep);
  if (*at_ == '{') {
    ondemand::object object;
    if (json.get_object().get(object) != simdjson::SUCCESS) return Broken("an object has no end");
    return WalkObject(object, node, depth + 1);
  }
  ondemand::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) return Broken("an array has no end");
  return WalkArray(array, node, depth + 1);
}

// The text is kept in the arena if it is wanted; else it is only checked.
bool JsonDecoder::Reader::Unescape(ondemand::raw_json_string string, std::size_t bytes_max,
                                   bool wanted, std::string_view& text) {
  char* const block = arena_->Allocate(bytes_max);
  auto* next = reinterpret_cast<std::uint8_t*>(block);
  const bool valid = parser_.unescape(string, next).get(text) == simdjson::SUCCESS;
  arena_->Shrink(block, valid && wanted ? text.size() : 0);
  return valid || Broken("a string holds an invalid escape");
}

bool JsonDecoder::Reader::WalkObject(ondemand::object object, const FieldTree::Node* node,
                                     int depth) {
  for (auto member_or_error : object) {
    if (member_or_error.error() != simdjson::SUCCESS) {
      return Broken("an object is malformed behind this");
    }
    ondemand::field&& member = std::move(member_or_error).value_unsafe();
    const FieldTree::Node* child = nullptr;
    if (++fields_ > fields_max_) return Broken("", Failure::kTooManyFields);
    if (!FindMember(member, node, &child)) return false;
    if (!WalkValue(member.value(), child, depth, nullptr)) return false;
  }
  return true;
}

// The place of `member` in the tree, if it has one; its key is checked in any case.
bool JsonDecoder::Reader::FindMember(ondemand::field& member, const FieldTree::Node* node,
                                     const FieldTree::Node** child) {
  const char* const key = member.key().raw();
  const char* end = key;
  while (*end != '"' && *end != '\\') ++end;
  at_ = key - 1;
  std::string_view name(key, static_cast<std::size_t>(end - key));
  if (*end == '\\' && member.unescaped_key().get(name) != simdjson::SUCCESS) {
    return Broken("a member's name holds an invalid escape");
  }
  if (node != nullptr) *child = FieldTree::Member(*node, name);
  return true;
}

bool JsonDecoder::Reader::WalkArray(ondemand::array array, const FieldTree::Node* node, int depth) {
  const FieldSet lists = node != nullptr ? node->fields & list_fields_ : 0;
  if (lists != 0) Forget(lists);
  std::size_t index = 0;
  for (auto element_or_error : array) {
    ondemand::value element;
    if (std::move(element_or_error).get(element) != simdjson::SUCCESS) {
      return Broken("an array is malformed behind this");
    }
    const FieldTree::Node* child = node != nullptr ? FieldTree::Element(*node, index) : nullptr;
    Value value;
    if (!WalkValue(element, child, depth, lists != 0 ? &value : nullptr)) return false;
    for (FieldSet left = lists; left != 0; left &= left - 1) {
      elements_of(static_cast<ArticleField>(std::countr_zero(left))).push_back(value);
    }
    ++index;
  }
  return true;
}

// The parser looks at the last token before it enters the root.
bool JsonDecoder::Reader::BrokenEnd() {
  at_ = nullptr;
  return Broken("the record does not end where its object or array does");
}

bool JsonDecoder::Reader::Broken(const char* message, Failure failure) {
  failure_ = failure;
  message_ = message;
  return false;
}

void JsonDecoder::Reader::Put(FieldSet fields, const Value& value) {
  for (unsigned left = fields; left != 0; left &= left - 1) {
    const auto field = static_cast<ArticleField>(std::countr_zero(left));
    value_of(field) = value;
    // The elements of an array are in place by the time that it ends.
    const bool is_list = (FieldBit(field) & list_fields_) != 0;
    if (is_list && value.kind != Kind::kArray) elements_of(field).clear();
  }
}

void JsonDecoder::Reader::Forget(FieldSet fields) { Put(fields, Value{}); }

bool JsonDecoder::Reader::FillArticle() {
  Article& article = *article_;
  if (!FillId()) return false;
  if (!FillText(ArticleField::kTitle, article.title_json)) return false;
  if (!FillText(ArticleField::kLanguage, article.language_json)) return false;
  if (!FillText(ArticleField::kSource, article.source_json)) return false;
  if (!FillText(ArticleField::kPublishedAt, article.published_at_json)) return false;
  article.language = value_of(ArticleField::kLanguage).text;
  return FillCategories() && FillParts();
}

bool JsonDecoder::Reader::FillId() {
  const Value& id = value_of(ArticleField::kId);
  if (id.kind == Kind::kAbsent || id.kind == Kind::kNull) return true;
  if (id.kind != Kind::kString && !(id.kind == Kind::kNumber && IsWholeNumber(id.raw))) {
    return WrongType(ArticleField::kId, " is neither a string nor a whole number");
  }
  article_->id_json = id.raw;
  return true;
}

bool JsonDecoder::Reader::FillText(ArticleField field, std::string_view& raw) {
  const Value& value = value_of(field);
  if (value.kind == Kind::kAbsent || value.kind == Kind::kNull) return true;
  if (value.kind != Kind::kString) return WrongType(field, " is not a string");
  raw = value.raw;
  return true;
}

bool JsonDecoder::Reader::FillCategories() {
  const Value& labels = value_of(ArticleField::kLabels);
  std::vector<Value>& all = elements_of(ArticleField::kLabels);
  switch (labels.kind) {
    case Kind::kAbsent:
    case Kind::kNull:
      return true;
    case Kind::kString:
      all.assign(1, labels);
      break;
    case Kind::kArray:
      break;
    default:
      return WrongType(ArticleField::kLabels, " is neither a string nor an array of strings");
  }
  const std::span categories = arena_->AllocateArray<std::string_view>(all.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind == Kind::kNull) continue;
    if (all[i].kind != Kind::kString) return WrongElement(ArticleField::kLabels, i);
    if (!all[i].text.empty()) categories[count++] = all[i].text;
  }
  article_->categories = categories.first(count);
  return true;
}

bool JsonDecoder::Reader::FillParts() {
  const Value& title = value_of(ArticleField::kTitle);
  const Value& body = value_of(ArticleField::kBody);
  AddPart(title.text, kTitleField, TextPart::kNoIndex);
  if (!FillBody()) return false;
  for (std::size_t i = 0; i < settings_.fields.further.size(); ++i) {
    if (!FillFurther(i)) return false;
  }
  const auto missing = [](const Value& value) {
    return value.kind == Kind::kAbsent || value.kind == Kind::kNull;
  };
  if (missing(title) && missing(body)) return Broken("", Failure::kNoText);
  article_->parts = arena_->AllocateArray<TextPart>(parts_.size());
  std::copy(parts_.begin(), parts_.end(), article_->parts.begin());
  return true;
}

bool JsonDecoder::Reader::FillBody() {
  const Value& body = value_of(ArticleField::kBody);
  switch (body.kind) {
    case Kind::kAbsent:
    case Kind::kNull:
      return true;
    case Kind::kString:
      AddPart(body.text, kBodyField, TextPart::kNoIndex);
      return true;
    case Kind::kArray:
      break;
    default:
      return WrongType(ArticleField::kBody, " is neither a string nor an array of strings");
  }
  const std::vector<Value>& paragraphs = elements_of(ArticleField::kBody);
  for (std::size_t i = 0; i < paragraphs.size(); ++i) {
    if (paragraphs[i].kind == Kind::kNull) continue;
    if (paragraphs[i].kind != Kind::kString) return WrongElement(ArticleField::kBody, i);
    AddPart(paragraphs[i].text, kBodyField, i);
  }
  return true;
}

// Numbers and booleans are read as they are written.
bool JsonDecoder::Reader::FillFurther(std::size_t index) {
  const ArticleField field = FurtherAt(index);
  const auto id = static_cast<FieldId>(kFieldCount + index);
  const auto add = [this, id](const Value& value, std::size_t element) {
    if (value.kind == Kind::kObject || value.kind == Kind::kArray) return false;
    const bool is_text = value.kind == Kind::kString;
    if (value.kind != Kind::kNull) AddPart(is_text ? value.text : value.raw, id, element);
    return true;
  };
  const Value& value = value_of(field);
  if (value.kind == Kind::kAbsent) return true;
  if (value.kind != Kind::kArray) {
    return add(value, TextPart::kNoIndex) || WrongType(field, " is an object");
  }
  const std::vector<Value>& elements = elements_of(field);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!add(elements[i], i)) return WrongType(field, fmt::format("/{} is not a value", i));
  }
  return true;
}

// A part without text has no use further down.
void JsonDecoder::Reader::AddPart(std::string_view text, FieldId field, std::size_t index) {
  if (text.empty()) return;
  TextPart& part = parts_.emplace_back();
  part.text = text;
  part.field = field;
  part.index = static_cast<std::uint32_t>(index);
}

bool JsonDecoder::Reader::WrongType(ArticleField field, std::string_view expected) {
  std::string detail(PointerOf(settings_.fields, field));
  detail_ = arena_->Copy(detail.append(expected));
  return Broken("", Failure::kWrongType);
}

bool JsonDecoder::Reader::WrongElement(ArticleField field, std::size_t index) {
  return WrongType(field, fmt::format("/{} is not a string", index));
}

void JsonDecoder::Reader::Report() {
  std::string_view detail = detail_;
  if (detail.empty() && *message_ != 0) {
    // Counted in the record, so a byte order mark counts as well.
    detail = at_ == nullptr
                 ? std::string_view(message_)
                 : arena_->Copy(fmt::format("byte {}: {}", at_ - article_->value.data(), message_));
  }
  const Failure failure = failure_;
  article_->id_json = article_->title_json = article_->language_json = {};
  article_->source_json = article_->published_at_json = article_->language = {};
  article_->categories = {};
  article_->parts = {};
  article_->Fail(kStage, failure, detail);
}

}  // namespace wiredesk

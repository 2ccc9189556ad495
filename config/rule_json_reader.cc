#include "config/rule_json_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = JsonNode::Kind;

constexpr std::string_view kPackKeys[] = {
    "pack",  "version", "language", "fold_accents",       "fields",
    "boost", "files",   "lets",     "exclude_everywhere", "topics"};
constexpr std::string_view kTopicKeys[] = {"id",    "label", "parent", "state", "when",
                                           "score", "need",  "emit",   "tests"};
constexpr std::string_view kRuleKeys[] = {"state", "when", "score", "need", "emit", "tests"};

}  // namespace

RuleJsonReader::RuleJsonReader(const std::string& file, ListFiles list_files, RuleErrors& errors,
                               Diagnostics& diagnostics)
    : errors_(errors),
      values_(errors),
      expressions_(values_, errors),
      checks_(errors),
      topic_checks_(errors),
      lists_(file, list_files, errors, diagnostics) {
  pack_.file = file;
}

RulePack RuleJsonReader::Read(std::string_view text) {
  if (const auto tree = JsonTree::Parse(text, errors_)) ReadPack(tree->root());
  return std::move(pack_);
}

template <class ReadItem>
void RuleJsonReader::ForEach(const JsonNode& object, std::string_view key, const JsonPath& path,
                             ReadItem read) {
  const JsonNode* array = RuleJsonValues::Find(object, key);
  const JsonPath inner{&path, key, 0};
  if (array == nullptr || !values_.Is(*array, Kind::kArray, inner)) return;
  for (std::size_t i = 0; i < array->items.size() && !errors_.too_many(); ++i) {
    const JsonPath item{&inner, {}, i};
    read(array->items[i], item);
  }
}

void RuleJsonReader::ReadPack(const JsonNode& root) {
  const JsonPath path;
  if (!values_.Is(root, Kind::kObject, path)) return;
  values_.CheckKeys(root, path, kPackKeys);
  ReadHeader(root, path);
  ForEach(root, "fields", path, [this](const auto& json, const auto& at) { ReadFields(json, at); });
  if (const JsonNode* boosts = RuleJsonValues::Find(root, "boost")) {
    ReadBoosts(*boosts, JsonPath{&path, "boost", 0});
  }
  ForEach(root, "files", path, [this](const auto& json, const auto& at) { ReadFile(json, at); });
  ForEach(root, "lets", path, [this](const auto& json, const auto& at) { ReadLet(json, at); });
  ForEach(root, "exclude_everywhere", path,
          [this](const auto& json, const auto& at) { ReadExclude(json, at); });
  ForEach(root, "topics", path, [this](const auto& json, const auto& at) { ReadTopic(json, at); });
  topic_checks_.CheckParents(pack_.topics);
}

// A required text that could be an id.
bool RuleJsonReader::ReadId(const JsonNode& object, std::string_view key, const JsonPath& path,
                            std::string& text) {
  const JsonNode* json = values_.Require(object, key, path);
  const JsonPath inner{&path, key, 0};
  if (json == nullptr || !values_.TakeLine(*json, inner, text)) return false;
  if (IsRuleId(text) && text.size() <= kTopicIdBytesMax) return true;
  values_.Error(*json, inner, fmt::format("{} can't stand here", Quoted(text)),
                fmt::format("letters, digits and _ . : / -, up to {}", kTopicIdBytesMax));
  return false;
}

void RuleJsonReader::ReadHeader(const JsonNode& root, const JsonPath& path) {
  ReadId(root, "pack", path, pack_.name);
  ReadId(root, "version", path, pack_.version);
  if (ReadId(root, "language", path, pack_.language)) {
    CheckLanguage(RuleJsonValues::Find(root, "language")->position, pack_.language, errors_);
    if (pack_.language == "any") checks_.ForbidInflections();
  }
  if (const JsonNode* fold = RuleJsonValues::Find(root, "fold_accents")) {
    if (!values_.Is(*fold, Kind::kBool, JsonPath{&path, "fold_accents", 0})) return;
    pack_.fold_accents = fold->text == "true";
  }
}

void RuleJsonReader::ReadFields(const JsonNode& json, const JsonPath& path) {
  std::string name;
  if (!values_.TakeLine(json, path, name)) return;
  if (std::find(pack_.fields.begin(), pack_.fields.end(), name) != pack_.fields.end()) {
    values_.Error(json, path, fmt::format("field {} is there twice", Quoted(name)));
  }
  checks_.DeclareField(json.position, name);
  pack_.fields.push_back(std::move(name));
}

void RuleJsonReader::ReadBoosts(const JsonNode& json, const JsonPath& path) {
  if (!values_.Is(json, Kind::kObject, path)) return;
  for (const JsonNode& member : json.items) {
    const JsonPath inner{&path, member.key, 0};
    checks_.CheckField(member.key_position, member.key);
    FieldBoost boost{std::string(member.key), 1, member.key_position};
    if (!values_.TakeInteger(member, inner, 0, kBoostMax, boost.factor)) continue;
    if (std::any_of(pack_.boosts.begin(), pack_.boosts.end(),
                    [&](const FieldBoost& known) { return known.field == member.key; })) {
      values_.Error(member, inner, fmt::format("a second boost for {}", Quoted(member.key)));
    }
    pack_.boosts.push_back(std::move(boost));
  }
}

void RuleJsonReader::ReadFile(const JsonNode& json, const JsonPath& path) {
  static constexpr std::string_view kKeys[] = {"name", "path"};
  if (!values_.Is(json, Kind::kObject, path) || !values_.CheckKeys(json, path, kKeys)) return;
  const JsonNode* name = values_.Require(json, "name", path);
  const JsonNode* file = values_.Require(json, "path", path);
  if (name == nullptr || file == nullptr) return;
  TermList list;
  list.position = name->position;
  if (!values_.TakeLine(*name, JsonPath{&path, "name", 0}, list.name)) return;
  if (!values_.TakeLine(*file, JsonPath{&path, "path", 0}, list.path)) return;
  checks_.AddList(list.position, list.name);
  lists_.Read(file->position, list);
  pack_.lists.push_back(std::move(list));
}

void RuleJsonReader::ReadLet(const JsonNode& json, const JsonPath& path) {
  static constexpr std::string_view kKeys[] = {"name", "is"};
  if (!values_.Is(json, Kind::kObject, path) || !values_.CheckKeys(json, path, kKeys)) return;
  const JsonNode* name = values_.Require(json, "name", path);
  const JsonNode* is = values_.Require(json, "is", path);
  if (name == nullptr || is == nullptr) return;
  NamedNode let;
  let.position = name->position;
  if (!values_.TakeLine(*name, JsonPath{&path, "name", 0}, let.name)) return;
  if (!expressions_.Read(*is, JsonPath{&path, "is", 0}, let.node)) return;
  checks_.AddLet(let.position, let.name, let.node);
  pack_.lets.push_back(std::move(let));
}

void RuleJsonReader::ReadExclude(const JsonNode& json, const JsonPath& path) {
  RuleNode node;
  if (!expressions_.Read(json, path, node)) return;
  checks_.Check(node);
  pack_.excludes.push_back(std::move(node));
}

void RuleJsonReader::ReadTopic(const JsonNode& json, const JsonPath& path) {
  if (!values_.Is(json, Kind::kObject, path)) return;
  Topic topic;
  const int errors_before = errors_.count();
  values_.CheckKeys(json, path, kTopicKeys);
  ReadTopicHead(json, path, topic);
  if (topic.id.empty()) return;
  topic.has_rule =
      std::any_of(std::begin(kRuleKeys), std::end(kRuleKeys),
                  [&](std::string_view key) { return RuleJsonValues::Find(json, key) != nullptr; });
  if (topic.has_rule) {
    ReadRule(json, path, topic);
    if (errors_.count() == errors_before) {
      topic_checks_.CheckRule(topic, RuleJsonValues::Find(json, "need") != nullptr);
    }
  }
  pack_.topics.push_back(std::move(topic));
}

void RuleJsonReader::ReadTopicHead(const JsonNode& json, const JsonPath& path, Topic& topic) {
  const JsonNode* id = values_.Require(json, "id", path);
  if (id == nullptr || !values_.TakeLine(*id, JsonPath{&path, "id", 0}, topic.id)) return;
  if (topic.id.empty()) {
    values_.Error(*id, JsonPath{&path, "id", 0}, "this id is empty");
    return;
  }
  topic.position = id->position;
  topic_checks_.Begin(id->position, topic.id);
  const JsonNode* label = values_.Require(json, "label", path);
  if (label != nullptr && values_.TakeLine(*label, JsonPath{&path, "label", 0}, topic.label)) {
    topic_checks_.CheckLabel(label->position, topic.label);
  }
  const JsonNode* parent = RuleJsonValues::Find(json, "parent");
  if (parent == nullptr) return;
  if (!values_.TakeLine(*parent, JsonPath{&path, "parent", 0}, topic.parent)) return;
  topic_checks_.AddParent(parent->position, topic.parent);
}

void RuleJsonReader::ReadRule(const JsonNode& json, const JsonPath& path, Topic& topic) {
  if (const JsonNode* state = RuleJsonValues::Find(json, "state")) {
    ReadState(*state, JsonPath{&path, "state", 0}, topic);
  }
  if (const JsonNode* when = RuleJsonValues::Find(json, "when")) {
    RuleNode node;
    if (expressions_.Read(*when, JsonPath{&path, "when", 0}, node)) {
      checks_.Check(node);
      topic.when = std::move(node);
    }
  }
  ForEach(json, "score", path,
          [&](const auto& item, const auto& at) { ReadScore(item, at, topic); });
  if (const JsonNode* need = RuleJsonValues::Find(json, "need")) {
    values_.TakeInteger(*need, JsonPath{&path, "need", 0}, 1, kNeedMax, topic.need);
  }
  if (const JsonNode* emit = RuleJsonValues::Find(json, "emit")) {
    ReadEmit(*emit, JsonPath{&path, "emit", 0}, topic);
  }
  ForEach(json, "tests", path,
          [&](const auto& item, const auto& at) { ReadTest(item, at, topic); });
}

void RuleJsonReader::ReadState(const JsonNode& json, const JsonPath& path, Topic& topic) {
  static constexpr std::string_view kStates[] = {"draft", "shadow", "live"};
  std::string name;
  if (!values_.TakeLine(json, path, name)) return;
  if (name == "draft") {
    topic.state = TopicState::kDraft;
  } else if (name == "shadow") {
    topic.state = TopicState::kShadow;
  } else if (name != "live") {
    values_.Error(json, path, fmt::format("unknown state {}", Quoted(name)),
                  SuggestName(name, kStates, "a state is draft, shadow or live"));
  }
}

void RuleJsonReader::ReadScore(const JsonNode& json, const JsonPath& path, Topic& topic) {
  static constexpr std::string_view kKeys[] = {"weight", "of", "max"};
  if (!values_.Is(json, Kind::kObject, path) || !values_.CheckKeys(json, path, kKeys)) return;
  ScoreItem item;
  item.position = json.position;
  const JsonNode* weight = values_.Require(json, "weight", path);
  const JsonNode* of = values_.Require(json, "of", path);
  if (weight == nullptr || of == nullptr) return;
  const JsonPath weight_path{&path, "weight", 0};
  if (values_.TakeInteger(*weight, weight_path, -kWeightMax, kWeightMax, item.weight) &&
      item.weight == 0) {
    values_.Error(*weight, weight_path, "a weight of 0 does nothing");
  }
  if (const JsonNode* max = RuleJsonValues::Find(json, "max")) {
    values_.TakeInteger(*max, JsonPath{&path, "max", 0}, 1, kHitsMax, item.hits_max);
  }
  if (!expressions_.Read(*of, JsonPath{&path, "of", 0}, item.term)) return;
  checks_.Check(item.term, "a score");
  topic.scores.push_back(std::move(item));
}

void RuleJsonReader::ReadEmit(const JsonNode& json, const JsonPath& path, Topic& topic) {
  static constexpr std::string_view kKeys[] = {"hits", "snippet"};
  if (json.kind == Kind::kString && json.text == "tag") {
    topic.emit.hits_max = 0;
    return;
  }
  if (json.kind == Kind::kString) {
    return values_.Error(json, path, "this is no level",
                         "write \"tag\", or {\"hits\": 20, \"snippet\": 80}");
  }
  if (!values_.Is(json, Kind::kObject, path) || !values_.CheckKeys(json, path, kKeys)) return;
  if (json.items.empty()) values_.Error(json, path, "this says nothing", "leave it out");
  if (const JsonNode* hits = RuleJsonValues::Find(json, "hits")) {
    values_.TakeInteger(*hits, JsonPath{&path, "hits", 0}, 1, kEmitHitsMax, topic.emit.hits_max);
  }
  if (const JsonNode* snippet = RuleJsonValues::Find(json, "snippet")) {
    values_.TakeInteger(*snippet, JsonPath{&path, "snippet", 0}, 1, kSnippetBytesMax,
                        topic.emit.snippet_bytes);
  }
}

void RuleJsonReader::ReadTest(const JsonNode& json, const JsonPath& path, Topic& topic) {
  static constexpr std::string_view kKeys[] = {"expect", "article"};
  if (!values_.Is(json, Kind::kObject, path) || !values_.CheckKeys(json, path, kKeys)) return;
  const JsonNode* expect = values_.Require(json, "expect", path);
  const JsonNode* article = values_.Require(json, "article", path);
  if (expect == nullptr || article == nullptr) return;
  RuleTest test;
  test.position = json.position;
  test.expected = expect->text == "yes";
  if (expect->kind != Kind::kString || (!test.expected && expect->text != "no")) {
    values_.Error(*expect, JsonPath{&path, "expect", 0}, "expected \"yes\" or \"no\"");
  }
  const JsonPath article_path{&path, "article", 0};
  if (!values_.Is(*article, Kind::kObject, article_path)) return;
  for (const JsonNode& member : article->items) {
    ReadTestField(member, JsonPath{&article_path, member.key, 0}, test);
  }
  topic_checks_.CheckTest(test);
  topic.tests.push_back(std::move(test));
}

void RuleJsonReader::ReadTestField(const JsonNode& json, const JsonPath& path, RuleTest& test) {
  if (!checks_.IsTestField(json.key)) {
    values_.Error(json, path, fmt::format("a test has no field {}", Quoted(json.key)),
                  checks_.SuggestTestField(json.key));
  }
  if (std::any_of(test.fields.begin(), test.fields.end(),
                  [&](const TestField& known) { return known.name == json.key; })) {
    values_.Error(json, path, fmt::format("a second {}", Quoted(json.key)));
  }
  TestField field{std::string(json.key), {}};
  if (!values_.TakeText(json, path, field.text)) return;
  CheckLength(json.position, field.text, kTestBytesMax, errors_);
  test.fields.push_back(std::move(field));
}

}  // namespace wiredesk

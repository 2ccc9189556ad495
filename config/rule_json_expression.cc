#include "config/rule_json_expression.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_lexer.h"
#include "config/rule_phrase.h"
#include "config/rule_terms.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleNode::Kind;

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

const RuleJsonKind* KindOfKey(std::string_view key) {
  const auto* found = std::find_if(std::begin(kRuleJsonKinds), std::end(kRuleJsonKinds),
                                   [key](const RuleJsonKind& known) { return known.key == key; });
  return found == std::end(kRuleJsonKinds) ? nullptr : found;
}

const RuleJsonComparison* ComparisonOfKey(std::string_view key) {
  const auto* found =
      std::find_if(std::begin(kRuleJsonComparisons), std::end(kRuleJsonComparisons),
                   [key](const RuleJsonComparison& known) { return known.key == key; });
  return found == std::end(kRuleJsonComparisons) ? nullptr : found;
}

}  // namespace

bool RuleJsonExpressions::Read(const JsonNode& json, const JsonPath& path, RuleNode& node) {
  if (!values_.Is(json, JsonNode::Kind::kObject, path)) return false;
  const RuleJsonKind* kind = FindKind(json, path);
  if (kind == nullptr || !CheckKeys(json, *kind, path)) return false;
  node.kind = kind->kind;
  node.position = json.position;
  return ReadShape(json, *kind, path, node);
}

const RuleJsonKind* RuleJsonExpressions::FindKind(const JsonNode& json, const JsonPath& path) {
  const RuleJsonKind* kind = nullptr;
  for (const JsonNode& member : json.items) {
    const RuleJsonKind* known = KindOfKey(member.key);
    if (known == nullptr) continue;
    if (kind != nullptr) {
      values_.Error(json, path, fmt::format("both \"{}\" and \"{}\"", kind->key, known->key),
                    "an expression is one of them; join two by and, or, any");
      return nullptr;
    }
    kind = known;
  }
  if (kind != nullptr) return kind;
  std::vector<std::string_view> keys;
  for (const RuleJsonKind& known : kRuleJsonKinds) keys.push_back(known.key);
  values_.Error(json, path, "this is no expression",
                SuggestName(json.items.empty() ? "" : json.items[0].key, keys,
                            fmt::format("it has one of {}", fmt::join(keys, ", "))));
  return nullptr;
}

bool RuleJsonExpressions::CheckKeys(const JsonNode& json, const RuleJsonKind& kind,
                                    const JsonPath& path) {
  std::vector<std::string_view> keys = {kind.key};
  if (kind.shape == RuleJsonShape::kNumberOf || kind.shape == RuleJsonShape::kTextOf) {
    keys.push_back("of");
  }
  if (kind.shape == RuleJsonShape::kComparison) {
    for (const RuleJsonComparison& known : kRuleJsonComparisons) keys.push_back(known.key);
  }
  return values_.CheckKeys(json, path, keys);
}

bool RuleJsonExpressions::ReadShape(const JsonNode& json, const RuleJsonKind& kind,
                                    const JsonPath& path, RuleNode& node) {
  const JsonNode& value = *RuleJsonValues::Find(json, kind.key);
  const JsonPath inner{&path, kind.key, 0};
  const JsonPath of_path{&path, "of", 0};
  switch (kind.shape) {
    case RuleJsonShape::kText:
      return ReadTerm(value, inner, node);
    case RuleJsonShape::kMarkedWord:
      return ReadMarkedWord(value, inner, node);
    case RuleJsonShape::kPhrase:
      return ReadPhrase(value, inner, node);
    case RuleJsonShape::kNode:
      return ReadChild(value, inner, node);
    case RuleJsonShape::kPair:
      return ReadChildren(value, inner, 2, 2, node);
    case RuleJsonShape::kNodes:
      return ReadChildren(value, inner, kind.kind == Kind::kAnyOf ? 1 : 2, kNoBound, node);
    case RuleJsonShape::kNumberOf: {
      const bool is_pair = kind.kind != Kind::kAtLeast;
      if (!values_.TakeInteger(value, inner, is_pair ? 0 : 1,
                               is_pair ? kNearMax : static_cast<std::int32_t>(kMembersMax),
                               node.number)) {
        return false;
      }
      const JsonNode* of = values_.Require(json, "of", path);
      return of != nullptr &&
             ReadChildren(*of, of_path, is_pair ? 2 : 1, is_pair ? 2 : kNoBound, node);
    }
    case RuleJsonShape::kTextOf: {
      const JsonNode* of = values_.Require(json, "of", path);
      return of != nullptr && values_.TakeLine(value, inner, node.text) &&
             ReadChild(*of, of_path, node);
    }
    case RuleJsonShape::kComparison:
      return (kind.kind == Kind::kCount ? ReadChild(value, inner, node)
                                        : values_.TakeLine(value, inner, node.text)) &&
             ReadComparison(json, path, node);
  }
  return false;
}

bool RuleJsonExpressions::ReadTerm(const JsonNode& value, const JsonPath& path, RuleNode& node) {
  if (!values_.TakeLine(value, path, node.text)) return false;
  if (node.kind == Kind::kWord && !IsPlainWord(node.text)) {
    values_.Error(value, path, fmt::format("{} is no plain word", Quoted(node.text)),
                  "write it as a phrase");
    return false;
  }
  if (node.kind == Kind::kRegex) {
    CheckRegexTerm(node.text, value.position, false, errors_);
    node.text = ResolveSlashes(node.text);
  }
  return true;
}

// word~ or pre*, also one that needs quotes: "C++*".
bool RuleJsonExpressions::ReadMarkedWord(const JsonNode& value, const JsonPath& path,
                                         RuleNode& node) {
  if (!values_.TakeLine(value, path, node.text)) return false;
  RuleNode phrase;
  phrase.children.push_back(node);
  const PhraseText read = wiredesk::ReadPhrase(WritePhrase(phrase));
  if (read.words.size() == 1 && read.words[0].kind == node.kind &&
      read.words[0].text == node.text) {
    return true;
  }
  values_.Error(value, path, fmt::format("{} is not one word", Quoted(node.text)),
                "a wildcard or inflection is of one word; a phrase may have several");
  return false;
}

// A string, or an array of words of which some are prefixes or inflected.
bool RuleJsonExpressions::ReadPhrase(const JsonNode& value, const JsonPath& path, RuleNode& node) {
  if (value.kind == JsonNode::Kind::kString) return values_.TakeLine(value, path, node.text);
  if (!values_.Is(value, JsonNode::Kind::kArray, path)) return false;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (!ReadPhraseWord(value.items[i], JsonPath{&path, {}, i}, node.children.emplace_back())) {
      return false;
    }
  }
  // It must be what stands in quotes: words with a mark among them, and more than one.
  PhraseText read = wiredesk::ReadPhrase(WritePhrase(node));
  const bool same = std::equal(
      read.words.begin(), read.words.end(), node.children.begin(), node.children.end(),
      [](const RuleNode& a, const RuleNode& b) { return a.kind == b.kind && a.text == b.text; });
  if (!same || read.words.size() < 2) {
    values_.Error(value, path, "these are not the words of a phrase",
                  "write a phrase of plain words as a string, and a single word by itself");
    return false;
  }
  node.text = std::move(read.text);
  return true;
}

bool RuleJsonExpressions::ReadPhraseWord(const JsonNode& json, const JsonPath& path,
                                         RuleNode& word) {
  if (!values_.Is(json, JsonNode::Kind::kObject, path)) return false;
  const RuleJsonKind* kind = FindKind(json, path);
  if (kind == nullptr || !CheckKeys(json, *kind, path)) return false;
  word.kind = kind->kind;
  word.position = json.position;
  const JsonPath inner{&path, kind->key, 0};
  if (word.kind == Kind::kWord || word.kind == Kind::kPrefix || word.kind == Kind::kInflected) {
    return values_.TakeLine(*RuleJsonValues::Find(json, kind->key), inner, word.text);
  }
  values_.Error(json, path, "this is no word of a phrase",
                "a phrase has word, prefix and inflected");
  return false;
}

bool RuleJsonExpressions::ReadChild(const JsonNode& json, const JsonPath& path, RuleNode& node) {
  return Read(json, path, node.children.emplace_back());
}

// All errors among them are found.
bool RuleJsonExpressions::ReadChildren(const JsonNode& json, const JsonPath& path, std::size_t min,
                                       std::size_t max, RuleNode& node) {
  if (!values_.Is(json, JsonNode::Kind::kArray, path)) return false;
  if (json.items.size() < min || json.items.size() > max) {
    values_.Error(json, path,
                  fmt::format("{} expressions instead of {}{}", json.items.size(),
                              min == max ? "" : "at least ", min));
    return false;
  }
  bool good = true;
  node.children.reserve(json.items.size());
  for (std::size_t i = 0; i < json.items.size(); ++i) {
    good &= ReadChild(json.items[i], JsonPath{&path, {}, i}, node);
  }
  return good;
}

bool RuleJsonExpressions::ReadComparison(const JsonNode& json, const JsonPath& path,
                                         RuleNode& node) {
  const bool counts = node.kind == Kind::kCount;
  const JsonNode* value = nullptr;
  for (const JsonNode& member : json.items) {
    const RuleJsonComparison* known = ComparisonOfKey(member.key);
    if (known == nullptr) continue;
    const bool fits = !counts || known->comparison == RuleNode::Comparison::kAtLeast ||
                      known->comparison == RuleNode::Comparison::kAtMost;
    if (value != nullptr || !fits) {
      values_.Error(json, path, fmt::format("\"{}\" does not belong here", member.key),
                    counts ? "a count has at_least or at_most" : "one comparison is enough");
      return false;
    }
    value = &member;
    node.comparison = known->comparison;
  }
  if (value == nullptr) {
    values_.Error(json, path, "a comparison is missing",
                  counts ? "add at_least or at_most"
                         : "add equal, not_equal, less, at_most, greater or at_least");
    return false;
  }
  const JsonPath inner{&path, value->key, 0};
  return counts ? values_.TakeInteger(*value, inner, 0, kCountMax, node.number)
                : ReadValues(*value, inner, node);
}

bool RuleJsonExpressions::ReadValues(const JsonNode& value, const JsonPath& path, RuleNode& node) {
  const bool several = node.comparison == RuleNode::Comparison::kEqual ||
                       node.comparison == RuleNode::Comparison::kNotEqual;
  if (!several || value.kind != JsonNode::Kind::kArray) return ReadValue(value, path, node);
  bool good = true;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    good &= ReadValue(value.items[i], JsonPath{&path, {}, i}, node);
  }
  return good;
}

bool RuleJsonExpressions::ReadValue(const JsonNode& value, const JsonPath& path, RuleNode& node) {
  std::string& text = node.values.emplace_back();
  if (value.kind != JsonNode::Kind::kNumber) return values_.TakeLine(value, path, text);
  text = value.text;
  return true;
}

}  // namespace wiredesk

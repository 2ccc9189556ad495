#include "config/rule_checks.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_operators.h"
#include "config/rule_words.h"
#include "config/script_check.h"

namespace wiredesk {
namespace {

using Kind = RuleNode::Kind;

constexpr std::string_view kFieldsHelp =
    "a place in the text is in one field only: leave one of them out";

}  // namespace

bool IsDecimalNumber(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

void RuleChecks::DeclareField(const SourcePosition& position, std::string_view name) {
  if (IsBuiltInField(name)) return;
  if (!IsFieldName(name) || name.size() > kTopicIdBytesMax) {
    errors_.Error(position, fmt::format("{} can't be a field", Quoted(name)),
                  "a field's name is a letter, then letters, digits and \"_\", with \"-\" between");
  } else if (IsMetadataName(name)) {
    errors_.Error(position, fmt::format("\"{}\" is metadata, not text", name),
                  fmt::format("test it in an expression, as in: {} = \"...\"", name));
  } else if (further_fields_.size() == kFurtherFieldsMax) {
    errors_.Error(position,
                  fmt::format("a pack may have at most {} fields beside the built-in ones",
                              kFurtherFieldsMax));
  } else if (!IsField(name)) {
    further_fields_.emplace_back(name);
  }
}

bool RuleChecks::IsField(std::string_view name) const {
  return IsBuiltInField(name) ||
         std::find(further_fields_.begin(), further_fields_.end(), name) != further_fields_.end();
}

void RuleChecks::CheckField(const SourcePosition& position, std::string_view name) {
  if (IsField(name)) return;
  std::vector<std::string_view> known(std::begin(kRuleFields), std::end(kRuleFields));
  known.insert(known.end(), further_fields_.begin(), further_fields_.end());
  errors_.Error(position, fmt::format("unknown field {}", Quoted(name)),
                wiredesk::SuggestName(name, known,
                                      "the fields are title, heading, body and lead; others are "
                                      "declared by a fields statement"));
}

bool RuleChecks::IsTestField(std::string_view name) const {
  return (IsField(name) && name != "lead") || IsMetadataName(name) ||
         metadata_names_.find(name) != metadata_names_.end();
}

std::string RuleChecks::SuggestTestField(std::string_view name) const {
  if (name == "lead") return "the lead is the first two paragraphs of the body: write them there";
  std::vector<std::string_view> known = {"title",  "heading",  "body",
                                         "source", "language", "category"};
  known.insert(known.end(), further_fields_.begin(), further_fields_.end());
  return wiredesk::SuggestName(name, known,
                               "a test has title, heading, body, declared fields and metadata");
}

bool RuleChecks::AddName(const SourcePosition& position, std::string_view name, bool is_list) {
  if (!IsRuleName(name) || name.size() > kTopicIdBytesMax) {
    errors_.Error(position, fmt::format("{} can't be a name", Quoted(name)),
                  fmt::format("a name is a letter, then letters, digits, \"_\" or \"-\", up to {}",
                              kTopicIdBytesMax));
    return false;
  }
  if (name == "topic") {
    errors_.Error(position, "\"topic\" can't be a name", "@topic stands for another topic's rule");
    return false;
  }
  const auto [place, is_new] = names_.try_emplace(std::string(name));
  if (!is_new) {
    errors_.Error(position,
                  fmt::format("\"{}\" is named twice; first in line {}", name, place->second.line));
    return false;
  }
  if (names_.size() == kPackNamesMax + 1) {
    errors_.Error(position, fmt::format("a pack may have at most {} names given by let and file",
                                        WithThousands(kPackNamesMax)));
  }
  place->second.is_list = is_list;
  place->second.line = position.line;
  return true;
}

void RuleChecks::AddList(const SourcePosition& position, std::string_view name) {
  AddName(position, name, true);
}

void RuleChecks::AddLet(const SourcePosition& position, std::string_view name,
                        const RuleNode& node) {
  // Checked before it is added: an expression can't use its own name.
  const Shape shape = Visit(node, false);
  if (AddName(position, name, false)) names_.find(name)->second.shape = shape;
}

bool RuleChecks::IsList(std::string_view name) const {
  const auto found = names_.find(name);
  return found != names_.end() && found->second.is_list;
}

std::string RuleChecks::SuggestName(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const auto& [other, entry] : names_) known.push_back(other);
  return wiredesk::SuggestName(name, known, "a name is given by let or file before it is used");
}

void RuleChecks::Check(const RuleNode& node, std::string_view places) {
  const Shape shape = Visit(node, false);
  if (!places.empty() && !shape.has_places) ReportNoPlaces(node, places, errors_);
}

RuleChecks::Shape RuleChecks::Visit(const RuleNode& node, bool in_field) {
  Shape shape;
  if (++nodes_ == kPackNodesMax + 1) {
    errors_.Error(
        node.position,
        fmt::format("a pack may have at most {} terms and operators", WithThousands(kPackNodesMax)),
        "put long lists of terms into files: file NAME = \"path\"");
  }
  switch (node.kind) {
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kInflected:
    case Kind::kExact:
    case Kind::kPrefix:
    case Kind::kRegex:
      VisitTerm(node);
      return shape;
    case Kind::kList:
    case Kind::kMacro:
      shape = VisitName(node, in_field);
      break;
    case Kind::kField:
      VisitField(node, in_field);
      shape = VisitChildren(node, true, {});
      shape.has_field = true;
      break;
    case Kind::kAnyOf:
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
    case Kind::kOutside:
      shape = VisitChildren(node, in_field, DescribeOperator(node));
      shape.has_places = true;
      break;
    case Kind::kOr:
      shape = VisitChildren(node, in_field, {});
      break;
    case Kind::kAtLeast:
    case Kind::kCount:
      shape = VisitChildren(node, in_field, DescribeOperator(node));
      shape.has_places = false;
      break;
    case Kind::kAnd:
    case Kind::kNot:
      shape = VisitChildren(node, in_field, {});
      shape.has_places = false;
      break;
    case Kind::kMetadata:
    case Kind::kTopic:
      CheckArticleTest(node, in_field);
      shape.has_places = false;
      shape.of_article = true;
      break;
  }
  Close(node, shape);
  return shape;
}

// Bounds of what is now complete. After an error the node counts as a small one, so that what holds
// it is not reported too.
void RuleChecks::Close(const RuleNode& node, Shape& shape) {
  CheckNumbers(node);
  if (shape.levels > kRuleNestingMax) {
    errors_.Error(node.position, fmt::format("this is nested more than {} deep", kRuleNestingMax),
                  "name parts of it by let, and use fewer names of names");
    shape.levels = 0;
  }
  if (shape.nodes > kExpandedNodesMax && !too_large_said_) {
    too_large_said_ = true;
    errors_.Error(node.position, "the names in this expression are too large where they are used",
                  fmt::format("written out it would have more than {} terms; use smaller sets, or "
                              "a list: file NAME = \"path\"",
                              WithThousands(kExpandedNodesMax)));
  }
  shape.nodes = std::min(shape.nodes, kExpandedNodesMax + 1);
}

// `places`, if it is not empty, says who needs the children to have places.
RuleChecks::Shape RuleChecks::VisitChildren(const RuleNode& node, bool in_field,
                                            std::string_view places) {
  if (node.children.size() > kMembersMax) {
    errors_.Error(node.position, fmt::format("more than {} members", WithThousands(kMembersMax)),
                  "put long lists of terms into a file: file NAME = \"path\"");
  }
  Shape shape;
  for (const RuleNode& child : node.children) {
    const Shape inner = Visit(child, in_field);
    if (!places.empty() && !inner.has_places) ReportNoPlaces(child, places, errors_);
    shape.nodes += inner.nodes;
    shape.levels = std::max(shape.levels, inner.levels + 1);
    shape.has_field |= inner.has_field;
    shape.has_places &= inner.has_places;
    shape.of_article |= inner.of_article;
  }
  return shape;
}

void RuleChecks::VisitField(const RuleNode& node, bool in_field) {
  if (!IsField(node.text)) {
    CheckField(node.position, node.text);
  } else if (in_field) {
    errors_.Error(node.position, "a field inside a field", std::string(kFieldsHelp));
  }
}

RuleChecks::Shape RuleChecks::VisitName(const RuleNode& node, bool in_field) {
  const auto found = names_.find(node.text);
  if (found == names_.end()) {
    errors_.Error(node.position, fmt::format("unknown name {}", Quoted("@" + node.text)),
                  SuggestName(node.text));
    return {};
  }
  const Name& name = found->second;
  if (name.is_list != (node.kind == Kind::kList)) {
    errors_.Error(node.position,
                  fmt::format("{} is {} list", Quoted(node.text), name.is_list ? "a" : "no"),
                  "file gives names to lists, let to expressions");
  }
  if (in_field && name.shape.has_field) {
    errors_.Error(node.position, fmt::format("a field inside a field: \"@{}\" has one", node.text),
                  std::string(kFieldsHelp));
  }
  if (in_field && name.shape.of_article) {
    errors_.Error(node.position,
                  fmt::format("\"@{}\" tests metadata or a topic, which no field has", node.text),
                  "join it outside of the field, by & or |");
  }
  Shape shape = name.shape;
  ++shape.nodes;
  if (!name.is_list) ++shape.levels;
  return shape;
}

void RuleChecks::CheckArticleTest(const RuleNode& node, bool in_field) {
  if (in_field) {
    errors_.Error(node.position,
                  node.kind == Kind::kTopic ? "another topic's rule can't be asked of one field"
                                            : "metadata is of the article, not of a field",
                  "join it outside of the field, by & or |");
  }
  if (node.kind == Kind::kMetadata) return VisitMetadata(node);
  if (!IsRuleId(node.text) || node.text.size() > kTopicIdBytesMax) {
    errors_.Error(node.position, fmt::format("{} can't be a topic's id", Quoted(node.text)));
  }
}

void RuleChecks::VisitMetadata(const RuleNode& node) {
  if (!IsFieldName(node.text) || node.text.size() > kTopicIdBytesMax) {
    errors_.Error(node.position, fmt::format("{} can't be a name of metadata", Quoted(node.text)),
                  "metadata is source, language, category, id, or a further field");
  } else if (!IsMetadataName(node.text) && !IsField(node.text) &&
             metadata_names_.emplace(node.text, node.position.line).second) {
    const std::string nearest = NearestName(node.text, kMetadataNames);
    if (!nearest.empty()) {
      errors_.Warn(node.position, fmt::format("\"{}\" is taken for a further field", node.text),
                   fmt::format("did you mean \"{}\"?", nearest));
    }
  }
  if (IsBuiltInField(node.text)) {
    errors_.Error(node.position, fmt::format("\"{}\" is text, not metadata", node.text),
                  fmt::format("look for terms in it: {}:\"...\"", node.text));
  }
  const bool compares = node.comparison != RuleNode::Comparison::kEqual &&
                        node.comparison != RuleNode::Comparison::kNotEqual;
  if (node.values.empty()) errors_.Error(node.position, "this test has no values");
  if (node.values.size() > kMetadataValuesMax) {
    errors_.Error(node.position,
                  fmt::format("more than {} values", WithThousands(kMetadataValuesMax)));
  }
  for (const std::string& value : node.values) {
    if (value.size() > kTermBytesMax) {
      errors_.Error(node.position,
                    fmt::format("a value has more than {} bytes", WithThousands(kTermBytesMax)));
    } else if (compares && !IsDecimalNumber(value)) {
      errors_.Error(node.position, fmt::format("{} is not a number", Quoted(value)),
                    "<, <=, > and >= compare numbers, as in: version > 1.5");
    } else if (IsBlank(value)) {
      errors_.Error(node.position, "a value is empty");
    }
  }
}

void RuleChecks::CheckNumbers(const RuleNode& node) {
  const auto check = [&](std::string_view what, std::int32_t min, std::int32_t max) {
    if (node.number >= min && node.number <= max) return;
    errors_.Error(node.position, fmt::format("{} must be from {} to {}", what, WithThousands(min),
                                             WithThousands(max)));
  };
  switch (node.kind) {
    case Kind::kAnyOf:
      if (node.children.empty()) {
        errors_.Error(node.position, "this set is empty",
                      "put at least one term between the braces");
      }
      return;
    case Kind::kNear:
    case Kind::kBefore:
      return check("the number of words between", 0, kNearMax);
    case Kind::kAtLeast:
      if (node.number >= 1 && static_cast<std::size_t>(node.number) <= node.children.size()) return;
      errors_.Error(node.position,
                    fmt::format("atleast {} of {} can't be", node.number, node.children.size()),
                    "the number is from 1 to the number of members; a name counts as one");
      return;
    case Kind::kCount:
      check("a count", 0, kCountMax);
      if (node.comparison == RuleNode::Comparison::kAtLeast && node.number == 0) {
        errors_.Warn(node.position, "this count is always true", "write >= 1, or leave it out");
      }
      return;
    default:
      return;
  }
}

void RuleChecks::VisitTerm(const RuleNode& node) {
  CheckTermText(node);
  switch (node.kind) {
    case Kind::kPhrase:
      return VisitPhrase(node);
    case Kind::kPrefix:
      return CheckPrefix(node);
    case Kind::kInflected:
      if (inflections_allowed_) return;
      errors_.Error(node.position, "a pack of language any has no inflections",
                    "name the pack's language, or list the word's forms");
      return;
    case Kind::kWord:
      if (!IsOneCharacterWithoutSpaces(node.text)) return;
      errors_.Warn(node.position,
                   fmt::format("\"{}\" is found inside of other words too", node.text),
                   "its script has no spaces: add terms of two characters or more");
      return;
    default:
      return;
  }
}

void RuleChecks::VisitPhrase(const RuleNode& node) {
  if (node.children.empty() && IsOneCharacterWithoutSpaces(node.text)) {
    errors_.Warn(node.position, fmt::format("\"{}\" is found inside of other words too", node.text),
                 "its script has no spaces: add terms of two characters or more");
  }
  for (const RuleNode& word : node.children) {
    ++nodes_;
    VisitTerm(word);
  }
}

void RuleChecks::CheckTermText(const RuleNode& node) {
  if (node.text.size() > kTermBytesMax) {
    errors_.Error(node.position,
                  fmt::format("this term has more than {} bytes", WithThousands(kTermBytesMax)));
  }
  if (IsBlank(node.text)) errors_.Error(node.position, "this term is empty");
}

void RuleChecks::CheckPrefix(const RuleNode& node) {
  if (LettersOfLastWord(node.text) >= kPrefixLettersMin) return;
  errors_.Error(node.position,
                fmt::format("a wildcard needs {} letters before it, and {} has fewer",
                            kPrefixLettersMin, Quoted(node.text + "*")),
                "list the words that are meant, or write word~ for its inflections");
}

}  // namespace wiredesk

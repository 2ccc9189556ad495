#include "config/import_nodes.h"

#include <algorithm>
#include <utility>

#include "config/check.h"
#include "config/regex_check.h"
#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;

constexpr std::size_t kCombinationsMax = 64;

bool IsAscii(char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; }
bool IsAsciiWordChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsWildcard(char c) { return c == kManyChars || c == kOneChar; }

RuleNode MakeNode(Kind kind, std::string text = {}) {
  RuleNode node;
  node.kind = kind;
  node.text = std::move(text);
  return node;
}

RuleNode MakeNode(Kind kind, std::vector<RuleNode> children) {
  RuleNode node;
  node.kind = kind;
  node.children = std::move(children);
  return node;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

RuleNode PlainTerm(const std::vector<std::string>& words) {
  const bool bare = words.size() == 1 && IsPlainWord(words[0]);
  return MakeNode(bare ? Kind::kWord : Kind::kPhrase, Join(words));
}

// Letters and digits of the last word in "song-writer", as characters.
std::size_t LettersAtEnd(std::string_view text) {
  std::size_t letters = 0;
  for (std::size_t at = text.size(); at > 0; --at) {
    const char c = text[at - 1];
    if (IsAscii(c) && !IsAsciiWordChar(c)) break;
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++letters;
  }
  return letters;
}

// word* as the language has it: one at the end, behind enough letters.
bool IsPrefix(std::string_view word) {
  return word.back() == kManyChars && std::count_if(word.begin(), word.end(), IsWildcard) == 1 &&
         LettersAtEnd(word.substr(0, word.size() - 1)) >= kPrefixLettersMin;
}

// A phrase with marks: `text` is as it is written, the children are its words.
RuleNode MarkedPhrase(std::vector<RuleNode> words) {
  if (words.size() == 1) return std::move(words[0]);
  RuleNode phrase = MakeNode(Kind::kPhrase);
  for (const RuleNode& word : words) {
    phrase.text.append(phrase.text.empty() ? "" : " ").append(word.text);
    if (word.kind == Kind::kPrefix) phrase.text += '*';
    if (word.kind == Kind::kInflected) phrase.text += '~';
  }
  phrase.children = std::move(words);
  return phrase;
}

RuleNode WordWithMark(const std::string& word, WordForm form) {
  if (IsWildcard(word.back())) return MakeNode(Kind::kPrefix, word.substr(0, word.size() - 1));
  // A mark stands behind a letter: of "Kinder- und" the hyphen says nothing.
  std::size_t size = word.size();
  while (size > 1 && IsAscii(word[size - 1]) && !IsAsciiWordChar(word[size - 1])) --size;
  return MakeNode(form == WordForm::kInflected ? Kind::kInflected : Kind::kWord,
                  word.substr(0, size));
}

// The regex of a phrase with any wildcards, over folded text.
Imported WildcardRegex(const std::vector<std::string>& words) {
  std::string regex = " ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) regex += ' ';
    for (char c : words[i]) {
      if (c == kManyChars) {
        regex += "\\S*";
      } else if (c == kOneChar) {
        regex += "\\S";
      } else if (c == '-') {
        regex += ' ';
      } else if (!IsAsciiWordChar(c)) {
        return {std::nullopt, "a wildcard beside characters outside a-z and 0-9"};
      } else {
        regex += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
    }
  }
  // A regex may begin and end inside a word, so a * there says nothing.
  if (regex.ends_with("\\S*")) {
    regex.resize(regex.size() - 3);
  } else {
    regex += ' ';
  }
  if (regex.starts_with(" \\S*")) regex.erase(0, 4);
  return ImportRegex(std::move(regex));
}

}  // namespace

Imported ImportTerm(const std::vector<std::string>& words, WordForm form) {
  if (words.empty()) return {std::nullopt, "a term without a word"};
  const bool has_wildcard = std::any_of(words.begin(), words.end(), [](const std::string& word) {
    return std::any_of(word.begin(), word.end(), IsWildcard);
  });
  if (!has_wildcard && form == WordForm::kPlain) return {PlainTerm(words), {}};
  if (!has_wildcard && form == WordForm::kExact) return {MakeNode(Kind::kExact, Join(words)), {}};
  if (form == WordForm::kExact) return {std::nullopt, "a wildcard in an exact spelling"};
  const bool only_prefixes = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::none_of(word.begin(), word.end(), IsWildcard) || IsPrefix(word);
  });
  if (!only_prefixes) {
    if (form == WordForm::kInflected) {
      return {std::nullopt, "a wildcard of less than 4 letters among inflected words"};
    }
    return WildcardRegex(words);
  }
  std::vector<RuleNode> marked;
  for (const std::string& word : words) marked.push_back(WordWithMark(word, form));
  return {MarkedPhrase(std::move(marked)), {}};
}

Imported ImportRegex(std::string regex) {
  // A node has its slashes as they are; other escapes stay.
  for (std::size_t at = 0; at + 1 < regex.size(); ++at) {
    if (regex[at] != '\\') continue;
    if (regex[at + 1] == '/') {
      regex.erase(at, 1);
    } else {
      ++at;
    }
  }
  if (IsBlank(regex)) return {std::nullopt, "a regex of nothing but spaces"};
  const RegexFindings findings = CheckRegex(regex);
  if (findings.error)
    return {std::nullopt, "the regex /" + regex + "/: " + findings.error->message};
  return {MakeNode(Kind::kRegex, std::move(regex)), {}};
}

std::vector<std::string> SplitWords(std::string_view text) {
  const auto counts = [](char c) {
    return IsAsciiWordChar(c) || !IsAscii(c) || c == '$' || c == '%';
  };
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (std::any_of(word.begin(), word.end(), counts)) words.emplace_back(word);
    at = end + 1;
  }
  return words;
}

RuleNode InField(const std::string& field, RuleNode node) {
  if (field.empty()) return node;
  RuleNode in_field = MakeNode(Kind::kField, field);
  in_field.children.push_back(std::move(node));
  return in_field;
}

namespace {

bool Same(const RuleNode& left, const RuleNode& right) {
  return left.kind == right.kind && left.text == right.text && left.number == right.number &&
         left.comparison == right.comparison && left.values == right.values &&
         std::equal(left.children.begin(), left.children.end(), right.children.begin(),
                    right.children.end(), Same);
}

bool Holds(const std::vector<RuleNode>& nodes, const RuleNode& node) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&node](const RuleNode& known) { return Same(known, node); });
}

bool IsTermOrSet(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kWord:
    case Kind::kPhrase:
    case Kind::kInflected:
    case Kind::kExact:
    case Kind::kPrefix:
    case Kind::kRegex:
    case Kind::kAnyOf:
      return true;
    default:
      return false;
  }
}

void AddMember(std::vector<RuleNode>& members, RuleNode member) {
  if (member.kind == Kind::kAnyOf) {
    for (RuleNode& inner : member.children) AddMember(members, std::move(inner));
    return;
  }
  if (!Holds(members, member)) members.push_back(std::move(member));
}

// The terms of one field, gathered.
struct FieldTerms {
  std::string field;
  std::size_t place = 0;  // Among the operands.
  std::vector<RuleNode> members;
};

void AddOperand(Kind kind, RuleNode operand, std::vector<RuleNode>& operands) {
  if (operand.kind != kind) {
    operands.push_back(std::move(operand));
    return;
  }
  for (RuleNode& inner : operand.children) AddOperand(kind, std::move(inner), operands);
}

}  // namespace

RuleNode AnyOf(std::vector<RuleNode> operands) {
  WIREDESK_CHECK(!operands.empty());
  std::vector<RuleNode> flat;
  for (RuleNode& operand : operands) AddOperand(Kind::kOr, std::move(operand), flat);
  std::vector<FieldTerms> fields;
  std::vector<RuleNode> result;
  for (RuleNode& operand : flat) {
    const bool in_field = operand.kind == Kind::kField && IsTermOrSet(operand.children[0]);
    if (!in_field && !IsTermOrSet(operand)) {
      if (!Holds(result, operand)) result.push_back(std::move(operand));
      continue;
    }
    const std::string field = in_field ? operand.text : "";
    auto found = std::find_if(fields.begin(), fields.end(),
                              [&field](const FieldTerms& known) { return known.field == field; });
    if (found == fields.end()) {
      found = fields.insert(fields.end(), {field, result.size(), {}});
      result.emplace_back();  // Filled below.
    }
    AddMember(found->members, in_field ? std::move(operand.children[0]) : std::move(operand));
  }
  for (FieldTerms& terms : fields) {
    result[terms.place] = InField(terms.field, SetOf(std::move(terms.members)));
  }
  return result.size() == 1 ? std::move(result[0]) : MakeNode(Kind::kOr, std::move(result));
}

RuleNode AllOf(std::vector<RuleNode> operands) {
  WIREDESK_CHECK(!operands.empty());
  std::vector<RuleNode> flat;
  for (RuleNode& operand : operands) AddOperand(Kind::kAnd, std::move(operand), flat);
  return flat.size() == 1 ? std::move(flat[0]) : MakeNode(Kind::kAnd, std::move(flat));
}

RuleNode Not(RuleNode operand) {
  if (operand.kind == Kind::kNot) return std::move(operand.children[0]);
  return MakeNode(Kind::kNot, std::vector<RuleNode>{std::move(operand)});
}

RuleNode SetOf(std::vector<RuleNode> members) {
  WIREDESK_CHECK(!members.empty());
  std::vector<RuleNode> distinct;
  for (RuleNode& member : members) AddMember(distinct, std::move(member));
  return distinct.size() == 1 ? std::move(distinct[0])
                              : MakeNode(Kind::kAnyOf, std::move(distinct));
}

RuleNode Pair(Kind kind, RuleNode left, RuleNode right, std::int32_t number) {
  RuleNode pair = MakeNode(kind);
  pair.number = number;
  pair.children.push_back(std::move(left));
  pair.children.push_back(std::move(right));
  return pair;
}

std::optional<RuleNode> AtLeast(std::int32_t number, std::vector<RuleNode> operands) {
  const auto count = static_cast<std::int32_t>(operands.size());
  WIREDESK_CHECK(number >= 1 && number <= count);
  if (number == 1) return AnyOf(std::move(operands));
  if (number == count) return AllOf(std::move(operands));
  std::vector<RuleNode> members;  // With places, which `atleast` wants.
  std::vector<RuleNode> others;
  for (RuleNode& operand : operands) {
    (HasPlaces(operand) ? members : others).push_back(std::move(operand));
  }
  if (others.empty()) {
    RuleNode node = MakeNode(Kind::kAtLeast, std::move(members));
    node.number = number;
    return node;
  }
  // Each way in which some of the others hold, and the members for the rest.
  if (others.size() > 6) return std::nullopt;
  std::vector<RuleNode> ways;
  for (unsigned chosen = 0; chosen < 1U << others.size(); ++chosen) {
    std::vector<RuleNode> all;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if ((chosen >> i & 1U) != 0) all.push_back(others[i]);
    }
    const std::int32_t rest = number - static_cast<std::int32_t>(all.size());
    if (rest < 0 || rest > static_cast<std::int32_t>(members.size())) continue;
    if (rest > 0) all.push_back(*AtLeast(rest, members));
    ways.push_back(AllOf(std::move(all)));
  }
  if (ways.empty() || ways.size() > kCombinationsMax) return std::nullopt;
  return AnyOf(std::move(ways));
}

RuleNode CountOf(RuleNode node, RuleNode::Comparison comparison, std::int32_t number) {
  RuleNode count = MakeNode(Kind::kCount, std::vector<RuleNode>{std::move(node)});
  count.comparison = comparison;
  count.number = number;
  return count;
}

bool HasPlaces(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kOr:
    case Kind::kField:
      return std::all_of(node.children.begin(), node.children.end(), HasPlaces);
    case Kind::kAnd:
    case Kind::kNot:
    case Kind::kAtLeast:
    case Kind::kCount:
    case Kind::kMetadata:
    case Kind::kTopic:
      return false;
    default:
      return true;
  }
}

bool NeedsText(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kOr:
      return std::all_of(node.children.begin(), node.children.end(), NeedsText);
    case Kind::kAnd:
      return std::any_of(node.children.begin(), node.children.end(), NeedsText);
    case Kind::kField:
      return NeedsText(node.children[0]);
    case Kind::kNot:
    case Kind::kMetadata:
      return false;
    case Kind::kCount:
      return node.comparison == RuleNode::Comparison::kAtLeast && node.number >= 1;
    default:
      return true;
  }
}

}  // namespace wiredesk

#include "stages/term_cover.h"

#include <algorithm>

#include "stages/inflections.h"

namespace wiredesk {

namespace {

// Of a term that more members find, the rest is not looked at: a set may hold a hundred thousand.
constexpr std::size_t kLookedAtMax = 64;
// A phrase that stands for more than so many, by its wildcards, is not compared.
constexpr std::size_t kPhrasesMax = 256;

std::string KeyOf(std::string_view field, std::string_view words, std::string_view spelling) {
  std::string key(field);
  key.append("\x1f").append(words).append("\x1f").append(spelling);
  return key;
}

}  // namespace

TermCover::TermCover(std::string_view language, bool without_accents)
    : language_(language),
      has_inflections_(
          std::count(InflectedLanguages().begin(), InflectedLanguages().end(), language) > 0),
      without_accents_(without_accents) {}

std::vector<CoveredTerm> TermCover::Find(std::span<const RuleNode* const> members) {
  members_.clear();
  finders_.clear();
  prefix_finders_.clear();
  for (std::size_t i = 0; i < members.size(); ++i) {
    Member member;
    member.number = i;
    AddLiterals(*members[i], "", member);
    if (member.literals.empty()) continue;
    const auto number = static_cast<std::uint32_t>(members_.size());
    for (const Literal& literal : member.literals) {
      auto& finders = literal.is_prefix ? prefix_finders_ : finders_;
      finders[KeyOf(literal.field, literal.words, literal.spelling)].push_back(number);
    }
    members_.push_back(std::move(member));
  }
  std::vector<CoveredTerm> covered;
  for (std::uint32_t i = 0; i < members_.size(); ++i) {
    for (const std::uint32_t other : Coverers(members_[i].literals.front())) {
      if (other == i || !Covers(other, members_[i])) continue;
      const bool is_same = Covers(i, members_[other]);
      if (is_same && other > i) continue;
      covered.push_back({members_[i].number, members_[other].number, is_same});
      break;
    }
  }
  return covered;
}

void TermCover::AddLiterals(const RuleNode& node, const std::string& field, Member& member) {
  switch (node.kind) {
    case RuleNode::Kind::kField:
      if (field.empty()) AddLiterals(node.children[0], node.text, member);
      return;
    case RuleNode::Kind::kInflected:
      return AddForms(node, field, member);
    case RuleNode::Kind::kPhrase:
      if (!node.children.empty()) return AddPhrases(node, field, member);
      break;
    case RuleNode::Kind::kWord:
    case RuleNode::Kind::kExact:
    case RuleNode::Kind::kPrefix:
      break;
    default:
      return;
  }
  for (const TermReading& reading : reader_.ReadAll(node.text, without_accents_)) {
    Literal literal{field, reading.canonical, {}, node.kind == RuleNode::Kind::kPrefix};
    if (literal.is_prefix) literal.words.pop_back();
    if (node.kind == RuleNode::Kind::kExact) {
      for (std::string_view word : reading.originals) literal.spelling.append(word).append(" ");
    }
    member.literals.push_back(std::move(literal));
  }
}

void TermCover::AddForms(const RuleNode& node, const std::string& field, Member& member) {
  if (!has_inflections_) return;
  for (const TermReading& reading : reader_.ReadAll(node.text, without_accents_)) {
    const std::string_view last = reading.LastWord();
    const std::string before =
        reading.canonical.substr(0, reading.canonical.size() - last.size() - 1);
    for (const std::string& form : Inflections(last, language_)) {
      member.literals.push_back({field, before + form + " ", {}, false});
    }
  }
}

// The phrases that one with wildcards stands for. One with pre* before its last word stands for too
// many.
void TermCover::AddPhrases(const RuleNode& node, const std::string& field, Member& member) {
  std::vector<std::string> phrases = {" "};
  for (const RuleNode& child : node.children) {
    if (child.kind == RuleNode::Kind::kPrefix && &child != &node.children.back()) return;
    Member word;
    AddLiterals(child, field, word);
    if (word.literals.empty() || phrases.size() * word.literals.size() > kPhrasesMax) return;
    std::vector<std::string> longer;
    for (const std::string& phrase : phrases) {
      for (const Literal& literal : word.literals)
        longer.push_back(phrase + literal.words.substr(1));
    }
    phrases = std::move(longer);
  }
  const bool is_prefix = node.children.back().kind == RuleNode::Kind::kPrefix;
  for (std::string& phrase : phrases) {
    member.literals.push_back({field, std::move(phrase), {}, is_prefix});
  }
}

// The members that find `literal`, as far as they are looked at.
std::vector<std::uint32_t> TermCover::Coverers(const Literal& literal) const {
  std::vector<std::uint32_t> coverers;
  const auto add_from = [&coverers](const Finders& finders, const std::string& key) {
    const auto found = finders.find(key);
    if (found == finders.end()) return;
    const std::size_t count = std::min(found->second.size(), kLookedAtMax);
    coverers.insert(coverers.end(), found->second.begin(),
                    found->second.begin() + static_cast<std::ptrdiff_t>(count));
  };
  const auto add = [&](std::string_view field, std::string_view spelling) {
    add_from(finders_, KeyOf(field, literal.words, spelling));
  };
  if (!literal.is_prefix) {
    add("", "");
    if (!literal.field.empty()) add(literal.field, "");
    if (!literal.spelling.empty()) add("", literal.spelling);
    if (!literal.field.empty() && !literal.spelling.empty()) add(literal.field, literal.spelling);
  }
  std::string_view words = literal.words;
  if (words.ends_with(' ')) words.remove_suffix(1);
  for (std::size_t size = words.rfind(' ') + 2; size <= words.size(); ++size) {
    add_from(prefix_finders_, KeyOf("", words.substr(0, size), ""));
    if (literal.field.empty()) continue;
    add_from(prefix_finders_, KeyOf(literal.field, words.substr(0, size), ""));
  }
  return coverers;
}

bool TermCover::Covers(std::uint32_t member, const Member& other) const {
  return std::all_of(other.literals.begin(), other.literals.end(), [&](const Literal& literal) {
    const std::vector<std::uint32_t> coverers = Coverers(literal);
    return std::find(coverers.begin(), coverers.end(), member) != coverers.end();
  });
}

}  // namespace wiredesk

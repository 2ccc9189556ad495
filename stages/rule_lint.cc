#include "stages/rule_lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stages/arena.h"
#include "stages/article.h"
#include "stages/rule_node_text.h"
#include "stages/sentence_breaks.h"
#include "stages/term_cover.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;
using Fields = std::set<std::string>;  // Empty: any.

// A NEAR of more words with a wildcard in it compares many places with many.
constexpr int kWildNearMax = 10;
// Duplicates in longer lists are not looked for.
constexpr std::size_t kListEntriesMax = 1'000'000;

bool IsTerm(Kind kind) { return kind <= Kind::kRegex; }

bool IsBefore(const SourcePosition& a, const SourcePosition& b) {
  return std::pair(a.line, a.column) < std::pair(b.line, b.column);
}

bool SameNode(const RuleNode& a, const RuleNode& b) {
  return a.kind == b.kind && a.comparison == b.comparison && a.number == b.number &&
         a.text == b.text && a.values == b.values &&
         std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(),
                    SameNode);
}

std::string Shown(const RuleNode& term) {
  constexpr std::size_t kCharacters = 60;
  return ShortText(term, kCharacters);
}

// A member of a set, of sets in it, or of what a name in it stands for.
struct Alternative {
  const RuleNode* term;
  const RuleNode* set;
  SourcePosition position;  // Where to report it.
};

class PackLinter {
 public:
  PackLinter(const RulePack& pack, Diagnostics& diagnostics)
      : pack_(pack), diagnostics_(diagnostics), cover_(pack.language, pack.fold_accents) {
    for (const NamedNode& named : pack.lets) lets_[named.name] = &named.node;
    for (const TermList& list : pack.lists) lists_[list.name] = &list;
  }

  void Lint() {
    const std::size_t first = diagnostics_.size();
    for (const TermList& list : pack_.lists) LintList(list);
    for (const NamedNode& named : pack_.lets) LintNode(named.node);
    for (const RuleNode& exclude : pack_.excludes) LintNode(exclude);
    for (const Topic& topic : pack_.topics) LintTopic(topic);
    for (const NamedNode& named : pack_.lets) LintUse(named.name, named.position);
    for (const TermList& list : pack_.lists) LintUse(list.name, list.position);
    std::stable_sort(
        diagnostics_.begin() + static_cast<std::ptrdiff_t>(first), diagnostics_.end(),
        [](const Diagnostic& a, const Diagnostic& b) { return IsBefore(a.position, b.position); });
  }

 private:
  void Warn(const SourcePosition& position, std::string message, std::string help) {
    WarnIn(pack_.file, position, std::move(message), std::move(help));
  }
  void WarnIn(const std::string& file, const SourcePosition& position, std::string message,
              std::string help) {
    diagnostics_.push_back(
        {Diagnostic::Severity::kWarning, file, position, std::move(message), std::move(help), {}});
  }

  void LintList(const TermList& list);
  void LintUse(const std::string& name, const SourcePosition& position);
  void LintTopic(const Topic& topic);
  void LintScores(const Topic& topic);
  void LintNode(const RuleNode& node);
  void LintTerm(const RuleNode& node);
  void LintAlternatives(const RuleNode& node);
  void LintConjunction(const RuleNode& node);
  void LintPair(const RuleNode& node);

  void AddAlternatives(const RuleNode& set, bool flat, const SourcePosition* from,
                       std::vector<Alternative>& alternatives) const;
  const RuleNode* Named(const RuleNode& macro) const {
    const auto found = lets_.find(macro.text);
    return found == lets_.end() ? nullptr : found->second;
  }
  Fields FieldsOf(const RuleNode& node) const;
  bool HasWildcard(const RuleNode& node) const;
  std::int32_t FactorOf(const RuleNode& node) const;
  std::int32_t BestBoost(const RuleNode& node) const;

  const RulePack& pack_;
  Diagnostics& diagnostics_;
  std::map<std::string, const RuleNode*, std::less<>> lets_;
  std::map<std::string, const TermList*, std::less<>> lists_;
  std::set<std::string, std::less<>> used_;
  TermCover cover_;
  TermReader reader_;
  Tokeniser tokeniser_;
};

void PackLinter::LintList(const TermList& list) {
  if (list.entries.size() > kListEntriesMax) return;
  std::unordered_map<std::string, const TermList::Entry*> known;
  for (const TermList::Entry& entry : list.entries) {
    const std::vector<TermReading>& readings = reader_.ReadAll(entry.text, false);
    if (readings.empty()) continue;
    const std::string key = entry.is_exact ? "=" + entry.text : readings.front().canonical;
    const auto [found, is_new] = known.try_emplace(key, &entry);
    if (is_new) continue;
    WarnIn(list.file, {entry.line, 0, 1},
           fmt::format("\"{}\" is in line {} already", entry.text, found->second->line),
           entry.weight == found->second->weight ? "" : "the greater weight counts");
  }
}

void PackLinter::LintUse(const std::string& name, const SourcePosition& position) {
  if (!used_.contains(name)) Warn(position, fmt::format("nothing uses @{}", name), "");
}

void PackLinter::LintTopic(const Topic& topic) {
  if (topic.when) LintNode(*topic.when);
  for (const ScoreItem& score : topic.scores) LintNode(score.term);
  if (!topic.scores.empty()) LintScores(topic);
}

void PackLinter::LintScores(const Topic& topic) {
  double most = 0;
  for (const ScoreItem& score : topic.scores) {
    const std::int32_t boost = BestBoost(score.term);
    if (boost == 0) {
      Warn(score.position, "this adds nothing: all fields that it looks at have the boost 0",
           "raise the field's boost, or leave the entry out");
    }
    if (score.weight < 0) continue;
    most += static_cast<double>(score.weight) * boost * FactorOf(score.term) * score.hits_max;
  }
  if (most < topic.need) {
    Warn(topic.position,
         fmt::format("topic {} can never be a tag: its entries add up to {:.0f} at most, and it "
                     "needs {}",
                     topic.id, most, topic.need),
         "lower `need`, or let entries count more often with `max`");
  }
}

void PackLinter::LintNode(const RuleNode& node) {
  for (const RuleNode& child : node.children) LintNode(child);
  switch (node.kind) {
    case Kind::kMacro:
    case Kind::kList:
      used_.insert(node.text);
      return;
    case Kind::kAnyOf:
    case Kind::kOr:
    case Kind::kAtLeast:
      return LintAlternatives(node);
    case Kind::kAnd:
      return LintConjunction(node);
    case Kind::kNear:
    case Kind::kBefore:
    case Kind::kSentence:
    case Kind::kParagraph:
    case Kind::kOutside:
      return LintPair(node);
    default:
      if (IsTerm(node.kind)) LintTerm(node);
  }
}

void PackLinter::LintTerm(const RuleNode& node) {
  if (node.kind == Kind::kExact && node.text.find('\'') != std::string::npos) {
    Warn(node.position, fmt::format("{} is found with the straight apostrophe only", Shown(node)),
         "most texts have ’ there: name both, or leave \"=\" out");
  }
  if (node.kind != Kind::kPhrase && node.kind != Kind::kExact) return;
  const std::string padded = node.text + std::string(kPadding, '\0');
  tokeniser_.Begin(ApostropheModeOf(pack_.language),
                   FindAbbreviations(pack_.language == "any" ? "en" : pack_.language));
  tokeniser_.AddPart({padded.data(), node.text.size()});
  if (tokeniser_.sentences().size() > 1) {
    Warn(node.position, fmt::format("{} holds the end of a sentence", Shown(node)),
         "a phrase is found within one sentence, so only in texts that do not end one there");
  }
}

// `from` is where a name is used that the members come from.
void PackLinter::AddAlternatives(const RuleNode& set, bool flat, const SourcePosition* from,
                                 std::vector<Alternative>& alternatives) const {
  for (const RuleNode& child : set.children) {
    const RuleNode* named = child.kind == Kind::kMacro ? Named(child) : nullptr;
    const SourcePosition* position = from != nullptr    ? from
                                     : named != nullptr ? &child.position
                                                        : nullptr;
    const RuleNode& member = named != nullptr ? *named : child;
    if (!flat && (member.kind == Kind::kAnyOf || member.kind == Kind::kOr)) {
      AddAlternatives(member, flat, position, alternatives);
    } else {
      alternatives.push_back({&member, &set, position != nullptr ? *position : member.position});
    }
  }
}

void PackLinter::LintAlternatives(const RuleNode& node) {
  std::vector<Alternative> alternatives;
  AddAlternatives(node, node.kind == Kind::kAtLeast, nullptr, alternatives);
  std::vector<const RuleNode*> terms;
  for (const Alternative& alternative : alternatives) terms.push_back(alternative.term);
  for (const CoveredTerm& covered : cover_.Find(terms)) {
    const Alternative& needless = alternatives[covered.term];
    const Alternative& by = alternatives[covered.by];
    // Inside one inner set: that was said of the inner set.
    if (needless.set == by.set && needless.set != &node) continue;
    const std::string shown = Shown(*needless.term);
    const std::string shown_by = Shown(*by.term);
    Warn(needless.position,
         !covered.is_same    ? fmt::format("{} adds nothing: {} finds all of it", shown, shown_by)
         : shown == shown_by ? fmt::format("{} is among these alternatives already", shown)
                             : fmt::format("{} finds the same as {}", shown, shown_by),
         "leave it out");
  }
}

// count(X) >= 3 beside count(X) <= 2.
bool AreContradictory(const RuleNode& a, const RuleNode& b) {
  using Comparison = RuleNode::Comparison;
  return a.kind == Kind::kCount && b.kind == Kind::kCount && a.comparison == Comparison::kAtLeast &&
         b.comparison == Comparison::kAtMost && a.number > b.number &&
         SameNode(a.children[0], b.children[0]);
}

void PackLinter::LintConjunction(const RuleNode& node) {
  for (const RuleNode& least : node.children) {
    for (const RuleNode& most : node.children) {
      if (!AreContradictory(least, most)) continue;
      Warn(std::max(least.position, most.position, IsBefore),
           fmt::format("this can never be true: {} or more are asked for, and {} or fewer",
                       least.number, most.number),
           "");
    }
  }
  for (const RuleNode& child : node.children) {
    if (child.kind != Kind::kNot) continue;
    for (const RuleNode& other : node.children) {
      if (SameNode(child.children[0], other)) {
        Warn(child.position, "this can never be true: the same is asked for without \"not\"", "");
      }
    }
  }
}

void PackLinter::LintPair(const RuleNode& node) {
  const RuleNode& left = node.children[0];
  const RuleNode& right = node.children[1];
  if (node.kind == Kind::kOutside) {
    if (SameNode(left, right))
      Warn(node.position, "this is never true: both sides are the same", "");
    return;
  }
  const Fields of_left = FieldsOf(left);
  const Fields of_right = FieldsOf(right);
  const bool may_meet = of_left.empty() || of_right.empty() ||
                        std::any_of(of_left.begin(), of_left.end(), [&](const std::string& field) {
                          return of_right.contains(field);
                        });
  if (!may_meet) {
    Warn(node.position, "this is never true: its sides look at different fields",
         "use & to ask for both");
  }
  const bool is_near = node.kind == Kind::kNear || node.kind == Kind::kBefore;
  if (is_near && node.number > kWildNearMax && (HasWildcard(left) || HasWildcard(right))) {
    Warn(node.position,
         fmt::format("a wildcard within {} words is found often, and by chance", node.number),
         fmt::format("{} words or fewer mean more and cost less; or write SENTENCE", kWildNearMax));
  }
}

// Where places of `node` may begin. The lead is a part of the body.
Fields PackLinter::FieldsOf(const RuleNode& node) const {
  switch (node.kind) {
    case Kind::kField:
      return {node.text == "lead" ? "body" : node.text};
    case Kind::kMacro: {
      const RuleNode* named = Named(node);
      return named == nullptr ? Fields() : FieldsOf(*named);
    }
    case Kind::kOutside:
      return FieldsOf(node.children[0]);
    default:
      break;
  }
  Fields all;
  for (const RuleNode& child : node.children) {
    const Fields fields = FieldsOf(child);
    if (fields.empty()) return {};
    all.insert(fields.begin(), fields.end());
  }
  return all;
}

bool PackLinter::HasWildcard(const RuleNode& node) const {
  if (node.kind == Kind::kPrefix) return true;
  const RuleNode* named = node.kind == Kind::kMacro ? Named(node) : nullptr;
  if (named != nullptr) return HasWildcard(*named);
  return std::any_of(node.children.begin(), node.children.end(),
                     [this](const RuleNode& child) { return HasWildcard(child); });
}

std::int32_t PackLinter::FactorOf(const RuleNode& node) const {
  std::int32_t factor = 1;
  if (node.kind == Kind::kList) {
    const auto found = lists_.find(node.text);
    if (found == lists_.end()) return factor;
    for (const TermList::Entry& entry : found->second->entries) {
      factor = std::max(factor, entry.weight);
    }
  }
  const RuleNode* named = node.kind == Kind::kMacro ? Named(node) : nullptr;
  if (named != nullptr) factor = FactorOf(*named);
  for (const RuleNode& child : node.children) factor = std::max(factor, FactorOf(child));
  return factor;
}

// The greatest boost among the fields that `node` may have places in.
std::int32_t PackLinter::BestBoost(const RuleNode& node) const {
  Fields fields = FieldsOf(node);
  if (fields.empty()) fields.insert(pack_.fields.begin(), pack_.fields.end());
  const bool any = fields.empty();
  if (any) fields.insert(std::begin(kFieldNames), std::end(kFieldNames));
  // A hit in the lead has the lead's boost, where that is given.
  if (fields.contains("body")) fields.insert("lead");
  std::int32_t best = 0;
  for (const std::string& field : fields) {
    const auto found =
        std::find_if(pack_.boosts.begin(), pack_.boosts.end(),
                     [&field](const FieldBoost& boost) { return boost.field == field; });
    if (found != pack_.boosts.end()) {
      best = std::max(best, found->factor);
    } else if (field != "lead") {
      best = std::max(best, 1);
    }
  }
  if (any) {
    for (const FieldBoost& boost : pack_.boosts) best = std::max(best, boost.factor);
  }
  return best;
}

}  // namespace

void LintRules(std::span<const RulePack> packs, Diagnostics& diagnostics) {
  for (const RulePack& pack : packs) PackLinter(pack, diagnostics).Lint();
}

}  // namespace wiredesk

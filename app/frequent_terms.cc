#include "app/frequent_terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stages/rule_node_text.h"

namespace wiredesk {

namespace {

class FrequentTerms {
 public:
  FrequentTerms(const TermCounts& counts, double share, Diagnostics& diagnostics)
      : counts_(counts), share_(share), diagnostics_(diagnostics) {}

  void Warn(const RulePack& pack) {
    pack_ = &pack;
    for (const NamedNode& named : pack.lets) Visit(named.node);
    for (const RuleNode& exclude : pack.excludes) Visit(exclude);
    for (const Topic& topic : pack.topics) {
      if (topic.when) Visit(*topic.when);
      for (const ScoreItem& score : topic.scores) Visit(score.term);
    }
    for (const TermList& list : pack.lists) {
      for (const TermList::Entry& entry : list.entries) {
        Look((entry.is_exact ? "=" : "") + entry.text, list.file, {entry.line, 0, 1});
      }
    }
  }

 private:
  void Visit(const RuleNode& node) {
    for (const RuleNode& child : node.children) Visit(child);
    if (node.kind <= RuleNode::Kind::kRegex) Look(MatchedTerm(node), pack_->file, node.position);
  }

  void Look(const std::string& term, const std::string& file, const SourcePosition& position) {
    const auto found = counts_.counts().find(term);
    if (found == counts_.counts().end()) return;
    const double share =
        static_cast<double>(found->second.articles) / static_cast<double>(counts_.articles());
    if (share <= share_ || !warned_.insert(term).second) return;
    diagnostics_.push_back(
        {Diagnostic::Severity::kWarning,
         file,
         position,
         fmt::format("{} is in {:.0f} % of the articles ({} of {})", term, share * 100,
                     found->second.articles, counts_.articles()),
         "a term that is everywhere says little, and wakes its rules for nothing",
         {}});
  }

  const TermCounts& counts_;
  const double share_;
  Diagnostics& diagnostics_;
  const RulePack* pack_ = nullptr;
  std::set<std::string> warned_;
};

}  // namespace

void TermCounts::Add(const Article& article) {
  ++articles_;
  for (const Match& match : article.matches) {
    const FieldId field = PartOf(article, match.begin).field;
    shown_.clear();
    for (const TermUse& use : rules_.uses(match.term)) {
      if ((use.fields >> field & 1) == 0) continue;
      const std::string_view shown = rules_.text(use.shown);
      if (std::find(shown_.begin(), shown_.end(), shown) != shown_.end()) continue;
      shown_.push_back(shown);
      Count& count = counts_[shown];
      ++count.matches;
      if (count.last_article != articles_) ++count.articles;
      count.last_article = articles_;
    }
  }
}

void WarnOfFrequentTerms(std::span<const RulePack> packs, const TermCounts& counts, double share,
                         Diagnostics& diagnostics) {
  FrequentTerms terms(counts, share, diagnostics);
  for (const RulePack& pack : packs) terms.Warn(pack);
}

}  // namespace wiredesk

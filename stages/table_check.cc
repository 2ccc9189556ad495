#include "stages/table_check.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "config/settings.h"
#include "stages/article.h"

namespace wiredesk {
namespace {

using Kind = ProgramNode::Kind;

// [first, first + count) of `size` things.
bool IsRange(std::uint64_t first, std::uint64_t count, std::size_t size) {
  return first + count <= size;
}

// Starts of parts that follow each other, and the end of the last.
bool AreStarts(const std::vector<std::uint32_t>& starts, std::size_t size) {
  return !starts.empty() && starts.front() == 0 && starts.back() == size &&
         std::is_sorted(starts.begin(), starts.end());
}

class TableCheck {
 public:
  explicit TableCheck(const RuleTables& tables) : t_(tables) {}

  bool Run() {
    return CheckStarts() && CheckTexts() && CheckPacks() && CheckTopics() && CheckRules() &&
           CheckNodes() && CheckMetadata() && CheckUses() && CheckLiterals() && CheckPhrases();
  }

 private:
  bool IsText(TextId id) const { return id < t_.text_starts.size() - 1; }
  bool AreTexts(std::span<const TextId> ids) const {
    return std::all_of(ids.begin(), ids.end(), [this](TextId id) { return IsText(id); });
  }
  bool IsNode(std::uint32_t index) const { return index < t_.nodes.size(); }
  std::size_t set_count() const { return t_.sets.size(); }
  std::size_t special_terms() const { return t_.exact_starts.size() - 1; }

  bool CheckStarts() const {
    return AreStarts(t_.text_starts, t_.text_bytes.size()) &&
           AreStarts(t_.use_starts, t_.uses.size()) &&
           AreStarts(t_.exact_starts, t_.exact_words.size());
  }

  bool CheckTexts() const {
    return t_.further_fields.size() <= kFurtherFieldsMax && AreTexts(t_.further_fields) &&
           AreTexts(t_.parents) && AreTexts(t_.metadata_values) && AreTexts(t_.exact_words) &&
           AreTexts(t_.regexes);
  }

  bool CheckPacks() const {
    return std::all_of(
               t_.packs.begin(), t_.packs.end(),
               [this](const PackRecord& pack) {
                 return IsText(pack.name) && IsText(pack.version) && IsText(pack.language) &&
                        IsRange(pack.first_exclude, pack.exclude_count, t_.exclude_nodes.size());
               }) &&
           std::all_of(t_.exclude_nodes.begin(), t_.exclude_nodes.end(),
                       [this](std::uint32_t node) { return IsNode(node); });
  }

  bool CheckTopics() const {
    return std::all_of(t_.topics.begin(), t_.topics.end(), [this](const TopicRecord& topic) {
      return IsText(topic.id) && IsText(topic.label) && topic.pack < t_.packs.size() &&
             IsRange(topic.first_parent, topic.parent_count, t_.parents.size()) &&
             topic.state <= static_cast<std::uint32_t>(TopicState::kLive);
    });
  }

  bool CheckRules() const {
    return t_.rules.size() == t_.topics.size() &&
           std::all_of(t_.rules.begin(), t_.rules.end(),
                       [this](const CompiledRule& rule) {
                         return (rule.when == kNoIndex || IsNode(rule.when)) &&
                                IsRange(rule.first_item, rule.item_count, t_.items.size()) &&
                                rule.pack < t_.packs.size();
                       }) &&
           std::all_of(t_.items.begin(), t_.items.end(), [this](const CompiledItem& item) {
             return item.rule < t_.rules.size() && IsNode(item.node) &&
                    HasPlaces(t_.nodes[item.node]) && item.pack < t_.packs.size() &&
                    (item.set == kNoIndex || item.set < set_count());
           });
  }

  bool CheckNodes() const {
    for (std::uint32_t i = 0; i < t_.nodes.size(); ++i) {
      if (!CheckNode(t_.nodes[i], i)) return false;
    }
    return std::all_of(t_.leaf_sets.begin(), t_.leaf_sets.end(),
                       [this](std::uint32_t set) { return set < set_count(); });
  }

  bool CheckNode(const ProgramNode& node, std::uint32_t index) const {
    switch (node.kind) {
      case Kind::kLeaf:
        return node.count == 1 ? node.first < set_count()
                               : IsRange(node.first, node.count, t_.leaf_sets.size());
      case Kind::kMetadata:
        return node.first < t_.metadata_tests.size();
      case Kind::kTopic:
        return node.first < t_.rules.size();
      case Kind::kUnion:
        return AreChildren(node, index, true);
      case Kind::kNear:
      case Kind::kBefore:
      case Kind::kSentence:
      case Kind::kParagraph:
      case Kind::kOutside:
        return node.count == 2 && AreChildren(node, index, true);
      case Kind::kCount:
        return node.count == 1 && AreChildren(node, index, true);
      case Kind::kNot:
        return node.count == 1 && AreChildren(node, index, false);
      case Kind::kAnd:
      case Kind::kOr:
      case Kind::kAtLeast:
        return AreChildren(node, index, false);
    }
    return false;
  }

  // Children lie before their parent, so none is its own ancestor.
  bool AreChildren(const ProgramNode& node, std::uint32_t index, bool with_places) const {
    if (!IsRange(node.first, node.count, index)) return false;
    const std::span children = std::span(t_.nodes).subspan(node.first, node.count);
    return !with_places || std::all_of(children.begin(), children.end(), HasPlaces);
  }

  bool CheckMetadata() const {
    return std::all_of(
        t_.metadata_tests.begin(), t_.metadata_tests.end(), [this](const MetadataTest& test) {
          return test.source <= MetadataTest::Source::kField && test.field < kFieldSlots &&
                 test.comparison <= static_cast<std::uint32_t>(RuleNode::Comparison::kAtLeast) &&
                 IsRange(test.first_value, test.value_count, t_.metadata_values.size());
        });
  }

  bool CheckUses() const {
    const bool uses = std::all_of(t_.uses.begin(), t_.uses.end(), [this](const TermUse& use) {
      return use.set < set_count() && IsText(use.shown);
    });
    const auto is_user = [this](SetUser user) {
      return (user & kRuleUser) != 0 ? (user & ~kRuleUser) < t_.rules.size()
                                     : user < t_.items.size();
    };
    const auto is_set = [&](const TermSetRecord& set) {
      return set.count == 1 ? is_user(set.first) : IsRange(set.first, set.count, t_.users.size());
    };
    return uses && std::all_of(t_.users.begin(), t_.users.end(), is_user) &&
           std::all_of(t_.sets.begin(), t_.sets.end(), is_set);
  }

  bool CheckLiterals() const {
    if (t_.special_literals.size() > t_.literals.size()) return false;
    const std::size_t terms = special_terms() + t_.literals.size() - t_.special_literals.size() +
                              t_.regexes.size() + t_.phrases.size();
    if (t_.use_starts.size() - 1 != terms) return false;
    for (const LiteralRecord& literal : t_.literals) {
      if (!IsText(literal.text) || literal.token_count == 0) return false;
    }
    for (std::size_t i = 0; i < t_.special_literals.size(); ++i) {
      if (!CheckSpecial(t_.special_literals[i], t_.literals[i].token_count)) return false;
    }
    return true;
  }

  bool CheckSpecial(const SpecialLiteral& literal, std::uint32_t token_count) const {
    if (!IsRange(literal.first_term, literal.term_count, special_terms()) ||
        !IsRange(literal.first_part, literal.part_count, t_.phrase_parts.size())) {
      return false;
    }
    // A spelling is compared token by token.
    for (std::uint32_t i = 0; i < literal.term_count; ++i) {
      const std::uint32_t* starts = t_.exact_starts.data() + literal.first_term + i;
      const std::uint32_t words = starts[1] - starts[0];
      if (words != 0 && words != token_count) return false;
    }
    return true;
  }

  bool CheckPhrases() const {
    std::uint64_t places = 0;
    for (const CompiledPhrase& phrase : t_.phrases) {
      if (phrase.first_place != places) return false;
      places += phrase.place_count;
    }
    return std::all_of(t_.phrase_parts.begin(), t_.phrase_parts.end(),
                       [this](const PhrasePart& part) {
                         return part.phrase < t_.phrases.size() &&
                                part.place < t_.phrases[part.phrase].place_count;
                       });
  }

  const RuleTables& t_;
};

}  // namespace

bool AreSound(const RuleTables& tables) { return TableCheck(tables).Run(); }

}  // namespace wiredesk

// What rules are compiled to: flat tables of plain structs that refer to each other by index, so
// that they are small, are looked at without following pointers, and can be written to a file as
// they lie in memory.
//
//   literal, regex --> term --> term uses --> term set --> rules and items to wake
//   rule --> nodes of its `when`, items of its `score` --> term sets
//
// A *term* is what has places in texts: words in a row, a regex, or a phrase with wildcards in it.
// A *term set* is a set of terms that hits are collected for; a *leaf* of a rule's expression is
// one term set or several. Rules that ask for the same terms share the set.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/rule_ast.h"
#include "stages/article.h"

namespace wiredesk {

inline constexpr std::uint32_t kNoIndex = 0xffffffff;

// The fields that a term may look at: bit f is field f. A token of the body that is in the lead is
// in both.
using FieldMask = std::uint32_t;
inline constexpr FieldId kLeadField = 31;       // Not a part's field: the body's first paragraphs.
inline constexpr std::size_t kFieldSlots = 32;  // Of a table by field.

// Index of a text in the pool.
using TextId = std::uint32_t;

struct PackRecord {
  TextId name;
  TextId version;
  TextId language;
  std::uint32_t first_exclude;  // Into exclude_nodes.
  std::uint32_t exclude_count;
  std::int32_t boosts[kFieldSlots];  // Of hits by field; the lead's is the body's if not named.
};

struct TopicRecord {
  TextId id;
  TextId label;
  std::uint32_t pack;
  std::uint32_t first_parent;  // Into parents.
  std::uint32_t parent_count;
  std::int32_t hits_max;  // Evidence; EmitSettings::kDefault: as the settings say.
  std::int32_t snippet_bytes;
  std::uint32_t state;  // TopicState
};

// The rule of the topic with the same index.
struct CompiledRule {
  std::uint32_t when;  // A node, or kNoIndex.
  std::uint32_t first_item;
  std::uint32_t item_count;
  std::int32_t need;
  std::uint32_t pack;
  // Whatever items have hits is told by their term sets; else the rule is woken by its `when`, and
  // looks at all its items itself.
  std::uint32_t is_woken_by_items;
};

// One entry of a topic's `score`.
struct CompiledItem {
  std::uint32_t rule;
  std::int32_t weight;
  std::int32_t hits_max;
  std::uint32_t node;  // Has places.
  std::uint32_t set;   // Where the node is a leaf of one term set: that; else kNoIndex.
  std::uint32_t pack;
};

// A node of an expression. Whatever looks at a field has been moved down to the terms.
struct ProgramNode {
  enum class Kind : std::uint8_t {
    // Have places.
    kLeaf,   // `count` term sets: `first` itself if it is one, else from leaf_sets[first].
    kUnion,  // The children's places together; there is a child that is no leaf.
    kNear,   // These five have two children.
    kBefore,
    kSentence,
    kParagraph,
    kOutside,
    // Are only true or false.
    kAnd,
    kOr,
    kNot,
    kAtLeast,
    kCount,
    kMetadata,  // metadata_tests[first]
    kTopic,     // Whether rule `first` holds.
  };
  Kind kind;
  RuleNode::Comparison comparison;  // Of kCount.
  std::uint16_t unused = 0;
  std::int32_t number;
  std::uint32_t first;  // Children are nodes[first] and those behind it.
  std::uint32_t count;
};
inline bool HasPlaces(const ProgramNode& node) { return node.kind <= ProgramNode::Kind::kOutside; }

// What metadata is compared with.
struct MetadataTest {
  enum class Source : std::uint32_t { kSource, kLanguage, kCategory, kId, kField };
  Source source;
  std::uint32_t field;        // Of kField.
  std::uint32_t comparison;   // RuleNode::Comparison
  std::uint32_t first_value;  // Into metadata_values; texts, folded.
  std::uint32_t value_count;
  std::uint32_t unused = 0;
  double number;
};

// A term's part in a term set.
struct TermUse {
  std::uint32_t set;
  TextId shown;  // The term as its author wrote it.
  FieldMask fields;
  std::int32_t factor;
};

// What a hit of a term set wakes: an item (bits 0 to 30), or a rule (bit 31 is set).
using SetUser = std::uint32_t;
inline constexpr SetUser kRuleUser = 0x80000000;

// A term set: `count` users, `first` itself if it is one, else from users[first].
struct TermSetRecord {
  std::uint32_t first;
  std::uint32_t count;
};

// Words that the matcher looks for. Literals with more to them than one term come first.
struct LiteralRecord {
  TextId text;
  std::uint32_t token_count : 31;
  std::uint32_t is_prefix : 1;
};

// Of the literals that come first: its terms (the one of any spelling, if there is such, and those
// with a spelling of their own), and the phrases with wildcards that it is a part of.
struct SpecialLiteral {
  std::uint32_t first_term;
  std::uint32_t term_count;
  std::uint32_t first_part;  // Into phrase_parts.
  std::uint32_t part_count;
};

// A literal may stand at place `place` of a phrase, 0 the first.
struct PhrasePart {
  std::uint32_t phrase;  // Into phrases.
  std::uint32_t place;
};

// A phrase of several literals in a row, in one sentence, with a choice at some place.
struct CompiledPhrase {
  std::uint32_t first_place;  // Number of its first place, counted over all phrases.
  std::uint32_t place_count;
};

struct RuleTables {
  std::vector<std::uint32_t> text_starts;  // By TextId, and one more; into text_bytes.
  std::vector<char> text_bytes;
  std::vector<TextId> further_fields;  // Names of the fields behind the built-in ones.
  std::vector<PackRecord> packs;
  std::vector<std::uint32_t> exclude_nodes;
  std::vector<TopicRecord> topics;  // In order of their ids.
  std::vector<TextId> parents;      // Ids of the topics above, the nearest first.
  std::vector<CompiledRule> rules;  // By topic.
  std::vector<CompiledItem> items;
  std::vector<ProgramNode> nodes;
  std::vector<std::uint32_t> leaf_sets;
  std::vector<MetadataTest> metadata_tests;
  std::vector<TextId> metadata_values;
  // Terms are numbered: those of special literals, one for each other literal, one for each regex,
  // one for each phrase.
  std::vector<std::uint32_t> use_starts;  // By term, and one more; into uses.
  std::vector<TermUse> uses;
  std::vector<TermSetRecord> sets;
  std::vector<SetUser> users;
  std::vector<LiteralRecord> literals;
  std::vector<SpecialLiteral> special_literals;
  std::vector<std::uint32_t> exact_starts;  // By term of special literals, and one more.
  std::vector<TextId> exact_words;          // The original bytes of each token.
  std::vector<PhrasePart> phrase_parts;
  std::vector<CompiledPhrase> phrases;
  std::vector<TextId> regexes;
  std::vector<std::uint32_t> looks_at_lead;  // One entry if a rule asks what is in the lead.

  // Calls `visit` with each table, always in the same order: to hash, write or read them.
  template <typename Tables, typename Visit>
  static void ForEach(Tables& tables, Visit visit) {
    visit(tables.text_starts);
    visit(tables.text_bytes);
    visit(tables.further_fields);
    visit(tables.packs);
    visit(tables.exclude_nodes);
    visit(tables.topics);
    visit(tables.parents);
    visit(tables.rules);
    visit(tables.items);
    visit(tables.nodes);
    visit(tables.leaf_sets);
    visit(tables.metadata_tests);
    visit(tables.metadata_values);
    visit(tables.use_starts);
    visit(tables.uses);
    visit(tables.sets);
    visit(tables.users);
    visit(tables.literals);
    visit(tables.special_literals);
    visit(tables.exact_starts);
    visit(tables.exact_words);
    visit(tables.phrase_parts);
    visit(tables.phrases);
    visit(tables.regexes);
    visit(tables.looks_at_lead);
  }
};

}  // namespace wiredesk

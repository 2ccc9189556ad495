// Rule packs as their authors wrote them: the parser's result, before folding and compiling.
// The language is described in docs/RULES.md. Plain values, no threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace wiredesk {

// A node of a rule's expression. Some kinds have places in a text (a term, a set, a NEAR), and are
// true where there is one; the others are only true or false of an article (an AND, a count).
struct RuleNode {
  enum class Kind : std::uint8_t {
    // Terms.
    kWord,       // one word; `text` as written
    kPhrase,     // "a b c"; `text` without the quotes, escapes resolved. With a word* or word~ in
                 // it, `children` are its words in order: kWord, kPrefix, kInflected. Else empty.
    kInflected,  // word~: any inflection of `text` in the pack's language
    kExact,      // =Word or ="A Phrase": case and accents as written
    kPrefix,     // pre*: one word that begins with `text`
    kRegex,      // /re/; `text` without the slashes
    // Sets of places.
    kAnyOf,      // {a b c}: any of `children`, which have places
    kList,       // @name of a `file` statement: any of its terms; `text` is the name
    kMacro,      // @name of a `let` statement, `text`; what it stands for is in RulePack::lets
    kField,      // title:X: `text` is the field's name, children[0] is X
    kNear,       // X NEAR/n Y; `number` is n. These five: children are X and Y, which have places
    kBefore,     // X BEFORE/n Y
    kSentence,   // X SENTENCE Y
    kParagraph,  // X PARAGRAPH Y
    kOutside,    // X OUTSIDE Y
    kOr,         // A | B: two children or more. Has places if all of them have, like kAnyOf
    // Only true or false.
    kAnd,       // A & B: two children or more
    kNot,       // not A
    kAtLeast,   // atleast n of {...}: `number` of `children`, which are what stands in the braces
    kCount,     // count(X) >= n or <= n: `comparison` (kAtLeast, kAtMost) and `number`
    kMetadata,  // source in {...}, lang = de, version > 1: `text` is the name, then `comparison`
                // and `values`
    kTopic,     // @topic ID: whether that topic's rule holds; `text` is the id
  };
  enum class Comparison : std::uint8_t {
    kEqual,     // = ; one value, or any of several (`in`)
    kNotEqual,  // != ; none of the values (`not in`)
    kLess,      // The rest compare numbers, with one value.
    kAtMost,
    kGreater,
    kAtLeast,
  };

  Kind kind = Kind::kWord;
  Comparison comparison = Comparison::kEqual;
  std::int32_t number = 0;
  SourcePosition position;
  std::string text;
  std::vector<RuleNode> children;
  std::vector<std::string> values;
};

// let NAME = expression. An expression only uses names given before it, so nothing goes in circles.
struct NamedNode {
  std::string name;
  RuleNode node;
  SourcePosition position;
};

// file NAME = "path": a long list of terms, one a line: term, or term TAB weight. A term is a word
// or a phrase as in quotes, and with "=" before it the exact spelling.
struct TermList {
  struct Entry {
    std::string text;
    std::int32_t weight = 1;  // Factor of the weight of the score entry that uses the list.
    bool is_exact = false;
    std::int32_t line = 0;  // Of the file.
  };
  std::string name;
  std::string path;  // As written.
  std::string file;  // As opened: relative paths start at the pack's folder.
  std::vector<Entry> entries;
  SourcePosition position;
};

// One weighted entry of a `score` clause.
struct ScoreItem {
  std::int32_t weight = 0;    // -1,000,000 to 1,000,000, not 0
  RuleNode term;              // Has places.
  std::int32_t hits_max = 1;  // How many hits count.
  SourcePosition position;
};

// A text of a `test` line, by field: title, body, heading, a mapped field, or metadata (language,
// source, category).
struct TestField {
  std::string name;
  std::string text;
};

// A `test` line: a small article, and whether the topic must be among its tags.
struct RuleTest {
  bool expected = true;
  std::vector<TestField> fields;
  SourcePosition position;
};

// What a tag says of the places that speak for it.
struct EmitSettings {
  static constexpr std::int32_t kDefault = -1;
  std::int32_t hits_max = kDefault;  // Evidence entries; 0 for `emit tag`; -1: as the settings say.
  std::int32_t snippet_bytes = 0;    // Text around each, 0 for none.
};

enum class TopicState : std::uint8_t {
  kDraft,   // Checked and tested only.
  kShadow,  // Evaluated and counted, but not among the output's tags.
  kLive,
};

struct Topic {
  std::string id;  // "medtop:20000638"
  std::string label;
  std::string parent;     // Id, or empty.
  bool has_rule = false;  // False: named for its label and its place in the tree only.
  TopicState state = TopicState::kLive;
  std::optional<RuleNode> when;   // Must hold, where there is one.
  std::vector<ScoreItem> scores;  // Must reach `need`, where there are any.
  std::int32_t need = 1;
  EmitSettings emit;
  std::vector<RuleTest> tests;
  SourcePosition position;
};

// How much a hit counts by the field it is in.
struct FieldBoost {
  std::string field;
  std::int32_t factor = 1;  // 0 to 100
  SourcePosition position;
};

struct RulePack {
  std::string file;
  std::string name;
  std::string version;
  std::string language;       // ISO 639-1, or "any"
  bool fold_accents = false;  // Terms are found with and without accents.
  // The fields that a term looks at that names none; empty: all of them. Names that are not built
  // in are further fields of the article.
  std::vector<std::string> fields;
  std::vector<FieldBoost> boosts;
  std::vector<NamedNode> lets;
  std::vector<TermList> lists;
  std::vector<RuleNode> excludes;  // Where one of them holds, no topic of the pack is a tag.
  std::vector<Topic> topics;
};

}  // namespace wiredesk

// Rule packs as their authors wrote them: the parser's result, before folding and compiling.
// The language is described in docs/RULES.md. Plain values, no threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"

namespace wiredesk {

// Something that can occur in a text, and so has places there.
struct TermNode {
  enum class Kind {
    kWord,        // one word; `text` as written
    kPhrase,      // "a b c"; `text` without the quotes, escapes resolved
    kInflected,   // word~: any inflection of `text` in the pack's language
    kExact,       // =Word or ="A Phrase": case and accents as written
    kRegex,       // /re/; `text` without the slashes
    kAnyOf,       // {a b c}: any of `children`
    kField,       // title:X: `text` is the field's name, children[0] is X
    kMacro,       // @name, expanded by the parser: children[0] is what it stands for
  };
  Kind kind;
  std::string text;
  std::vector<TermNode> children;
  SourcePosition position;
};

// One weighted entry of a `score` clause.
struct ScoreItem {
  std::int32_t weight = 0;    // -1,000,000 to 1,000,000, not 0
  TermNode term;
  std::int32_t hits_max = 1;  // How many hits count.
  SourcePosition position;
};

// A `test` line: a small article, and whether the topic must be among its tags.
struct RuleTest {
  bool expected = true;
  std::string title;
  std::string body;
  SourcePosition position;
};

struct Topic {
  std::string id;      // "medtop:20000638"
  std::string label;
  std::string parent;  // Id, or empty.
  bool has_rule = false;  // False: named for its label and its place in the tree only.
  std::vector<ScoreItem> scores;
  std::int32_t need = 1;  // The score that the tag needs.
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
  std::string language;  // ISO 639-1, or "any"
  std::vector<FieldBoost> boosts;
  std::vector<Topic> topics;
};

}  // namespace wiredesk

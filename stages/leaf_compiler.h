// Turns the leaves of rules (terms, sets and lists of them) into term sets: reads, expands and
// shares their terms. What a name stands for is expanded once, however many rules use it. One
// thread at a time.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "stages/compile_context.h"
#include "stages/term_reader.h"

namespace wiredesk {

class LeafCompiler {
 public:
  explicit LeafCompiler(CompileContext& context) : context_(context) {}

  // The pack that the names in what follows are of.
  void BeginPack(const RulePack& pack);

  // Whether `node` is made of terms, sets, lists and fields over such only. Names are looked
  // through.
  bool IsLeaf(const RuleNode& node);

  // The term sets of a leaf, each once, with the fields that its terms look at if they name none.
  // Errors are reported, and what is wrong left out.
  // REQUIRES: IsLeaf(node).
  std::vector<std::uint32_t> Compile(const RuleNode& node, FieldMask fields);

  // What `name` stands for in this pack: one of them, or neither.
  struct Named {
    const NamedNode* let = nullptr;
    const TermList* list = nullptr;
  };
  Named Find(std::string_view name) const;

 private:
  // Words that may stand at some place of a phrase.
  struct Piece {
    std::string text;  // As a literal.
    std::uint32_t token_count = 1;
    bool is_prefix = false;
  };
  using Variant = std::vector<Piece>;     // Pieces that follow each other.
  using Variants = std::vector<Variant>;  // One of them.
  struct Leaf {
    std::vector<SetTerm> terms;
    std::vector<std::uint32_t> sets;
  };

  void Add(const RuleNode& node, FieldMask fields, Leaf& leaf);
  void AddNamed(const RuleNode& node, FieldMask fields, Leaf& leaf);
  void AddSets(std::span<const std::uint32_t> sets, Leaf& leaf) const;
  std::uint32_t CompileList(const TermList& list, FieldMask fields);
  std::vector<std::uint32_t> Finish(Leaf& leaf);

  void AddText(const RuleNode& node, FieldMask fields, Leaf& leaf);
  void AddRegex(const RuleNode& node, FieldMask fields, Leaf& leaf);
  void AddVariants(const RuleNode& node, FieldMask fields, Leaf& leaf);
  Variants VariantsOf(const RuleNode& node);
  Variants PrefixVariants(const RuleNode& node);
  Variants InflectedVariants(const RuleNode& node);
  void NoWord(const RuleNode& node);
  void AddPhrases(const std::vector<Variants>& words, const RuleNode& node, FieldMask fields,
                  Leaf& leaf);
  void AddLiterals(const std::vector<Variants>& words, const SetTerm& use, Leaf& leaf);
  void AddPhrase(const std::vector<Variants>& words, const SetTerm& use, Leaf& leaf);

  using NameKey = std::pair<const void*, FieldMask>;

  CompileContext& context_;
  TermReader reader_;
  const RulePack* pack_ = nullptr;
  absl::flat_hash_map<std::string_view, Named> names_;  // Of the pack.
  absl::flat_hash_map<const NamedNode*, bool> leaf_lets_;
  absl::flat_hash_map<NameKey, std::vector<std::uint32_t>> expanded_;
  int depth_ = 0;
};

}  // namespace wiredesk

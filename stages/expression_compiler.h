// Turns the expressions of rules into nodes of their program. Fields are moved down to the terms,
// names are looked through, whatever consists of terms only becomes a leaf. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "stages/compile_context.h"
#include "stages/compiled_rules.h"
#include "stages/leaf_compiler.h"

namespace wiredesk {

class ExpressionCompiler {
 public:
  // `keep_sources`: take_sources() tells where nodes come from.
  ExpressionCompiler(CompileContext& context, bool keep_sources)
      : context_(context), leaves_(context), keep_sources_(keep_sources) {}

  // What follows is of pack `index`. Reports fields that the pack names wrongly.
  void BeginPack(std::uint32_t index);

  // Adds the nodes of an expression; the index of its root. kNoIndex after an error, which is
  // reported. `owner` is the caller's own mark of the expression.
  std::uint32_t Compile(const RuleNode& node, std::uint32_t owner);
  // The same, of one that must have places.
  std::uint32_t CompilePlaces(const RuleNode& node, std::uint32_t owner);

  // Every @topic in what was compiled: kTopic nodes hold an index into this until they are
  // resolved.
  struct TopicUse {
    const RuleNode* node;
    std::uint32_t pack;
    std::uint32_t owner;  // Of the expression that it is in.
  };
  const std::vector<TopicUse>& topic_uses() const { return topic_uses_; }

  std::vector<CompiledRules::NodeSource> TakeSources() { return std::move(sources_); }

 private:
  struct Compiled {
    ProgramNode node;
    int depth = 1;
    const RuleNode* source = nullptr;
  };
  using MaybeCompiled = std::optional<Compiled>;
  struct Place {
    FieldMask fields;
    bool in_field;
  };

  MaybeCompiled CompileNode(const RuleNode& node, const Place& place);
  MaybeCompiled CompileLeaf(const RuleNode& node, const Place& place);
  MaybeCompiled CompileField(const RuleNode& node, const Place& place);
  MaybeCompiled CompileMacro(const RuleNode& node, const Place& place);
  MaybeCompiled CompileOr(const RuleNode& node, const Place& place);
  MaybeCompiled CompilePair(const RuleNode& node, const Place& place);
  MaybeCompiled CompileCount(const RuleNode& node, const Place& place);
  MaybeCompiled CompileAtLeast(const RuleNode& node, const Place& place);
  MaybeCompiled CompileMetadata(const RuleNode& node, const Place& place);
  MaybeCompiled CompileTopic(const RuleNode& node, const Place& place);
  std::optional<MetadataTest> MetadataTestOf(const RuleNode& node);

  std::optional<FieldId> FindField(const RuleNode& node);
  bool CheckFields(const RuleNode& node, bool in_field);
  bool CheckPlaces(const RuleNode& owner, const RuleNode& child, const ProgramNode& node);
  // The children in a row behind each other.
  MaybeCompiled WithChildren(const RuleNode& node, ProgramNode::Kind kind, const Place& place,
                             bool need_places);
  std::uint32_t AddNode(const Compiled& compiled);
  const RulePack& pack() const { return context_.packs[pack_index_]; }
  MaybeCompiled Fail(const RuleNode& node, std::string message, std::string help);

  CompileContext& context_;
  LeafCompiler leaves_;
  const bool keep_sources_;
  std::uint32_t pack_index_ = 0;
  FieldMask default_fields_ = 0;
  std::uint32_t owner_ = 0;
  int depth_ = 0;
  std::vector<TopicUse> topic_uses_;
  std::vector<CompiledRules::NodeSource> sources_;
  absl::flat_hash_map<std::pair<const NamedNode*, FieldMask>, Compiled> macros_;
  absl::flat_hash_map<std::pair<const NamedNode*, bool>, bool> checked_fields_;
};

// "NEAR", "count(...)" and so on, for messages.
std::string_view NameOfKind(RuleNode::Kind kind);

}  // namespace wiredesk

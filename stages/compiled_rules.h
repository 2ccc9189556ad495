// Rules ready to match: topics, their programs, and the pattern databases. Built once
// (rule_compiler.h), then const and shared by all lanes. The tables are described in
// rule_program.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/article.h"
#include "stages/pattern_engine.h"
#include "stages/rule_program.h"

namespace wiredesk {

// A subject that articles can be tagged with. The texts are the compiled rules'.
struct CompiledTopic {
  std::string_view id;
  std::string_view label;
  std::span<const std::string_view> parents;  // Ids, the nearest first.
  std::string_view pack;
  std::int32_t need = 1;  // The score that the tag takes.
  std::int32_t hits_max = EmitSettings::kDefault;
  std::int32_t snippet_bytes = 0;
  TopicState state = TopicState::kLive;
};

class CompiledRules {
 public:
  // Where a node comes from, for those who explain rules.
  struct NodeSource {
    const RuleNode* node = nullptr;  // As written at the place of use; of the packs compiled.
    std::uint32_t pack = 0;          // Index among these.
  };

  // REQUIRES: `engine` was made of literals() and regexes(); the tables are sound.
  CompiledRules(RuleTables tables, std::vector<NodeSource> sources);
  CompiledRules(const CompiledRules&) = delete;
  CompiledRules& operator=(const CompiledRules&) = delete;

  // In order of their ids. Tag::topic is an index into this.
  std::span<const CompiledTopic> topics() const { return topics_; }
  // 16 hexadecimal digits over everything that decides tags.
  std::string_view hash() const { return hash_; }
  // Different for all that there ever were in this process, which an address is not: what a stage
  // keeps for the rules that it saw last belongs to this number.
  std::uint64_t generation() const { return generation_; }
  const RuleTables& tables() const { return tables_; }

  // Names of all fields that a part may have, by FieldId.
  std::span<const std::string_view> field_names() const { return field_names_; }
  std::string_view FieldName(FieldId field) const;
  // Bits of the fields that articles have, the lead's among them.
  FieldMask all_fields() const { return all_fields_; }
  bool looks_at_lead() const { return !tables_.looks_at_lead.empty(); }

  std::string_view text(TextId id) const {
    const std::uint32_t* const starts = tables_.text_starts.data() + id;
    return {tables_.text_bytes.data() + starts[0], starts[1] - starts[0]};
  }
  const ProgramNode& node(std::uint32_t index) const { return tables_.nodes[index]; }
  // Of a node that has them.
  std::span<const ProgramNode> children(const ProgramNode& node) const {
    return std::span(tables_.nodes).subspan(node.first, node.count);
  }
  // The term sets of a leaf.
  std::span<const std::uint32_t> sets(const ProgramNode& leaf) const {
    if (leaf.count == 1) return {&leaf.first, 1};
    return std::span(tables_.leaf_sets).subspan(leaf.first, leaf.count);
  }
  // Where the nodes come from, by their index; empty unless that was asked for.
  std::span<const NodeSource> sources() const { return sources_; }

  // Terms are numbered from 0; Match::term is such a number.
  std::size_t term_count() const { return tables_.use_starts.size() - 1; }
  std::span<const TermUse> uses(std::uint32_t term) const {
    const std::uint32_t* const starts = tables_.use_starts.data() + term;
    return {tables_.uses.data() + starts[0], starts[1] - starts[0]};
  }
  void PrefetchUses(std::uint32_t term) const {
    __builtin_prefetch(tables_.uses.data() + tables_.use_starts.data()[term]);
  }
  std::size_t set_count() const { return tables_.sets.size(); }
  std::span<const SetUser> users(std::uint32_t set) const {
    const TermSetRecord& record = tables_.sets.data()[set];
    if (record.count == 1) return {&record.first, 1};
    return {tables_.users.data() + record.first, record.count};
  }

  // =Word: the original bytes of each of its tokens; empty for a term of any spelling.
  // REQUIRES: `term` is one of a special literal.
  std::span<const TextId> exact(std::uint32_t term) const {
    const std::uint32_t first = tables_.exact_starts[term];
    return std::span(tables_.exact_words).subspan(first, tables_.exact_starts[term + 1] - first);
  }
  // By pattern id of the engine; those that are not there have one term of any spelling.
  std::span<const SpecialLiteral> special_literals() const { return tables_.special_literals; }
  std::uint32_t first_plain_term() const {
    return static_cast<std::uint32_t>(tables_.exact_starts.size() - 1);
  }
  // First term that is a regex; regex pattern i is the term with this number plus i.
  std::uint32_t first_regex_term() const {
    return static_cast<std::uint32_t>(first_plain_term() + tables_.literals.size() -
                                      tables_.special_literals.size());
  }
  std::uint32_t first_phrase_term() const {
    return static_cast<std::uint32_t>(first_regex_term() + tables_.regexes.size());
  }

  std::size_t literal_count() const { return tables_.literals.size(); }
  // What the engine is made of; copies.
  std::vector<LiteralPattern> literals() const;
  std::vector<std::string> regexes() const;
  const PatternEngine& engine() const { return *engine_; }
  // Before the rules are shared.
  void SetEngine(std::unique_ptr<const PatternEngine> engine) { engine_ = std::move(engine); }

 private:
  static std::uint64_t NextGeneration() {
    static std::atomic<std::uint64_t> last = 0;
    // Relaxed, no partner: only to be different.
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  std::string Hash() const;

  const std::uint64_t generation_ = NextGeneration();
  const RuleTables tables_;
  const std::vector<NodeSource> sources_;
  std::vector<std::string_view> parents_;
  std::vector<CompiledTopic> topics_;
  std::vector<std::string_view> field_names_;
  FieldMask all_fields_ = 0;
  std::string hash_;
  std::unique_ptr<const PatternEngine> engine_;
};

}  // namespace wiredesk

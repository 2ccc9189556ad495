// Rules ready to match: topics, what scores for them, and the pattern databases. Built once
// (rule_compiler.h), then const and shared by all lanes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stages/article.h"
#include "stages/pattern_engine.h"

namespace wiredesk {

// A subject that articles can be tagged with.
struct CompiledTopic {
  std::string id;
  std::string label;
  std::vector<std::string> parents;  // Ids, the nearest first.
  std::string pack;
  std::int32_t need = 1;
};

// One entry of a topic's `score`.
struct CompiledItem {
  std::uint32_t topic;
  std::int32_t weight;
  std::int32_t hits_max;
  std::array<std::int32_t, kFieldCount> boosts;  // Of its pack.
};

// A term's part in an item.
struct TermUse {
  std::uint32_t item;
  std::uint32_t shown;  // Index of the term as its author wrote it.
  std::uint8_t fields;  // Bit f: a hit in field f counts.
};

// The terms that share a literal: the one without a spelling of its own, if there is such, and
// those with. Small, because every hit looks here.
struct CompiledLiteral {
  std::uint32_t first_term;
  std::uint32_t term_count;
  bool has_exact;  // Some term of it asks for its exact spelling.
};

class CompiledRules {
 public:
  // In order of their ids. Tag::topic is an index into this.
  std::span<const CompiledTopic> topics() const { return topics_; }
  // 16 hexadecimal digits over everything that decides tags.
  std::string_view hash() const { return hash_; }

  std::span<const CompiledItem> items() const { return items_; }
  // Terms are numbered from 0; Match::term is such a number. A term is a sequence of folded tokens,
  // perhaps with its exact spelling, or a regex.
  std::size_t term_count() const { return exact_.size(); }
  std::span<const TermUse> uses(std::uint32_t term) const {
    return std::span(uses_).subspan(use_starts_[term], use_starts_[term + 1] - use_starts_[term]);
  }
  void PrefetchUses(std::uint32_t term) const {
    __builtin_prefetch(uses_.data() + use_starts_[term]);
  }
  // =Word: the original bytes of each of its tokens; empty for a term of any spelling.
  std::span<const std::string> exact(std::uint32_t term) const { return exact_[term]; }
  std::string_view shown(std::uint32_t index) const { return shown_[index]; }
  // By pattern id of the engine.
  std::span<const CompiledLiteral> literal_terms() const { return literal_terms_; }
  std::span<const LiteralPattern> literals() const { return literals_; }
  // First term that is a regex; regex pattern i is the term with this number plus i.
  std::uint32_t first_regex_term() const { return first_regex_term_; }
  const PatternEngine& engine() const { return *engine_; }

 private:
  friend class RuleCompiler;
  std::vector<CompiledTopic> topics_;
  std::vector<CompiledItem> items_;
  std::vector<std::vector<std::string>> exact_;
  std::vector<TermUse> uses_;
  std::vector<std::uint32_t> use_starts_;
  std::vector<std::string> shown_;
  std::vector<LiteralPattern> literals_;
  std::vector<CompiledLiteral> literal_terms_;
  std::uint32_t first_regex_term_ = 0;
  std::unique_ptr<const PatternEngine> engine_;
  std::string hash_;
};

}  // namespace wiredesk

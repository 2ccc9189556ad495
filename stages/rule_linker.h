// The last step of compiling rules: what they have to do with each other, and what wakes them.
//
// A rule need not be looked at in an article where nothing occurs that it must find. Its *anchor*
// is the cheapest choice of term sets one of which has a hit wherever the rule holds: of an AND one
// child's, of an OR all children's. Term sets of anchors wake the rule; without an anchor it is an
// error. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "stages/compile_context.h"
#include "stages/expression_compiler.h"

namespace wiredesk {

// A topic as its pack declares it.
struct DeclaredTopic {
  const Topic* topic = nullptr;
  const RulePack* pack = nullptr;
};

class RuleLinker {
 public:
  // Expressions have the owner `rule`, or kPackOwner plus the index of the pack that they are
  // excludes of.
  static constexpr std::uint32_t kPackOwner = 0x80000000;

  // `rules` are the declarations of the compiled rules, by their numbers; `declared` all topics.
  RuleLinker(CompileContext& context, std::span<const DeclaredTopic> rules,
             const absl::flat_hash_map<std::string_view, DeclaredTopic>& declared,
             const absl::flat_hash_map<std::string_view, std::uint32_t>& rule_numbers)
      : context_(context), rules_(rules), declared_(declared), rule_numbers_(rule_numbers) {}

  // Gives every @topic its rule.
  void ResolveTopics(std::span<const ExpressionCompiler::TopicUse> uses);
  // REQUIRES: no error so far.
  void CheckCircles();
  // Fills the table of set users. REQUIRES: no error so far.
  void FindAnchors();

 private:
  struct Link {  // From a rule, or an owner of excludes.
    std::uint32_t to;
    const ExpressionCompiler::TopicUse* use;
  };

  enum Visited : std::uint8_t { kNew, kOpen, kDone };

  bool Visit(std::uint32_t rule, int depth);
  bool Fail(const Link& link, std::string message, std::string help);

  double CostOf(std::uint32_t node);
  double WorkOutCost(const ProgramNode& node);
  double CostOfAtLeast(const ProgramNode& node);
  std::vector<std::uint32_t> CheapestChildren(const ProgramNode& node);
  double CostOfItems(const CompiledRule& rule);
  double AnchorRule(std::uint32_t rule);
  void Collect(std::uint32_t node, std::vector<std::uint32_t>& sets);
  void CollectRule(std::uint32_t rule, std::vector<std::uint32_t>& sets);
  void AddUsers(std::uint32_t rule);
  void FillUsers();

  CompileContext& context_;
  const std::span<const DeclaredTopic> rules_;
  const absl::flat_hash_map<std::string_view, DeclaredTopic>& declared_;
  const absl::flat_hash_map<std::string_view, std::uint32_t>& rule_numbers_;
  absl::flat_hash_map<std::uint32_t, std::vector<Link>> links_;  // By owner.
  std::vector<Visited> visits_;                                  // By rule.
  std::vector<int> heights_;        // By rule: how many in a row it leans on.
  std::vector<double> costs_;       // By node; negative: not known.
  std::vector<double> rule_costs_;  // By rule.
  struct User {
    std::uint32_t set;
    SetUser user;
  };
  std::vector<User> users_;
  std::vector<std::uint32_t> collected_;
};

}  // namespace wiredesk

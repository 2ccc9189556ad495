#include "stages/rule_compiler.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "config/rule_words.h"
#include "stages/compile_context.h"
#include "stages/engine_factory.h"
#include "stages/expression_compiler.h"
#include "stages/rule_linker.h"

namespace wiredesk {

namespace {

class RuleCompiler {
 public:
  RuleCompiler(std::span<const RulePack> packs, Diagnostics& diagnostics,
               const CompileOptions& options)
      : options_(options),
        context_(packs, diagnostics, options),
        expressions_(context_, options.keep_positions) {}

  std::shared_ptr<const CompiledRules> Compile() {
    AddFields();
    DeclareTopics();
    NumberTopics();
    context_.tables.rules.resize(rules_.size());
    for (std::uint32_t i = 0; i < context_.packs.size(); ++i) CompilePack(i);
    RuleLinker linker(context_, rules_, declared_, rule_numbers_);
    linker.ResolveTopics(expressions_.topic_uses());
    if (context_.error_count == 0) linker.CheckCircles();
    if (context_.error_count == 0) linker.FindAnchors();
    if (context_.error_count == 0) CheckSizes();
    if (context_.error_count > 0) return nullptr;
    return Finish();
  }

 private:
  void AddFields();
  void DeclareField(const std::string& name);
  void DeclareFields(const RuleNode& node);
  void DeclareTopics();
  void NumberTopics();
  void AddParents(TopicRecord& topic, const DeclaredTopic& declared);
  void CompilePack(std::uint32_t index);
  void AddBoosts(const RulePack& pack, PackRecord& record);
  void CompileTopic(const Topic& topic, std::uint32_t pack, std::uint32_t rule);
  void CheckSizes();
  std::shared_ptr<const CompiledRules> Finish();

  const CompileOptions& options_;
  CompileContext context_;
  ExpressionCompiler expressions_;
  absl::flat_hash_map<std::string_view, DeclaredTopic> declared_;  // By id.
  absl::flat_hash_map<std::string_view, std::uint32_t> rule_numbers_;
  std::vector<DeclaredTopic> rules_;  // In order of their ids.
};

void RuleCompiler::AddFields() {
  if (options_.accept_declared_fields) {
    for (const RulePack& pack : context_.packs) {
      for (const std::string& name : pack.fields) DeclareField(name);
      for (const NamedNode& let : pack.lets) DeclareFields(let.node);
      for (const RuleNode& exclude : pack.excludes) DeclareFields(exclude);
      for (const Topic& topic : pack.topics) {
        if (topic.when) DeclareFields(*topic.when);
      }
    }
  }
  if (context_.fields.further().size() > kFurtherFieldsMax) {
    context_.ReportIn(context_.packs.empty() ? "" : context_.packs.front().file, {},
                      "more than 16 further fields", "");
  }
  for (const std::string& name : context_.fields.further()) {
    context_.tables.further_fields.push_back(context_.pool.Add(name));
  }
}

void RuleCompiler::DeclareField(const std::string& name) {
  if (!context_.fields.Find(name) && !IsMetadataName(name)) context_.fields.AddFurther(name);
}

// Of tests of metadata. Scores have none.
void RuleCompiler::DeclareFields(const RuleNode& node) {
  if (node.kind == RuleNode::Kind::kMetadata) DeclareField(node.text);
  for (const RuleNode& child : node.children) DeclareFields(child);
}

void RuleCompiler::DeclareTopics() {
  for (const RulePack& pack : context_.packs) {
    for (const Topic& topic : pack.topics) {
      const auto [found, is_new] = declared_.try_emplace(topic.id, DeclaredTopic{&topic, &pack});
      if (is_new || !topic.has_rule) continue;
      if (found->second.topic->has_rule) {
        context_.Report(pack, topic.position, "topic " + topic.id + " has a rule already",
                        "the first one is in " + found->second.pack->file + ", line " +
                            std::to_string(found->second.topic->position.line));
      }
      found->second = {&topic, &pack};
    }
  }
}

void RuleCompiler::NumberTopics() {
  for (const auto& [id, declared] : declared_) {
    const Topic& topic = *declared.topic;
    const bool is_left_out = topic.state == TopicState::kDraft && !options_.include_drafts;
    if (topic.has_rule && !is_left_out) rules_.push_back(declared);
  }
  std::sort(rules_.begin(), rules_.end(), [](const DeclaredTopic& a, const DeclaredTopic& b) {
    return a.topic->id < b.topic->id;
  });
  context_.tables.topics.reserve(rules_.size());
  for (const DeclaredTopic& declared : rules_) {
    const Topic& topic = *declared.topic;
    rule_numbers_[topic.id] = static_cast<std::uint32_t>(context_.tables.topics.size());
    TopicRecord& record = context_.tables.topics.emplace_back();
    record.id = context_.pool.Add(topic.id);
    record.label = context_.pool.Add(topic.label);
    record.pack = static_cast<std::uint32_t>(declared.pack - context_.packs.data());
    record.hits_max = topic.emit.hits_max;
    record.snippet_bytes = topic.emit.snippet_bytes;
    record.state = static_cast<std::uint32_t>(topic.state);
    AddParents(record, declared);
  }
}

void RuleCompiler::AddParents(TopicRecord& record, const DeclaredTopic& declared) {
  std::vector<TextId>& parents = context_.tables.parents;
  record.first_parent = static_cast<std::uint32_t>(parents.size());
  absl::flat_hash_set<std::string_view> seen;  // Braces would make it of copies that end here.
  seen.insert(std::string_view(declared.topic->id));
  std::string_view parent = declared.topic->parent;
  while (!parent.empty()) {
    if (!seen.insert(parent).second) {
      return context_.Report(*declared.pack, declared.topic->position,
                             "topic " + declared.topic->id + " is among its own parents",
                             "break the circle of parents");
    }
    parents.push_back(context_.pool.Add(parent));
    const auto found = declared_.find(parent);
    parent = found == declared_.end() ? std::string_view() : found->second.topic->parent;
  }
  record.parent_count = static_cast<std::uint32_t>(parents.size()) - record.first_parent;
}

void RuleCompiler::CompilePack(std::uint32_t index) {
  const RulePack& pack = context_.packs[index];
  expressions_.BeginPack(index);
  PackRecord record = {};
  record.name = context_.pool.Add(pack.name);
  record.version = context_.pool.Add(pack.version);
  record.language = context_.pool.Add(pack.language);
  AddBoosts(pack, record);
  record.first_exclude = static_cast<std::uint32_t>(context_.tables.exclude_nodes.size());
  for (const RuleNode& exclude : pack.excludes) {
    const std::uint32_t node = expressions_.Compile(exclude, RuleLinker::kPackOwner + index);
    context_.tables.exclude_nodes.push_back(node);
  }
  record.exclude_count = static_cast<std::uint32_t>(pack.excludes.size());
  context_.tables.packs.push_back(record);
  for (const Topic& topic : pack.topics) {
    const auto number = rule_numbers_.find(topic.id);
    if (number == rule_numbers_.end() || rules_[number->second].topic != &topic) continue;
    CompileTopic(topic, index, number->second);
  }
}

void RuleCompiler::AddBoosts(const RulePack& pack, PackRecord& record) {
  std::fill(std::begin(record.boosts), std::end(record.boosts), 1);
  bool has_lead = false;
  for (const FieldBoost& boost : pack.boosts) {
    const std::optional<FieldId> field = context_.fields.Find(boost.field);
    if (!field) {
      context_.Report(pack, boost.position, "there is no field " + boost.field,
                      "use title, heading, body or lead; a further field of the article is named "
                      "by the setting input.fields." +
                          boost.field);
      continue;
    }
    record.boosts[*field] = boost.factor;
    has_lead |= *field == kLeadField;
  }
  if (!has_lead) record.boosts[kLeadField] = record.boosts[kBodyField];
  if (has_lead && context_.tables.looks_at_lead.empty()) {
    context_.tables.looks_at_lead.push_back(1);
  }
}

void RuleCompiler::CompileTopic(const Topic& topic, std::uint32_t pack, std::uint32_t number) {
  CompiledRule rule = {};
  rule.when = topic.when ? expressions_.Compile(*topic.when, number) : kNoIndex;
  rule.first_item = static_cast<std::uint32_t>(context_.tables.items.size());
  rule.item_count = static_cast<std::uint32_t>(topic.scores.size());
  rule.need = topic.scores.empty() ? 1 : topic.need;
  rule.pack = pack;
  for (const ScoreItem& score : topic.scores) {
    const std::uint32_t node = expressions_.CompilePlaces(score.term, number);
    CompiledItem& item = context_.tables.items.emplace_back();
    item = {number, score.weight, score.hits_max, node, kNoIndex, pack};
    if (node == kNoIndex) continue;
    const ProgramNode& root = context_.tables.nodes[node];
    if (root.kind == ProgramNode::Kind::kLeaf && root.count == 1) item.set = root.first;
  }
  context_.tables.rules[number] = rule;
}

void RuleCompiler::CheckSizes() {
  constexpr std::size_t kItemsMax = 0x7fffffff;
  constexpr std::size_t kTermUsesMax = 100'000'000;
  const bool fits = context_.pool.fits() && context_.tables.items.size() <= kItemsMax &&
                    context_.terms.set_terms_count() <= kTermUsesMax;
  if (fits) return;
  context_.ReportIn(context_.packs.front().file, {}, "these packs are too large together",
                    "name what many rules share by let, or use fewer packs");
}

std::shared_ptr<const CompiledRules> RuleCompiler::Finish() {
  if (options_.before_together) options_.before_together();
  context_.terms.Finish(context_.tables);
  context_.pool.Finish(context_.tables);
  auto rules =
      std::make_shared<CompiledRules>(std::move(context_.tables), expressions_.TakeSources());
  absl::StatusOr<std::unique_ptr<PatternEngine>> engine =
      MakeEngine(rules->literals(), rules->regexes(), options_.engine);
  if (!engine.ok()) {
    context_.ReportIn(
        context_.packs.front().file, {},
        "the matcher can't build these rules: " + std::string(engine.status().message()), "");
    return nullptr;
  }
  rules->SetEngine(*std::move(engine));
  return rules;
}

}  // namespace

CompileOptions CompileOptionsFor(const FieldPointers& fields) {
  CompileOptions options;
  for (const FurtherField& field : fields.further) options.further_fields.push_back(field.name);
  return options;
}

std::shared_ptr<const CompiledRules> CompileRules(std::span<const RulePack> packs,
                                                  Diagnostics& diagnostics,
                                                  const CompileOptions& options) {
  return RuleCompiler(packs, diagnostics, options).Compile();
}

}  // namespace wiredesk

#include "stages/expression_compiler.h"

#include <algorithm>
#include <string>

#include "stages/folded_value.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;
using NodeKind = ProgramNode::Kind;

// Of an expression with its names written out: deeper than people write, and shallow enough for the
// evaluation's stack.
constexpr int kDepthMax = 100;

constexpr std::string_view kPlacesHelp =
    "write a term, a {set}, or NEAR, BEFORE, SENTENCE, PARAGRAPH or OUTSIDE of such";

bool AllHavePlaces(const std::vector<bool>& places) {
  return std::find(places.begin(), places.end(), false) == places.end();
}

constexpr std::pair<std::string_view, MetadataTest::Source> kMetadataSources[] = {
    {"source", MetadataTest::Source::kSource},
    {"lang", MetadataTest::Source::kLanguage},
    {"language", MetadataTest::Source::kLanguage},
    {"category", MetadataTest::Source::kCategory},
    {"id", MetadataTest::Source::kId},
};

}  // namespace

std::string_view NameOfKind(Kind kind) {
  switch (kind) {
    case Kind::kAnyOf:
      return "{...}";
    case Kind::kNear:
      return "NEAR";
    case Kind::kBefore:
      return "BEFORE";
    case Kind::kSentence:
      return "SENTENCE";
    case Kind::kParagraph:
      return "PARAGRAPH";
    case Kind::kOutside:
      return "OUTSIDE";
    case Kind::kOr:
      return "an \"or\"";
    case Kind::kAnd:
      return "an \"and\"";
    case Kind::kNot:
      return "a \"not\"";
    case Kind::kAtLeast:
      return "atleast";
    case Kind::kCount:
      return "count(...)";
    case Kind::kMetadata:
      return "a test of metadata";
    case Kind::kTopic:
      return "@topic";
    default:
      return "this";
  }
}

void ExpressionCompiler::BeginPack(std::uint32_t index) {
  pack_index_ = index;
  leaves_.BeginPack(pack());
  default_fields_ = pack().fields.empty() ? context_.fields.all() : 0;
  for (const std::string& name : pack().fields) {
    RuleNode node;
    node.text = name;
    const std::optional<FieldId> field = FindField(node);
    if (field) default_fields_ |= FieldMask{1} << *field;
  }
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::Fail(const RuleNode& node,
                                                           std::string message, std::string help) {
  context_.Report(pack(), node.position, std::move(message), std::move(help));
  return std::nullopt;
}

std::uint32_t ExpressionCompiler::Compile(const RuleNode& node, std::uint32_t owner) {
  owner_ = owner;
  const MaybeCompiled compiled = CompileNode(node, {default_fields_, false});
  return compiled ? AddNode(*compiled) : kNoIndex;
}

std::uint32_t ExpressionCompiler::CompilePlaces(const RuleNode& node, std::uint32_t owner) {
  const std::uint32_t root = Compile(node, owner);
  if (root == kNoIndex || HasPlaces(context_.tables.nodes[root])) return root;
  Fail(node, std::string(NameOfKind(node.kind)) + " has no places to score",
       std::string(kPlacesHelp));
  return kNoIndex;
}

std::uint32_t ExpressionCompiler::AddNode(const Compiled& compiled) {
  context_.tables.nodes.push_back(compiled.node);
  if (keep_sources_) sources_.push_back({compiled.source, pack_index_});
  return static_cast<std::uint32_t>(context_.tables.nodes.size() - 1);
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileNode(const RuleNode& node,
                                                                  const Place& place) {
  if (depth_ == kDepthMax) {
    return Fail(node, "this is nested too deep, with its names written out",
                "use fewer operators inside each other");
  }
  ++depth_;
  MaybeCompiled compiled = [&]() -> MaybeCompiled {
    if (leaves_.IsLeaf(node)) return CompileLeaf(node, place);
    switch (node.kind) {
      case Kind::kField:
        return CompileField(node, place);
      case Kind::kMacro:
        return CompileMacro(node, place);
      case Kind::kAnyOf:
        return WithChildren(node, NodeKind::kUnion, place, true);
      case Kind::kOr:
        return CompileOr(node, place);
      case Kind::kAnd:
        return WithChildren(node, NodeKind::kAnd, place, false);
      case Kind::kNot:
        return WithChildren(node, NodeKind::kNot, place, false);
      case Kind::kAtLeast:
        return CompileAtLeast(node, place);
      case Kind::kCount:
        return CompileCount(node, place);
      case Kind::kMetadata:
        return CompileMetadata(node, place);
      case Kind::kTopic:
        return CompileTopic(node, place);
      default:
        return CompilePair(node, place);
    }
  }();
  --depth_;
  if (compiled) compiled->source = &node;
  return compiled;
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileLeaf(const RuleNode& node,
                                                                  const Place& place) {
  if (!CheckFields(node, place.in_field)) return std::nullopt;
  const std::vector<std::uint32_t> sets = leaves_.Compile(node, place.fields);
  ProgramNode leaf = {};
  leaf.kind = NodeKind::kLeaf;
  leaf.count = static_cast<std::uint32_t>(sets.size());
  if (sets.size() == 1) {
    leaf.first = sets[0];
  } else {
    std::vector<std::uint32_t>& all = context_.tables.leaf_sets;
    leaf.first = static_cast<std::uint32_t>(all.size());
    all.insert(all.end(), sets.begin(), sets.end());
  }
  return Compiled{leaf};
}

std::optional<FieldId> ExpressionCompiler::FindField(const RuleNode& node) {
  const std::optional<FieldId> field = context_.fields.Find(node.text);
  if (!field) {
    Fail(node, "there is no field " + node.text,
         "use title, heading, body or lead; a further field of the article is named by the setting "
         "input.fields." +
             node.text);
  }
  if (field == kLeadField && context_.tables.looks_at_lead.empty()) {
    context_.tables.looks_at_lead.push_back(1);
  }
  return field;
}

// Whether every field in a leaf is known, and none inside another.
bool ExpressionCompiler::CheckFields(const RuleNode& node, bool in_field) {
  if (node.kind == Kind::kMacro || node.kind == Kind::kList) {
    const NamedNode* const let = leaves_.Find(node.text).let;
    if (let == nullptr) return true;
    // True while it is being looked at: what refers to itself is found to be too deep.
    const auto [found, is_new] = checked_fields_.try_emplace({let, in_field}, true);
    if (!is_new) return found->second;
    const bool is_right = CheckFields(let->node, in_field);
    return checked_fields_[{let, in_field}] = is_right;
  }
  if (node.kind == Kind::kField) {
    if (in_field) {
      Fail(node, "a field inside a field", "a place in the text is in one field only");
      return false;
    }
    if (!FindField(node)) return false;
    in_field = true;
  }
  return std::all_of(
      node.children.begin(), node.children.end(),
      [this, in_field](const RuleNode& child) { return CheckFields(child, in_field); });
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileField(const RuleNode& node,
                                                                   const Place& place) {
  if (place.in_field) {
    return Fail(node, "a field inside a field", "a place in the text is in one field only");
  }
  const std::optional<FieldId> field = FindField(node);
  if (!field || node.children.empty()) return std::nullopt;
  return CompileNode(node.children[0], {FieldMask{1} << *field, true});
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileMacro(const RuleNode& node,
                                                                   const Place& place) {
  const NamedNode* const let = leaves_.Find(node.text).let;
  if (let == nullptr) return Fail(node, "unknown name \"@" + node.text + "\"", "");
  const auto known = macros_.find({let, place.fields});
  if (known != macros_.end() && depth_ + known->second.depth <= kDepthMax) return known->second;
  const std::size_t topic_uses = topic_uses_.size();
  MaybeCompiled compiled = CompileNode(let->node, place);
  // One with an @topic is compiled each time, so that each use is known with the rule it is in.
  if (compiled && topic_uses == topic_uses_.size()) {
    macros_[{let, place.fields}] = *compiled;
  }
  return compiled;
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::WithChildren(const RuleNode& node,
                                                                   NodeKind kind,
                                                                   const Place& place,
                                                                   bool need_places) {
  std::vector<Compiled> children;
  bool is_right = !node.children.empty();
  for (const RuleNode& child : node.children) {
    const MaybeCompiled compiled = CompileNode(child, place);
    if (compiled && (!need_places || CheckPlaces(node, child, compiled->node))) {
      children.push_back(*compiled);
    } else {
      is_right = false;
    }
  }
  if (!is_right) return std::nullopt;
  Compiled parent = {};
  parent.node.kind = kind;
  parent.node.number = node.number;
  parent.node.comparison = node.comparison;
  parent.node.first = static_cast<std::uint32_t>(context_.tables.nodes.size());
  parent.node.count = static_cast<std::uint32_t>(children.size());
  for (const Compiled& child : children) {
    AddNode(child);
    parent.depth = std::max(parent.depth, child.depth + 1);
  }
  return parent;
}

bool ExpressionCompiler::CheckPlaces(const RuleNode& owner, const RuleNode& child,
                                     const ProgramNode& node) {
  if (HasPlaces(node)) return true;
  Fail(child,
       std::string(NameOfKind(child.kind)) + " has no places, which " +
           std::string(NameOfKind(owner.kind)) + " needs",
       std::string(kPlacesHelp));
  return false;
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileOr(const RuleNode& node,
                                                                const Place& place) {
  MaybeCompiled compiled = WithChildren(node, NodeKind::kOr, place, false);
  if (!compiled) return compiled;
  std::vector<bool> places;
  for (std::uint32_t i = 0; i < compiled->node.count; ++i) {
    places.push_back(HasPlaces(context_.tables.nodes[compiled->node.first + i]));
  }
  if (AllHavePlaces(places)) compiled->node.kind = NodeKind::kUnion;
  return compiled;
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompilePair(const RuleNode& node,
                                                                  const Place& place) {
  constexpr std::int32_t kGapMax = 50;
  static constexpr std::pair<Kind, NodeKind> kKinds[] = {{Kind::kNear, NodeKind::kNear},
                                                         {Kind::kBefore, NodeKind::kBefore},
                                                         {Kind::kSentence, NodeKind::kSentence},
                                                         {Kind::kParagraph, NodeKind::kParagraph},
                                                         {Kind::kOutside, NodeKind::kOutside}};
  const auto* const kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                        [&](const auto& pair) { return pair.first == node.kind; });
  if (kind == std::end(kKinds) || node.children.size() != 2) {
    return Fail(node, "this is not supported", "");
  }
  const bool has_number = node.kind == Kind::kNear || node.kind == Kind::kBefore;
  if (has_number && (node.number < 0 || node.number > kGapMax)) {
    return Fail(node, std::string(NameOfKind(node.kind)) + " takes a number from 0 to 50",
                "for places further apart use SENTENCE or PARAGRAPH");
  }
  return WithChildren(node, kind->second, place, true);
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileCount(const RuleNode& node,
                                                                   const Place& place) {
  const bool is_bound = node.comparison == RuleNode::Comparison::kAtLeast ||
                        node.comparison == RuleNode::Comparison::kAtMost;
  if (!is_bound || node.number < 0 || node.children.size() != 1) {
    return Fail(node, "count(...) is compared by >= or <= with a number from 0", "");
  }
  return WithChildren(node, NodeKind::kCount, place, true);
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileAtLeast(const RuleNode& node,
                                                                     const Place& place) {
  const auto members = static_cast<std::int64_t>(node.children.size());
  if (node.number < 1 || node.number > members) {
    return Fail(node, "atleast takes a number from 1 to the number of its members", "");
  }
  return WithChildren(node, NodeKind::kAtLeast, place, true);
}

std::optional<MetadataTest> ExpressionCompiler::MetadataTestOf(const RuleNode& node) {
  MetadataTest test = {};
  test.comparison = static_cast<std::uint32_t>(node.comparison);
  for (const auto& [name, source] : kMetadataSources) {
    if (name != node.text) continue;
    test.source = source;
    return test;
  }
  const std::optional<FieldId> field = context_.fields.Find(node.text);
  if (!field || *field == kLeadField || *field < kFieldCount) {
    Fail(node, "there is no metadata " + node.text,
         "use source, lang, category or id; a further field of the article is named by the setting "
         "input.fields." +
             node.text);
    return std::nullopt;
  }
  test.source = MetadataTest::Source::kField;
  test.field = *field;
  return test;
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileMetadata(const RuleNode& node,
                                                                      const Place& place) {
  using Comparison = RuleNode::Comparison;
  if (place.in_field) {
    return Fail(node, "a test of metadata inside a field", "put it outside of the field's scope");
  }
  std::optional<MetadataTest> test = MetadataTestOf(node);
  if (!test) return std::nullopt;
  const bool is_text =
      node.comparison == Comparison::kEqual || node.comparison == Comparison::kNotEqual;
  if (node.values.empty() || (!is_text && node.values.size() != 1)) {
    return Fail(node, "the test of " + node.text + " has no value", "");
  }
  test->first_value = static_cast<std::uint32_t>(context_.tables.metadata_values.size());
  test->value_count = static_cast<std::uint32_t>(node.values.size());
  std::string folded;
  for (const std::string& value : node.values) {
    FoldValue(value, folded);
    context_.tables.metadata_values.push_back(context_.pool.Add(folded));
  }
  if (!is_text) {
    const std::optional<double> number = NumberOf(node.values[0]);
    if (!number) {
      return Fail(node, "\"" + node.values[0] + "\" is not a number",
                  "<, <=, > and >= compare numbers");
    }
    test->number = *number;
  }
  ProgramNode compiled = {};
  compiled.kind = NodeKind::kMetadata;
  compiled.first = static_cast<std::uint32_t>(context_.tables.metadata_tests.size());
  context_.tables.metadata_tests.push_back(*test);
  return Compiled{compiled};
}

ExpressionCompiler::MaybeCompiled ExpressionCompiler::CompileTopic(const RuleNode& node,
                                                                   const Place& place) {
  if (place.in_field) {
    return Fail(node, "@topic inside a field", "put it outside of the field's scope");
  }
  ProgramNode compiled = {};
  compiled.kind = NodeKind::kTopic;
  compiled.first = static_cast<std::uint32_t>(topic_uses_.size());
  topic_uses_.push_back({&node, pack_index_, owner_});
  return Compiled{compiled};
}

}  // namespace wiredesk

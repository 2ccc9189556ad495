#include "stages/rule_compiler.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "config/check.h"
#include "stages/arena.h"
#include "stages/hyperscan.h"
#include "stages/inflections.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

// Part of every hash: to be raised when the same packs would tag differently.
constexpr std::string_view kSemanticsVersion = "1";

// FNV-1a, 64 bits, over parts with their lengths, so that no two lists of parts read the same.
class Hasher {
 public:
  void Add(std::string_view part) {
    AddNumber(part.size());
    for (char c : part) AddByte(static_cast<unsigned char>(c));
  }
  void AddNumber(std::uint64_t number) {
    for (int i = 0; i < 8; ++i) AddByte(static_cast<unsigned char>(number >> (8 * i)));
  }
  std::string Hex() const {
    std::string hex(16, '0');
    for (std::size_t i = 0; i < 16; ++i) {
      hex[i] = "0123456789abcdef"[(state_ >> (60 - 4 * i)) & 15];
    }
    return hex;
  }

 private:
  void AddByte(unsigned char byte) { state_ = (state_ ^ byte) * 0x100000001b3; }
  std::uint64_t state_ = 0xcbf29ce484222325;
};

// A term's text as tokens: folded, and as written.
struct TermTokens {
  std::vector<std::string> folded;
  std::vector<std::string> original;
};

// Reads terms as the canonicaliser reads articles.
class TermReader {
 public:
  TermTokens Read(std::string_view text, ApostropheMode mode) {
    std::string padded(text);
    padded.append(kPadding, '\0');
    tokeniser_.Begin(mode, nullptr);
    tokeniser_.AddPart({padded.data(), text.size()});
    TermTokens tokens;
    for (const Token& token : tokeniser_.tokens()) {
      const std::string_view rest = tokeniser_.canonical().substr(token.canonical);
      tokens.folded.emplace_back(rest.substr(0, rest.find(' ')));
      tokens.original.emplace_back(text.substr(token.start, token.end - token.start));
    }
    return tokens;
  }

  // The term as each kind of language would have it: l'Europe is "leurope" in English, "l europe"
  // in French, and the article's language decides which of them is in its text.
  std::vector<TermTokens> ReadAll(std::string_view text) {
    std::vector<TermTokens> all;
    for (ApostropheMode mode :
         {ApostropheMode::kEnglish, ApostropheMode::kSplit, ApostropheMode::kJoin}) {
      TermTokens tokens = Read(text, mode);
      const bool is_new = std::none_of(all.begin(), all.end(), [&tokens](const TermTokens& known) {
        return known.folded == tokens.folded && known.original == tokens.original;
      });
      if (is_new && !tokens.folded.empty()) all.push_back(std::move(tokens));
    }
    return all;
  }

 private:
  Tokeniser tokeniser_;
};

std::string CanonicalLiteral(const std::vector<std::string>& tokens) {
  std::string literal = " ";
  for (const std::string& token : tokens) literal.append(token).push_back(' ');
  return literal;
}

constexpr std::uint8_t kAllFields = (1u << kFieldCount) - 1;

}  // namespace

class RuleCompiler {
 public:
  RuleCompiler(std::span<const RulePack> packs, Diagnostics& diagnostics)
      : packs_(packs), diagnostics_(diagnostics), rules_(std::make_shared<CompiledRules>()) {}

  std::shared_ptr<const CompiledRules> Compile() {
    const std::size_t errors_before = diagnostics_.size();
    NumberTopics();
    for (const RulePack& pack : packs_) CompilePack(pack);
    if (diagnostics_.size() != errors_before && HasErrors(diagnostics_)) return nullptr;
    NumberTerms();
    if (!BuildEngine()) return nullptr;
    rules_->hash_ = Hash();
    return rules_;
  }

 private:
  // Before terms are numbered: what identifies one, and where it is used.
  struct Term {
    std::string literal;  // Empty for a regex.
    std::vector<std::string> exact;
    std::string regex;
    std::uint32_t token_count = 0;
    SourcePosition position;
    const RulePack* pack = nullptr;  // Of its first use, for errors.
    std::vector<TermUse> uses;
  };
  struct DeclaredTopic {
    const Topic* topic;
    const RulePack* pack;
  };
  struct Place {  // Where a term is being added.
    std::uint32_t item;
    std::uint8_t fields;
    const RulePack* pack;
  };

  void Report(const RulePack& pack, SourcePosition position, std::string message,
              std::string help) {
    diagnostics_.push_back({Diagnostic::Severity::kError,
                            pack.file,
                            position,
                            std::move(message),
                            std::move(help),
                            {}});
  }

  void NumberTopics();
  void AddParents(CompiledTopic& topic, const DeclaredTopic& declared);
  void CompilePack(const RulePack& pack);
  void AddNode(const RuleNode& node, const Place& place);
  void AddText(const RuleNode& node, const Place& place);
  void AddInflected(const RuleNode& node, const Place& place);
  void AddRegex(const RuleNode& node, const Place& place);
  std::uint32_t Shown(const std::string& text);
  Term& FindTerm(const std::string& key, const RuleNode& node, const Place& place);
  void AddLiteralTerm(const TermTokens& tokens, bool is_exact, const std::string& shown,
                      const RuleNode& node, const Place& place);
  void NumberTerms();
  void NumberTerm(Term& term);
  bool BuildEngine();
  std::string Hash() const;

  std::span<const RulePack> packs_;
  Diagnostics& diagnostics_;
  std::shared_ptr<CompiledRules> rules_;
  TermReader reader_;
  std::map<std::string, DeclaredTopic, std::less<>> declared_;
  absl::flat_hash_map<std::string, std::uint32_t> topic_numbers_;
  absl::flat_hash_map<std::string, std::size_t> term_numbers_;  // By key.
  absl::flat_hash_map<std::string, std::uint32_t> shown_numbers_;
  std::vector<Term> terms_;
  std::vector<std::string> regexes_;
};

void RuleCompiler::NumberTopics() {
  for (const RulePack& pack : packs_) {
    for (const Topic& topic : pack.topics) {
      const auto [found, is_new] = declared_.try_emplace(topic.id, DeclaredTopic{&topic, &pack});
      if (is_new || !topic.has_rule) continue;
      if (found->second.topic->has_rule) {
        Report(pack, topic.position, "topic " + topic.id + " has a rule already",
               "the first one is in " + found->second.pack->file + ", line " +
                   std::to_string(found->second.topic->position.line));
      }
      found->second = {&topic, &pack};
    }
  }
  for (const auto& [id, declared] : declared_) {
    if (!declared.topic->has_rule) continue;
    topic_numbers_[id] = static_cast<std::uint32_t>(rules_->topics_.size());
    CompiledTopic& compiled = rules_->topics_.emplace_back();
    compiled.id = id;
    compiled.label = declared.topic->label;
    compiled.pack = declared.pack->name;
    compiled.need = declared.topic->need;
    AddParents(compiled, declared);
  }
}

void RuleCompiler::AddParents(CompiledTopic& topic, const DeclaredTopic& declared) {
  std::set<std::string_view> seen = {topic.id};
  std::string_view parent = declared.topic->parent;
  while (!parent.empty()) {
    if (!seen.insert(parent).second) {
      Report(*declared.pack, declared.topic->position,
             "topic " + topic.id + " is among its own parents", "break the circle of parents");
      return;
    }
    topic.parents.emplace_back(parent);
    const auto found = declared_.find(parent);
    parent = found == declared_.end() ? std::string_view() : found->second.topic->parent;
  }
}

void RuleCompiler::CompilePack(const RulePack& pack) {
  std::array<std::int32_t, kFieldCount> boosts;
  boosts.fill(1);
  for (const FieldBoost& boost : pack.boosts) {
    const auto* field = std::find(std::begin(kFieldNames), std::end(kFieldNames), boost.field);
    if (field == std::end(kFieldNames)) {
      Report(pack, boost.position, "there is no field " + boost.field,
             "use title, heading or body");
      continue;
    }
    boosts[static_cast<std::size_t>(field - std::begin(kFieldNames))] = boost.factor;
  }
  for (const Topic& topic : pack.topics) {
    const auto declared = declared_.find(topic.id);
    if (!topic.has_rule || declared->second.topic != &topic) continue;
    for (const ScoreItem& score : topic.scores) {
      const auto item = static_cast<std::uint32_t>(rules_->items_.size());
      rules_->items_.push_back({topic_numbers_[topic.id], score.weight, score.hits_max, boosts});
      AddNode(score.term, {item, kAllFields, &pack});
    }
  }
}

void RuleCompiler::AddNode(const RuleNode& node, const Place& place) {
  switch (node.kind) {
    case RuleNode::Kind::kWord:
    case RuleNode::Kind::kPhrase:
    case RuleNode::Kind::kExact:
      return AddText(node, place);
    case RuleNode::Kind::kInflected:
      return AddInflected(node, place);
    case RuleNode::Kind::kRegex:
      return AddRegex(node, place);
    case RuleNode::Kind::kAnyOf:
      for (const RuleNode& child : node.children) AddNode(child, place);
      return;
    case RuleNode::Kind::kMacro:
      for (const NamedNode& named : place.pack->lets) {
        if (named.name == node.text) return AddNode(named.node, place);
      }
      return;
    default:
      return Report(*place.pack, node.position, "this is not supported", "");
    case RuleNode::Kind::kField: {
      const auto* field = std::find(std::begin(kFieldNames), std::end(kFieldNames), node.text);
      if (field == std::end(kFieldNames)) {
        return Report(*place.pack, node.position, "there is no field " + node.text,
                      "use title, heading or body");
      }
      Place inner = place;
      inner.fields &= static_cast<std::uint8_t>(1u << (field - std::begin(kFieldNames)));
      for (const RuleNode& child : node.children) AddNode(child, inner);
      return;
    }
  }
}

void RuleCompiler::AddText(const RuleNode& node, const Place& place) {
  const bool is_exact = node.kind == RuleNode::Kind::kExact;
  const std::vector<TermTokens> readings = reader_.ReadAll(node.text);
  if (readings.empty()) {
    return Report(*place.pack, node.position, "the term \"" + node.text + "\" holds no word",
                  "a term needs a letter, a digit or a currency sign");
  }
  for (const TermTokens& tokens : readings) {
    AddLiteralTerm(tokens, is_exact, (is_exact ? "=" : "") + node.text, node, place);
  }
}

void RuleCompiler::AddInflected(const RuleNode& node, const Place& place) {
  const auto languages = InflectedLanguages();
  const std::string& language = place.pack->language;
  if (std::find(languages.begin(), languages.end(), language) == languages.end()) {
    std::string known;
    for (std::string_view name : languages) known.append(known.empty() ? "" : ", ").append(name);
    return Report(*place.pack, node.position,
                  "word~ is not supported for packs of language " + language,
                  "list the forms as {a b c}; inflections are known for: " + known);
  }
  const std::vector<TermTokens> readings = reader_.ReadAll(node.text);
  if (readings.empty()) {
    return Report(*place.pack, node.position, "the term \"" + node.text + "~\" holds no word",
                  "a term needs a letter or a digit");
  }
  for (TermTokens tokens : readings) {
    // Of several words (cyber-attack~) the last is inflected.
    for (const std::string& form : Inflections(tokens.folded.back(), language)) {
      tokens.folded.back() = form;
      AddLiteralTerm(tokens, false, node.text + "~", node, place);
    }
  }
}

void RuleCompiler::AddRegex(const RuleNode& node, const Place& place) {
  Term& term = FindTerm("/" + node.text, node, place);
  const bool is_new = term.regex.empty();
  term.regex = node.text;
  term.uses.push_back({place.item, Shown("/" + node.text + "/"), place.fields});
  if (!is_new) return;
  // One by one, so that an error is known to be this regex's.
  const absl::StatusOr<HyperscanDatabase> compiled = CompileRegexes(std::span(&node.text, 1));
  if (!compiled.ok()) {
    Report(*place.pack, node.position,
           "the matcher refuses /" + node.text + "/: " + std::string(compiled.status().message()),
           "write it shorter or as several terms");
  }
}

std::uint32_t RuleCompiler::Shown(const std::string& text) {
  const auto [found, is_new] =
      shown_numbers_.try_emplace(text, static_cast<std::uint32_t>(rules_->shown_.size()));
  if (is_new) rules_->shown_.push_back(text);
  return found->second;
}

RuleCompiler::Term& RuleCompiler::FindTerm(const std::string& key, const RuleNode& node,
                                           const Place& place) {
  const auto [found, is_new] = term_numbers_.try_emplace(key, terms_.size());
  if (is_new) {
    Term& term = terms_.emplace_back();
    term.position = node.position;
    term.pack = place.pack;
  }
  return terms_[found->second];
}

void RuleCompiler::AddLiteralTerm(const TermTokens& tokens, bool is_exact, const std::string& shown,
                                  const RuleNode& node, const Place& place) {
  const std::string literal = CanonicalLiteral(tokens.folded);
  std::string key = literal;
  if (is_exact) {
    for (const std::string& original : tokens.original) key.append("=").append(original);
  }
  Term& term = FindTerm(key, node, place);
  term.literal = literal;
  term.token_count = static_cast<std::uint32_t>(tokens.folded.size());
  if (is_exact) term.exact = tokens.original;
  const TermUse use = {place.item, Shown(shown), place.fields};
  const bool is_known =
      std::any_of(term.uses.begin(), term.uses.end(), [&use](const TermUse& known) {
        return known.item == use.item && known.fields == use.fields;
      });
  if (!is_known) term.uses.push_back(use);
}

// Literal terms first, in order of their literals, then regexes: the order that CompiledRules
// tells.
void RuleCompiler::NumberTerms() {
  std::sort(terms_.begin(), terms_.end(), [](const Term& a, const Term& b) {
    if (a.regex.empty() != b.regex.empty()) return a.regex.empty();
    return std::tie(a.literal, a.exact, a.regex) < std::tie(b.literal, b.exact, b.regex);
  });
  const auto first_regex = std::partition_point(
      terms_.begin(), terms_.end(), [](const Term& term) { return term.regex.empty(); });
  rules_->first_regex_term_ = static_cast<std::uint32_t>(first_regex - terms_.begin());
  for (Term& term : terms_) NumberTerm(term);
  rules_->use_starts_.push_back(static_cast<std::uint32_t>(rules_->uses_.size()));
}

void RuleCompiler::NumberTerm(Term& term) {
  const auto number = static_cast<std::uint32_t>(rules_->exact_.size());
  rules_->exact_.push_back(term.exact);
  rules_->use_starts_.push_back(static_cast<std::uint32_t>(rules_->uses_.size()));
  rules_->uses_.insert(rules_->uses_.end(), term.uses.begin(), term.uses.end());
  if (!term.regex.empty()) {
    regexes_.push_back(term.regex);
    return;
  }
  if (rules_->literals_.empty() || rules_->literals_.back().text != term.literal) {
    rules_->literals_.push_back({term.literal, term.token_count, false});
    rules_->literal_terms_.push_back({number, 0, false});
  }
  CompiledLiteral& literal = rules_->literal_terms_.back();
  ++literal.term_count;
  literal.has_exact |= !term.exact.empty();
}

bool RuleCompiler::BuildEngine() {
  absl::StatusOr<HyperscanDatabase> literals = CompileLiterals(rules_->literals_);
  absl::StatusOr<HyperscanDatabase> regexes = CompileRegexes(regexes_);
  for (const absl::Status& status : {literals.status(), regexes.status()}) {
    if (status.ok()) continue;
    Report(packs_.front(), {},
           "the matcher can't build these rules: " + std::string(status.message()), "");
    return false;
  }
  rules_->engine_ = std::make_unique<HyperscanEngine>(rules_->literals_, *std::move(literals),
                                                      *std::move(regexes));
  return true;
}

std::string RuleCompiler::Hash() const {
  Hasher hasher;
  hasher.Add(kSemanticsVersion);
  hasher.Add(U_UNICODE_VERSION);
  for (const RulePack& pack : packs_) {
    for (std::string_view part : {std::string_view(pack.name), std::string_view(pack.version),
                                  std::string_view(pack.language)}) {
      hasher.Add(part);
    }
  }
  for (const CompiledTopic& topic : rules_->topics_) {
    for (std::string_view part : {std::string_view(topic.id), std::string_view(topic.label),
                                  std::string_view(topic.pack)}) {
      hasher.Add(part);
    }
    for (const std::string& parent : topic.parents) hasher.Add(parent);
    hasher.AddNumber(static_cast<std::uint64_t>(topic.need));
  }
  for (const CompiledItem& item : rules_->items_) {
    hasher.AddNumber(item.topic);
    hasher.AddNumber(static_cast<std::uint64_t>(item.weight));
    hasher.AddNumber(static_cast<std::uint64_t>(item.hits_max));
    for (std::int32_t boost : item.boosts) hasher.AddNumber(static_cast<std::uint64_t>(boost));
  }
  for (const Term& term : terms_) {
    hasher.Add(term.literal);
    hasher.Add(term.regex);
    hasher.AddNumber(term.exact.size());
    for (const std::string& token : term.exact) hasher.Add(token);
    for (const TermUse& use : term.uses) {
      hasher.AddNumber(use.item);
      hasher.Add(rules_->shown_[use.shown]);
      hasher.AddNumber(use.fields);
    }
  }
  return hasher.Hex();
}

std::shared_ptr<const CompiledRules> CompileRules(std::span<const RulePack> packs,
                                                  Diagnostics& diagnostics) {
  return RuleCompiler(packs, diagnostics).Compile();
}

}  // namespace wiredesk

#include "stages/leaf_compiler.h"

#include <algorithm>
#include <string>

#include "stages/hyperscan.h"
#include "stages/inflections.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;

// A named set of so few terms is copied where it is used among others; a larger one is referred to.
constexpr std::size_t kCopiedTermsMax = 16;
// A phrase with that many readings at most becomes literals, which cost nothing to put together.
constexpr std::size_t kLiteralReadingsMax = 64;
constexpr std::size_t kPhraseReadingsMax = 64;
// Deeper than any parser lets names and sets nest.
constexpr int kDepthMax = 200;

std::string ShownOf(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kExact:
      return "=" + node.text;
    case Kind::kInflected:
      return node.text + "~";
    case Kind::kPrefix:
      return node.text + "*";
    case Kind::kRegex:
      return "/" + node.text + "/";
    default:
      return node.text;
  }
}

// " a b " and " c " in a row.
void Append(std::string& text, std::string_view more) {
  text.append(text.empty() ? more : more.substr(1));
}

}  // namespace

void LeafCompiler::BeginPack(const RulePack& pack) {
  pack_ = &pack;
  names_.clear();
  for (const TermList& list : pack.lists) names_.try_emplace(list.name, Named{nullptr, &list});
  for (const NamedNode& let : pack.lets) names_.try_emplace(let.name, Named{&let, nullptr});
}

LeafCompiler::Named LeafCompiler::Find(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? Named{} : found->second;
}

bool LeafCompiler::IsLeaf(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kAnyOf:
    case Kind::kOr:
    case Kind::kField:
      return std::all_of(node.children.begin(), node.children.end(),
                         [this](const RuleNode& child) { return IsLeaf(child); });
    case Kind::kMacro:
    case Kind::kList: {
      const Named named = Find(node.text);
      if (named.let == nullptr) return true;
      // False for what refers to itself, which then is found to be too deep.
      const auto [found, is_new] = leaf_lets_.try_emplace(named.let, false);
      if (!is_new) return found->second;
      const bool is_leaf = IsLeaf(named.let->node);
      return leaf_lets_[named.let] = is_leaf;
    }
    default:
      return node.kind <= Kind::kRegex;
  }
}

std::vector<std::uint32_t> LeafCompiler::Compile(const RuleNode& node, FieldMask fields) {
  Leaf leaf;
  Add(node, fields, leaf);
  return Finish(leaf);
}

std::vector<std::uint32_t> LeafCompiler::Finish(Leaf& leaf) {
  if (!leaf.terms.empty()) leaf.sets.push_back(context_.terms.AddSet(leaf.terms));
  std::sort(leaf.sets.begin(), leaf.sets.end());
  leaf.sets.erase(std::unique(leaf.sets.begin(), leaf.sets.end()), leaf.sets.end());
  return std::move(leaf.sets);
}

void LeafCompiler::Add(const RuleNode& node, FieldMask fields, Leaf& leaf) {
  if (depth_ == kDepthMax) {
    return context_.Report(*pack_, node.position, "this is nested too deep",
                           "use fewer sets and names inside each other");
  }
  ++depth_;
  switch (node.kind) {
    case Kind::kWord:
    case Kind::kExact:
      AddText(node, fields, leaf);
      break;
    case Kind::kPhrase:
      if (node.children.empty()) {
        AddText(node, fields, leaf);
      } else {
        AddVariants(node, fields, leaf);
      }
      break;
    case Kind::kInflected:
    case Kind::kPrefix:
      AddVariants(node, fields, leaf);
      break;
    case Kind::kRegex:
      AddRegex(node, fields, leaf);
      break;
    case Kind::kMacro:
    case Kind::kList:
      AddNamed(node, fields, leaf);
      break;
    case Kind::kField:
      // The caller has found the field, and that it is not inside another.
      if (const auto field = context_.fields.Find(node.text)) fields = FieldMask{1} << *field;
      [[fallthrough]];
    default:
      for (const RuleNode& child : node.children) Add(child, fields, leaf);
  }
  --depth_;
}

void LeafCompiler::AddNamed(const RuleNode& node, FieldMask fields, Leaf& leaf) {
  const Named named = Find(node.text);
  if (named.let == nullptr && named.list == nullptr) {
    return context_.Report(*pack_, node.position, "unknown name \"@" + node.text + "\"", "");
  }
  const void* const what = named.let != nullptr ? static_cast<const void*>(named.let) : named.list;
  const auto known = expanded_.find(NameKey(what, fields));
  if (known != expanded_.end()) return AddSets(known->second, leaf);
  std::vector<std::uint32_t> sets;
  if (named.let != nullptr) {
    Leaf inner;
    Add(named.let->node, fields, inner);
    sets = Finish(inner);
  } else {
    sets = {CompileList(*named.list, fields)};
  }
  AddSets(sets, leaf);
  expanded_.emplace(NameKey(what, fields), std::move(sets));
}

void LeafCompiler::AddSets(std::span<const std::uint32_t> sets, Leaf& leaf) const {
  std::size_t count = 0;
  for (const std::uint32_t set : sets) count += context_.terms.terms(set).size();
  if (count > kCopiedTermsMax) {
    leaf.sets.insert(leaf.sets.end(), sets.begin(), sets.end());
    return;
  }
  for (const std::uint32_t set : sets) {
    const std::span<const SetTerm> terms = context_.terms.terms(set);
    leaf.terms.insert(leaf.terms.end(), terms.begin(), terms.end());
  }
}

std::uint32_t LeafCompiler::CompileList(const TermList& list, FieldMask fields) {
  std::vector<SetTerm> terms;
  terms.reserve(list.entries.size());
  for (const TermList::Entry& entry : list.entries) {
    const std::vector<TermReading>& readings =
        reader_.ReadAll(entry.text, pack_->fold_accents && !entry.is_exact);
    if (readings.empty()) {
      context_.ReportIn(list.file, {entry.line, 1, 1},
                        "the term \"" + entry.text + "\" holds no word",
                        "a term needs a letter, a digit or a currency sign");
      continue;
    }
    const TextId shown = context_.pool.Add((entry.is_exact ? "=" : "") + entry.text);
    for (const TermReading& reading : readings) {
      const std::uint32_t literal =
          context_.terms.AddLiteral(reading.canonical, reading.token_count, false);
      const std::uint32_t term = entry.is_exact
                                     ? context_.terms.ExactTerm(literal, reading.originals)
                                     : context_.terms.PlainTerm(literal);
      terms.push_back({term, shown, fields, entry.weight});
    }
  }
  return context_.terms.AddSet(terms);
}

void LeafCompiler::NoWord(const RuleNode& node) {
  context_.Report(*pack_, node.position, "the term \"" + ShownOf(node) + "\" holds no word",
                  "a term needs a letter, a digit or a currency sign");
}

void LeafCompiler::AddText(const RuleNode& node, FieldMask fields, Leaf& leaf) {
  const bool is_exact = node.kind == Kind::kExact;
  const std::vector<TermReading>& readings =
      reader_.ReadAll(node.text, pack_->fold_accents && !is_exact);
  if (readings.empty()) return NoWord(node);
  const TextId shown = context_.pool.Add(ShownOf(node));
  for (const TermReading& reading : readings) {
    const std::uint32_t literal =
        context_.terms.AddLiteral(reading.canonical, reading.token_count, false);
    const std::uint32_t term = is_exact ? context_.terms.ExactTerm(literal, reading.originals)
                                        : context_.terms.PlainTerm(literal);
    leaf.terms.push_back({term, shown, fields, 1});
  }
}

void LeafCompiler::AddRegex(const RuleNode& node, FieldMask fields, Leaf& leaf) {
  bool is_new = false;
  const std::uint32_t term = context_.terms.RegexTerm(node.text, is_new);
  leaf.terms.push_back({term, context_.pool.Add(ShownOf(node)), fields, 1});
  if (!is_new) return;
  if (context_.options.before_regex) context_.options.before_regex(*pack_, node);
  // One by one, so that an error is known to be this regex's.
  const absl::StatusOr<HyperscanDatabase> compiled = CompileRegexes(std::span(&node.text, 1));
  if (compiled.ok()) return;
  context_.Report(
      *pack_, node.position,
      "the matcher refuses /" + node.text + "/: " + std::string(compiled.status().message()),
      "write it shorter or as several terms");
}

void LeafCompiler::AddVariants(const RuleNode& node, FieldMask fields, Leaf& leaf) {
  std::vector<Variants> words;
  if (node.kind == Kind::kPhrase) {
    for (const RuleNode& child : node.children) words.push_back(VariantsOf(child));
  } else {
    words.push_back(VariantsOf(node));
  }
  // What is wrong has been reported.
  for (const Variants& variants : words) {
    if (variants.empty()) return;
  }
  AddPhrases(words, node, fields, leaf);
}

LeafCompiler::Variants LeafCompiler::VariantsOf(const RuleNode& node) {
  if (node.kind == Kind::kPrefix) return PrefixVariants(node);
  if (node.kind == Kind::kInflected) return InflectedVariants(node);
  Variants variants;
  for (const TermReading& reading : reader_.ReadAll(node.text, pack_->fold_accents)) {
    variants.push_back({{reading.canonical, reading.token_count, false}});
  }
  if (variants.empty()) NoWord(node);
  return variants;
}

// Of several words (e-mail*) the last is the beginning of one.
LeafCompiler::Variants LeafCompiler::PrefixVariants(const RuleNode& node) {
  Variants variants;
  for (const TermReading& reading : reader_.ReadAll(node.text, pack_->fold_accents)) {
    const std::string_view last = reading.LastWord();
    if (CountCodePoints(last) < kPrefixLettersMin) {
      context_.Report(*pack_, node.position, "the wildcard \"" + ShownOf(node) + "\" is too short",
                      "it needs 4 letters before the \"*\"; list the words as {a b c}");
      return {};
    }
    Variant& variant = variants.emplace_back();
    if (reading.token_count > 1) {
      variant.push_back({reading.canonical.substr(0, reading.canonical.size() - last.size() - 1),
                         reading.token_count - 1, false});
    }
    variant.push_back({" " + std::string(last), 1, true});
  }
  if (variants.empty()) NoWord(node);
  return variants;
}

// Of several words (cyber-attack~) the last is inflected.
LeafCompiler::Variants LeafCompiler::InflectedVariants(const RuleNode& node) {
  const auto languages = InflectedLanguages();
  if (std::find(languages.begin(), languages.end(), pack_->language) == languages.end()) {
    std::string known;
    for (std::string_view name : languages) known.append(known.empty() ? "" : ", ").append(name);
    context_.Report(*pack_, node.position,
                    "word~ is not supported for packs of language " + pack_->language,
                    "list the forms as {a b c}; inflections are known for: " + known);
    return {};
  }
  Variants variants;
  const auto add = [&variants](std::string text, std::uint32_t token_count) {
    const bool is_known =
        std::any_of(variants.begin(), variants.end(),
                    [&text](const Variant& variant) { return variant[0].text == text; });
    if (!is_known) variants.push_back({{std::move(text), token_count, false}});
  };
  for (const TermReading& reading : reader_.ReadAll(node.text, false)) {
    const std::string_view last = reading.LastWord();
    const std::string before =
        reading.canonical.substr(0, reading.canonical.size() - last.size() - 1);
    for (const std::string& form : Inflections(last, pack_->language)) {
      const std::string text = before + form + " ";
      add(text, reading.token_count);
      if (pack_->fold_accents) add(WithoutAccents(text), reading.token_count);
    }
  }
  if (variants.empty()) NoWord(node);
  return variants;
}

// Where a word has readings of several pieces, each reading becomes a phrase of its own.
void LeafCompiler::AddPhrases(const std::vector<Variants>& words, const RuleNode& node,
                              FieldMask fields, Leaf& leaf) {
  std::size_t readings = 1;
  std::size_t split_readings = 1;
  bool has_prefix = false;
  const Variants* split = nullptr;
  for (const Variants& variants : words) {
    readings = std::min(readings * variants.size(), std::size_t{1} << 20);
    for (const Variant& variant : variants) {
      has_prefix |= variant.back().is_prefix;
      if (variant.size() > 1 && variants.size() > 1) split = &variants;
    }
    if (split == &variants) split_readings *= variants.size();
    if (split_readings > kPhraseReadingsMax) {
      return context_.Report(*pack_, node.position, "this phrase can be read in too many ways",
                             "write it as several phrases");
    }
  }
  if (split != nullptr) {
    std::vector<Variants> one = words;
    for (const Variant& variant : *split) {
      one[static_cast<std::size_t>(split - words.data())] = {variant};
      AddPhrases(one, node, fields, leaf);
    }
    return;
  }
  const SetTerm use = {0, context_.pool.Add(ShownOf(node)), fields, 1};
  const bool is_one_word = words.size() == 1 && words[0][0].size() == 1;
  if (is_one_word || (!has_prefix && readings <= kLiteralReadingsMax)) {
    AddLiterals(words, use, leaf);
  } else {
    AddPhrase(words, use, leaf);
  }
}

// Every combination is a literal.
void LeafCompiler::AddLiterals(const std::vector<Variants>& words, const SetTerm& use, Leaf& leaf) {
  std::vector<std::size_t> chosen(words.size(), 0);
  for (bool more = true; more;) {
    Piece whole = {"", 0, false};
    for (std::size_t i = 0; i < words.size(); ++i) {
      const Piece& piece = words[i][chosen[i]][0];
      Append(whole.text, piece.text);
      whole.token_count += piece.token_count;
      whole.is_prefix = piece.is_prefix;
    }
    SetTerm term = use;
    term.term = context_.terms.PlainTerm(
        context_.terms.AddLiteral(whole.text, whole.token_count, whole.is_prefix));
    leaf.terms.push_back(term);
    std::size_t i = 0;
    while (i < words.size() && ++chosen[i] == words[i].size()) chosen[i++] = 0;
    more = i < words.size();
  }
}

void LeafCompiler::AddPhrase(const std::vector<Variants>& words, const SetTerm& use, Leaf& leaf) {
  std::vector<std::vector<Piece>> places;  // The choice at each.
  bool may_append = false;                 // The last place is whole words without a choice.
  for (const Variants& variants : words) {
    if (variants.size() > 1) {
      std::vector<Piece>& place = places.emplace_back();
      for (const Variant& variant : variants) place.push_back(variant[0]);
      may_append = false;
      continue;
    }
    for (const Piece& piece : variants[0]) {
      if (may_append && !piece.is_prefix) {
        Append(places.back()[0].text, piece.text);
        places.back()[0].token_count += piece.token_count;
      } else {
        places.push_back({piece});
        may_append = !piece.is_prefix;
      }
    }
  }
  std::vector<std::vector<std::uint32_t>> literals;
  for (const std::vector<Piece>& place : places) {
    std::vector<std::uint32_t>& choice = literals.emplace_back();
    for (const Piece& piece : place) {
      choice.push_back(context_.terms.AddLiteral(piece.text, piece.token_count, piece.is_prefix));
    }
  }
  SetTerm term = use;
  term.term = context_.terms.PhraseTerm(literals);
  leaf.terms.push_back(term);
}

}  // namespace wiredesk

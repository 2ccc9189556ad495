#include "tests/random_rules.h"

#include <algorithm>
#include <iterator>

#include "stages/inflections.h"
#include "tests/fast_path.h"
#include "tests/rule_nodes.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;
using Comparison = RuleNode::Comparison;

constexpr std::string_view kRegexes[] = {"chapter (7|11)",
                                         "bank[a-z]*",
                                         "tax(es|ed|ation)?",
                                         "(new )?york",
                                         "file.{0,6}court",
                                         "\\w*bank",
                                         "[a-z]{1,3}ourt",
                                         "e mail",
                                         "court.{0,5}",
                                         ".{0,5}court",
                                         "acme \\w{1,9} ",
                                         " new york ",
                                         "(the |new )?bank",
                                         "1,000",
                                         "[^0-9]tax",
                                         "bank|tax|file",
                                         "中 国",
                                         "(bank ){1,2}",
                                         "york( new york)?",
                                         "fil\\w+",
                                         "court house",
                                         "taxation",
                                         "chapter \\d+",
                                         "anti tax",
                                         "snake_\\w*",
                                         "new (york|bank)",
                                         "bankrupt",
                                         "e mail(s|ed)?",
                                         "acme (bank|court)",
                                         "filing|filed",
                                         "(us )?court",
                                         "york. tax"};

constexpr std::string_view kPrefixes[] = {"bank",   "taxa", "file",  "e-mail",    "cour",
                                          "Strass", "chap", "BANKR", "anti-taxa", "snake"};

constexpr std::string_view kFieldNamesOnce[] = {"title", "heading", "body", "lead", kFurtherField};
// The body more often.
constexpr std::string_view kFields[] = {"title", "heading", "body", "lead", "body", kFurtherField};

// Makes one pack. What stands inside a field may hold no other field, metadata or topic.
class PackMaker {
 public:
  PackMaker(Random& random, std::vector<std::string>& topics) : random_(random), topics_(topics) {}

  RulePack Make(std::size_t number) {
    constexpr std::string_view kLanguages[] = {"en", "en", "any", "de", "fr"};
    pack_ = Pack({});
    pack_.language = Pick(random_, kLanguages);
    pack_.name = "pack" + std::to_string(number);
    pack_.file = pack_.name + ".rules";
    const auto inflected = InflectedLanguages();
    inflects_ = std::find(inflected.begin(), inflected.end(), pack_.language) != inflected.end();
    pack_.fold_accents = Chance(random_, 15);
    AddBoosts();
    AddLists();
    AddLets();
    if (Chance(random_, 25)) pack_.fields = RandomFields();
    if (Chance(random_, 25)) pack_.excludes.push_back(Anchored(Logic(1, false)));
    const std::size_t count = 2 + Below(random_, 6);
    for (std::size_t i = 0; i < count; ++i) AddTopic(number, i);
    if (Chance(random_, 1)) AddManyRegexes(number);
    // References lead to rules before and behind.
    std::shuffle(pack_.topics.begin(), pack_.topics.end(), random_);
    return pack_;
  }

 private:
  struct Macro {
    std::string name;
    bool has_places;
    bool is_plain;  // Holds nothing that may not stand in a field.
  };

  // From `least` to `most`, mostly; now and then the greatest there may be.
  int Number(int least, int most, int greatest) {
    if (Chance(random_, 2)) return greatest;
    return least + static_cast<int>(Below(random_, static_cast<std::size_t>(most - least + 1)));
  }

  std::vector<std::string> RandomFields() {
    std::vector<std::string> fields;
    for (std::string_view field : kFieldNamesOnce) {
      if (Chance(random_, 50)) fields.emplace_back(field);
    }
    return fields;
  }

  void AddBoosts() {
    for (std::string_view field : kFieldNamesOnce) {
      if (Chance(random_, 40)) {
        pack_.boosts.push_back({std::string(field), Number(0, 3, 100), {}});
      }
    }
  }

  void AddLists() {
    for (std::size_t i = Below(random_, 3); i > 0; --i) {
      TermList list;
      list.name = "list" + std::to_string(i);
      list.path = list.file = list.name + ".tsv";
      for (std::size_t j = 1 + Below(random_, 6); j > 0; --j) {
        list.entries.push_back(
            {RandomText(), Number(1, 3, 1'000'000), Chance(random_, 25), static_cast<int>(j)});
      }
      pack_.lists.push_back(list);
    }
  }

  void AddLets() {
    for (std::size_t i = Below(random_, 5); i > 0; --i) {
      const bool has_places = Chance(random_, 70);
      const bool is_plain = Chance(random_, 70);
      const std::string name = "let" + std::to_string(i);
      RuleNode node = has_places ? Places(2, is_plain) : Logic(2, is_plain);
      pack_.lets.push_back({name, std::move(node), {}});
      macros_.push_back({name, has_places, is_plain});
    }
  }

  void AddTopic(std::size_t pack, std::size_t index) {
    Topic topic = MakeTopic("t" + std::to_string(Below(random_, 10)) + "." + std::to_string(pack) +
                                "." + std::to_string(index),
                            {});
    topic.has_rule = true;
    const bool has_when = Chance(random_, 65);
    const std::size_t entries = has_when && Chance(random_, 60) ? 0 : 1 + Below(random_, 4);
    for (std::size_t i = 0; i < entries; ++i) {
      const int weight = Number(1, 5, 1'000'000);
      const bool is_against = i > 0 && Chance(random_, 30);
      topic.scores.push_back(
          Item(is_against ? -weight : weight, Places(2, false), Number(1, 3, 1000)));
    }
    if (entries > 0) topic.need = Number(1, 8, 1'000'000'000);
    if (has_when) topic.when = Anchored(Logic(3, false));
    if (Chance(random_, 10)) topic.state = TopicState::kShadow;
    if (Chance(random_, 5)) topic.state = TopicState::kDraft;
    if (Chance(random_, 15)) topic.emit.hits_max = static_cast<int>(Below(random_, 4));
    if (Chance(random_, 15)) topic.emit.snippet_bytes = static_cast<int>(1 + Below(random_, 30));
    if (topic.state != TopicState::kDraft) topics_.push_back(topic.id);
    pack_.topics.push_back(std::move(topic));
  }

  // So many that each is only looked for where there is what it requires.
  void AddManyRegexes(std::size_t number) {
    std::vector<RuleNode> all;
    for (std::string_view regex : kRegexes) all.push_back(Regex(std::string(regex)));
    pack_.topics.push_back(
        MakeTopic("regexes" + std::to_string(number), {Item(1, AnyOf(std::move(all)), 9)}));
  }

  // The text of a word or a phrase.
  std::string RandomText() {
    std::string text = Respell(random_, RandomWord(random_));
    while (Chance(random_, 25)) text += " " + Respell(random_, RandomWord(random_));
    return text;
  }

  std::string PrefixText() { return Respell(random_, Pick(random_, kPrefixes)); }

  RuleNode PhraseOfParts() {
    std::vector<RuleNode> parts;
    std::string text;
    for (std::size_t i = 2 + Below(random_, 2); i > 0; --i) {
      const std::size_t kind = Below(random_, 3);
      RuleNode part = Word(std::string(RandomWord(random_)));
      if (part.text.find(' ') != std::string::npos) part.text = "tax";
      if (kind == 0) part = Prefix(std::string(Pick(random_, kPrefixes)));
      if (kind == 1 && inflects_) part.kind = Kind::kInflected;
      text += text.empty() ? "" : " ";
      text += part.text;
      if (part.kind == Kind::kPrefix) text += '*';
      if (part.kind == Kind::kInflected) text += '~';
      parts.push_back(std::move(part));
    }
    const bool is_plain = std::all_of(
        parts.begin(), parts.end(), [](const RuleNode& part) { return part.kind == Kind::kWord; });
    if (is_plain) parts.clear();
    return Mixed(text, std::move(parts));
  }

  RuleNode Term() {
    switch (Below(random_, 20)) {
      case 0:
      case 1:
        return Phrase(RandomText());
      case 2:
      case 3:
        return Exact(RandomText());
      case 4:
      case 5:
        return Prefix(PrefixText());
      case 6:
      case 7:
      case 8:
        if (inflects_) return Inflected(std::string(RandomWord(random_)));
        return Word(RandomText());
      case 9:
        if (Chance(random_, 40)) return Regex(std::string(Pick(random_, kRegexes)));
        return PhraseOfParts();
      case 10:
        return PhraseOfParts();
      default:
        return Word(std::string(RandomWord(random_)));
    }
  }

  std::vector<RuleNode> Many(std::size_t depth, bool in_field, std::size_t most) {
    std::vector<RuleNode> nodes;
    for (std::size_t i = 1 + Below(random_, most); i > 0; --i) {
      nodes.push_back(Places(depth, in_field));
    }
    return nodes;
  }

  // A name that may stand here, or a word where there is none.
  RuleNode AnyName(bool has_places, bool in_field) {
    std::vector<const Macro*> fitting;
    for (const Macro& macro : macros_) {
      if ((macro.has_places || !has_places) && (macro.is_plain || !in_field)) {
        fitting.push_back(&macro);
      }
    }
    if (fitting.empty()) return Word(std::string(RandomWord(random_)));
    return Named(Pick(random_, fitting)->name);
  }

  RuleNode PairOf(std::size_t depth, bool in_field) {
    constexpr Kind kPairs[] = {Kind::kNear,     Kind::kNear,      Kind::kBefore,
                               Kind::kSentence, Kind::kParagraph, Kind::kOutside};
    const Kind kind = Pick(random_, kPairs);
    const bool has_number = kind == Kind::kNear || kind == Kind::kBefore;
    const int number = has_number ? Number(0, 6, 50) : 0;
    // Covers that never cover would say little.
    if (kind == Kind::kOutside && Chance(random_, 50)) {
      const std::string word(RandomWord(random_));
      return Outside(Word(word), Near(2, Word(word), Places(depth, in_field)));
    }
    RuleNode x = Places(depth, in_field);
    return Numbered(kind, number, {std::move(x), Places(depth, in_field)});
  }

  // An expression that has places.
  RuleNode Places(std::size_t depth, bool in_field) {
    const std::size_t choice = Below(random_, depth == 0 ? 50 : 100);
    if (choice < 40) return Term();
    if (choice < 46) return AnyName(true, in_field);
    if (choice < 50) return pack_.lists.empty() ? Term() : List(Pick(random_, pack_.lists).name);
    if (choice < 65) return AnyOf(Many(depth - 1, in_field, 4));
    if (choice < 85) return PairOf(depth - 1, in_field);
    if (choice < 92) return Or({Places(depth - 1, in_field), Places(depth - 1, in_field)});
    if (in_field) return Term();
    return In(std::string(Pick(random_, kFields)), Places(depth - 1, true));
  }

  RuleNode MetadataTest() {
    constexpr Comparison kAll[] = {Comparison::kEqual,   Comparison::kNotEqual,
                                   Comparison::kLess,    Comparison::kAtMost,
                                   Comparison::kGreater, Comparison::kAtLeast};
    const Comparison equality = Chance(random_, 50) ? Comparison::kEqual : Comparison::kNotEqual;
    switch (Below(random_, 5)) {
      case 0: {
        std::vector<std::string> languages = {"en", "de", "fr", "pt", "it"};
        std::shuffle(languages.begin(), languages.end(), random_);
        languages.resize(1 + Below(random_, 3));
        return Metadata("lang", equality, languages);
      }
      case 1:
        return Metadata("source", equality, {"reuters", "AFP", "RE\u0301UTERS"});
      case 2:
        return Metadata("category", equality, {Pick(random_, kRandomCategories)});
      case 3:
        return Metadata(std::string(kFurtherField), equality, {"Bank", "tax", "ＣＯＵＲＴ"});
      default:
        return Metadata("id", Pick(random_, kAll), {std::to_string(Below(random_, 5))});
    }
  }

  RuleNode CountOf(std::size_t depth, bool in_field) {
    RuleNode counted = Places(depth, in_field);
    // Places that overlap.
    if (Chance(random_, 30)) {
      const std::string word(RandomWord(random_));
      counted = AnyOf({Word(word), Near(3, Word(word), std::move(counted))});
    }
    const int number = Number(0, 3, 1'000'000);
    return Chance(random_, 70) ? CountAtLeast(number, std::move(counted))
                               : CountAtMost(number, std::move(counted));
  }

  // Any expression.
  RuleNode Logic(std::size_t depth, bool in_field) {
    const std::size_t choice = Below(random_, depth == 0 ? 40 : 100);
    if (choice < 30) return Places(depth, in_field);
    if (choice < 35) return AnyName(false, in_field);
    if (choice < 40) return in_field ? Term() : MetadataTest();
    if (choice < 55) return And({Logic(depth - 1, in_field), Logic(depth - 1, in_field)});
    if (choice < 67) return Or({Logic(depth - 1, in_field), Logic(depth - 1, in_field)});
    if (choice < 75) return Not(Logic(depth - 1, in_field));
    if (choice < 84) return CountOf(depth - 1, in_field);
    if (choice < 90) {
      std::vector<RuleNode> members = Many(depth - 1, in_field, 4);
      const auto most = static_cast<std::size_t>(members.size());
      return AtLeast(static_cast<int>(1 + Below(random_, most)), std::move(members));
    }
    if (in_field) return Term();
    if (choice < 95 && !topics_.empty()) return TopicHolds(Pick(random_, topics_));
    return In(std::string(Pick(random_, kFields)), Logic(depth - 1, true));
  }

  // Whether something must occur in the text for the node to be true.
  bool HasAnchor(const RuleNode& node) const {
    const auto child_has = [this](const RuleNode& child) { return HasAnchor(child); };
    const std::vector<RuleNode>& children = node.children;
    switch (node.kind) {
      case Kind::kAnd:
        return std::any_of(children.begin(), children.end(), child_has);
      case Kind::kOr:
        return std::all_of(children.begin(), children.end(), child_has);
      case Kind::kField:
        return HasAnchor(children[0]);
      case Kind::kMacro:
        return HasAnchor(
            std::find_if(pack_.lets.begin(), pack_.lets.end(), [&](const NamedNode& let) {
              return let.name == node.text;
            })->node);
      case Kind::kNot:
      case Kind::kMetadata:
        return false;
      case Kind::kCount:
        return node.comparison == Comparison::kAtLeast && node.number > 0;
      default:
        return true;
    }
  }

  RuleNode Anchored(RuleNode node) {
    if (HasAnchor(node)) return node;
    return And({std::move(node), AnyOf({Word(std::string(RandomWord(random_))),
                                        Word(std::string(RandomWord(random_)))})});
  }

  Random& random_;
  std::vector<std::string>& topics_;  // Of all packs, those that may be referred to.
  RulePack pack_;
  bool inflects_ = false;
  std::vector<Macro> macros_;
};

}  // namespace

std::vector<RulePack> RandomPacks(Random& random) {
  std::vector<std::string> topics;
  std::vector<RulePack> packs;
  const std::size_t count = Chance(random, 25) ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i) packs.push_back(PackMaker(random, topics).Make(i));
  return packs;
}

}  // namespace wiredesk

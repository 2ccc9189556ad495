#include "stages/inflections.h"

#include <absl/container/flat_hash_set.h>
#include <libstemmer.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>

#include "config/check.h"
#include "stages/inflection_tables.h"

namespace wiredesk {

namespace {

using Words = std::vector<std::string_view>;

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, StemmerDeleter>;

// "-" is the empty ending.
Words SplitList(std::string_view list) {
  Words words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    if (end > 0) words.push_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  for (std::string_view& word : words) {
    if (word == "-") word = {};
  }
  return words;
}

bool Holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool EndsWithAny(std::string_view text, const Words& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [text](std::string_view ending) { return text.ends_with(ending); });
}

struct Group {
  explicit Group(const InflectionGroup& source)
      : keys(SplitList(source.keys.empty() ? source.endings : source.keys)),
        endings(SplitList(source.endings)),
        only_behind_stem(source.only_behind_stem),
        always(source.always) {}

  Words keys;
  Words endings;
  bool only_behind_stem;
  bool always;
};

struct Change {
  std::string_view from;
  std::string_view to;
};

std::vector<Change> SplitChanges(std::string_view list) {
  std::vector<Change> changes;
  for (std::string_view item : SplitList(list)) {
    const std::size_t sign = item.find_first_of(">/");
    WIREDESK_CHECK(sign != std::string_view::npos);
    const auto side = [](std::string_view text) { return text == "-" ? std::string_view() : text; };
    const Change change = {side(item.substr(0, sign)), side(item.substr(sign + 1))};
    changes.push_back(change);
    if (item[sign] == '/') changes.push_back({change.to, change.from});
  }
  return changes;
}

// A table as it is used: its lists split.
struct Language {
  explicit Language(const InflectionTable& source)
      : table(source),
        rewrites(SplitChanges(source.rewrites)),
        pairs(SplitChanges(source.pairs)),
        umlaut_endings(SplitList(source.umlaut_endings)),
        bare_umlaut_after(SplitList(source.bare_umlaut_after)),
        no_umlaut_in(SplitList(source.no_umlaut_in)),
        prefixes(SplitList(source.prefixes)),
        article_prefixes(SplitList(source.article_prefixes)),
        stemmer(sb_stemmer_new(std::string(source.language).c_str(), "UTF_8")) {
    WIREDESK_CHECK(stemmer != nullptr);
    for (const InflectionGroup& group : source.groups) groups.emplace_back(group);
    for (const InflectionGroup& group : source.bare_groups) bare_groups.emplace_back(group);
  }

  const InflectionTable& table;
  std::vector<Group> groups;
  std::vector<Group> bare_groups;
  std::vector<Change> rewrites;
  std::vector<Change> pairs;
  Words umlaut_endings;
  Words bare_umlaut_after;
  Words no_umlaut_in;
  Words prefixes;
  Words article_prefixes;
  Stemmer stemmer;
};

// This thread's.
const Language& LanguageOf(std::string_view code) {
  thread_local std::vector<std::unique_ptr<Language>> languages;
  for (const auto& language : languages) {
    if (language->table.language == code) return *language;
  }
  for (const InflectionTable& table : InflectionTables()) {
    if (table.language == code) {
      return *languages.emplace_back(std::make_unique<Language>(table));
    }
  }
  WIREDESK_CHECK(!"a language with a table");
  std::abort();
}

bool IsFirstByte(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

std::size_t CountChars(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), IsFirstByte));
}

// The first `count` characters.
std::string_view FirstChars(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (IsFirstByte(text[at]) && count-- == 0) break;
  }
  return text.substr(0, at);
}

std::string_view LastChar(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && !IsFirstByte(text[--at])) {
  }
  return text.substr(at);
}

// Of the letters of `kinds` the first (or last) one in `text`; empty if there is none.
std::string_view FindLetter(std::string_view text, std::string_view kinds, bool last) {
  std::string_view found;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view letter = FirstChars(text.substr(at), 1);
    if (Holds(kinds, letter)) {
      found = letter;
      if (!last) break;
    }
    at += letter.size();
  }
  return found;
}

// The stem with its last vowel turned into an umlaut, or back; nothing if there is none.
struct Umlauted {
  std::string stem;
  bool to_umlaut = false;
};

std::optional<Umlauted> ChangeUmlaut(std::string_view stem) {
  static constexpr Change kUmlauts[] = {{"au", "äu"}, {"a", "ä"}, {"o", "ö"}, {"u", "ü"}};
  std::size_t best = 0;
  std::optional<Umlauted> result;
  for (const Change& change : kUmlauts) {
    for (const bool to_umlaut : {true, false}) {
      const std::string_view from = to_umlaut ? change.from : change.to;
      const std::size_t at = stem.rfind(from);
      // Of "au" the a counts, whose place is the later one if the u were looked at alone.
      if (at == std::string_view::npos || (result && at + from.size() <= best)) continue;
      best = at + from.size();
      result = {std::string(stem.substr(0, at)) + std::string(to_umlaut ? change.to : change.from) +
                    std::string(stem.substr(at + from.size())),
                to_umlaut};
    }
  }
  return result;
}

bool IsVowel(char letter) { return Holds("aeiou", std::string_view(&letter, 1)); }

// Ends in a consonant after one short vowel, as plan and bom do.
bool EndsShort(std::string_view word) {
  const std::size_t size = word.size();
  return size >= 3 && !IsVowel(word[size - 1]) && IsFirstByte(word[size - 1]) &&
         IsVowel(word[size - 2]) && !IsVowel(word[size - 3]);
}

// What endings are put behind.
struct Base {
  enum class Kind { kStem, kWord, kRewritten, kDoubled };
  std::string text;
  Kind kind = Kind::kStem;
};

// Makes the forms of one word.
class Inflector {
 public:
  Inflector(std::string_view word, const Language& language) : language_(language), word_(word) {}

  std::vector<std::string> Run() {
    forms_.emplace_back(word_);
    stem_ = Stem(word_);
    seen_.emplace(word_);
    if (!stem_.empty()) {
      StripPrefix();
      FindBases();
      AddPairs();
      AddEndings(language_.groups);
      AddUmlauts();
      AddPrefixed();
    }
    std::sort(forms_.begin(), forms_.end());
    return std::move(forms_);
  }

 private:
  std::string Stem(std::string_view word) const {
    sb_stemmer* const stemmer = language_.stemmer.get();
    const auto* stem = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                       static_cast<int>(word.size()));
    WIREDESK_CHECK(stem != nullptr);
    return {reinterpret_cast<const char*>(stem),
            static_cast<std::size_t>(sb_stemmer_length(stemmer))};
  }

  void Accept(std::string_view form) {
    if (forms_.size() >= kInflectionsMax || form.size() < 2) return;
    if (seen_.emplace(form).second) forms_.emplace_back(form);
  }

  // Keeps `form` if it has the word's stem.
  void Try(std::string_view base, std::string_view ending) {
    if (forms_.size() >= kInflectionsMax) return;
    buffer_.assign(base).append(ending);
    if (buffer_.size() < 2 || !seen_.insert(buffer_).second) return;
    if (Stem(buffer_) == stem_) forms_.push_back(buffer_);
  }

  // Takes the word's own prefix off, if the rest has the same stem.
  void StripPrefix() {
    for (const Words* prefixes : {&language_.article_prefixes, &language_.prefixes}) {
      for (std::string_view prefix : *prefixes) {
        if (prefix.empty() || !word_.starts_with(prefix)) continue;
        const std::string_view rest = word_.substr(prefix.size());
        if (CountChars(rest) < kPrefixedChars || Stem(rest) != stem_) continue;
        word_ = rest;
        Accept(word_);
        return;
      }
    }
  }

  void AddBase(std::string text, Base::Kind kind) {
    if (text.empty()) return;
    for (const Base& known : bases_) {
      if (known.text == text) return;
    }
    bases_.push_back({std::move(text), kind});
  }

  // The word as it is, and without what may be its ending.
  void AddOwnBases() {
    AddBase(std::string(word_), Base::Kind::kWord);
    for (const Group& group : language_.groups) {
      if (group.only_behind_stem) continue;
      for (std::string_view ending : group.endings) {
        if (!ending.empty() && word_.size() >= ending.size() + 2 && word_.ends_with(ending)) {
          AddBase(std::string(word_.substr(0, word_.size() - ending.size())), Base::Kind::kWord);
        }
      }
    }
  }

  void FindBases() {
    // The stem in the word's own spelling: of "nación" the stemmer makes "nacion".
    const std::size_t stem_chars = CountChars(stem_);
    word_stem_ = FirstChars(word_, stem_chars);
    // Too much was taken off: of "bank" the Hungarian stemmer leaves "ba".
    if (stem_chars < kStemChars) word_stem_ = word_;
    AddBase(std::string(word_stem_), Base::Kind::kStem);
    if (stem_chars >= kStemChars &&
        (language_.table.uses_plain_stem || !SameButForAccents(word_stem_, stem_))) {
      AddBase(stem_, Base::Kind::kStem);
    }
    if (language_.table.uses_word) AddOwnBases();
    const std::vector<Base> plain = bases_;
    for (const Base& base : plain) {
      for (const Change& change : language_.rewrites) {
        if (base.text.size() <= change.from.size() || !base.text.ends_with(change.from)) continue;
        AddBase(base.text.substr(0, base.text.size() - change.from.size()) + std::string(change.to),
                Base::Kind::kRewritten);
      }
      if (language_.table.doubles_last && EndsShort(base.text)) {
        AddBase(base.text + base.text.back(), Base::Kind::kDoubled);
      }
    }
  }

  // Whether the two have as many letters, and where they differ, `word` has a letter outside ASCII.
  static bool SameButForAccents(std::string_view word, std::string_view plain) {
    while (!word.empty() && !plain.empty()) {
      const std::string_view left = FirstChars(word, 1);
      const std::string_view right = FirstChars(plain, 1);
      if (left != right && left.size() == 1) return false;
      word.remove_prefix(left.size());
      plain.remove_prefix(right.size());
    }
    return word.empty() && plain.empty();
  }

  void AddPairs() {
    for (const Change& pair : language_.pairs) {
      if (!word_.ends_with(pair.from)) continue;
      const std::string_view rest = word_.substr(0, word_.size() - pair.from.size());
      if (CountChars(rest) < 2) continue;
      if (pair.from.empty() && !Holds(language_.table.open_pairs_after, LastChar(rest))) continue;
      Accept(std::string(rest) + std::string(pair.to));
    }
    if (!language_.table.doubled_plural.empty()) AddDoubledPlural();
  }

  // bom -> bommen, and back. Only after a short vowel, which is written with one letter.
  void AddDoubledPlural() {
    const std::string_view plural = language_.table.doubled_plural;
    if (EndsShort(word_)) {
      Accept(std::string(word_) + word_.back() + std::string(plural));
    }
    if (!word_.ends_with(plural)) return;
    const std::string_view rest = word_.substr(0, word_.size() - plural.size());
    if (rest.size() < 4 || rest[rest.size() - 1] != rest[rest.size() - 2]) return;
    if (EndsShort(rest.substr(0, rest.size() - 1))) Accept(rest.substr(0, rest.size() - 1));
  }

  // The groups that the word's own ending belongs to; all if there is none.
  std::vector<const Group*> FindGroups(const std::vector<Group>& all) const {
    std::vector<const Group*> groups;
    for (const Group& group : all) {
      if (group.always) continue;
      for (std::string_view base : {word_stem_, std::string_view(stem_)}) {
        if (!word_.starts_with(base)) continue;
        const std::string_view ending = word_.substr(base.size());
        if (std::find(group.keys.begin(), group.keys.end(), ending) == group.keys.end()) continue;
        groups.push_back(&group);
        break;
      }
    }
    if (groups.empty()) {
      for (const Group& group : all) groups.push_back(&group);
      return groups;
    }
    for (const Group& group : all) {
      if (group.always) groups.push_back(&group);
    }
    return groups;
  }

  bool InHarmony(std::string_view base, std::string_view ending) const {
    const InflectionTable& table = language_.table;
    if (table.back_vowels.empty()) return true;
    const std::string both = std::string(table.back_vowels) + std::string(table.front_vowels);
    const std::string_view first = FindLetter(ending, both, false);
    const std::string_view last = FindLetter(base, both, true);
    if (first.empty() || last.empty()) return true;
    return Holds(table.back_vowels, first) == Holds(table.back_vowels, last);
  }

  // Whether a spelling rule forbids the two together.
  bool Fits(const Base& base, std::string_view ending, const Group& group) const {
    if (group.only_behind_stem && base.kind != Base::Kind::kStem) return false;
    if (base.kind == Base::Kind::kDoubled && (ending.empty() || !IsVowel(ending[0]))) return false;
    if (language_.table.drops_e && base.text.ends_with('e') && !base.text.ends_with("ee") &&
        (ending.starts_with('e') || ending.starts_with('i'))) {
      return false;
    }
    return InHarmony(base.text, ending);
  }

  void AddEndings(const std::vector<Group>& all) {
    for (const Group* group : FindGroups(all)) {
      for (std::string_view ending : group->endings) {
        for (const Base& base : bases_) {
          if (Fits(base, ending, *group)) Try(base.text, ending);
        }
      }
    }
  }

  void AddUmlauts() {
    if (language_.umlaut_endings.empty() || EndsWithAny(word_stem_, language_.no_umlaut_in)) return;
    // The stemmer takes -er off "klöster" too, so the word itself tells whether it is a bare
    // plural.
    for (const std::string& base : {std::string(word_stem_), std::string(word_)}) {
      const std::optional<Umlauted> changed = ChangeUmlaut(base);
      if (!changed) continue;
      if (changed->to_umlaut) {
        AddUmlauted(changed->stem);
      } else if (IsUmlautForm(base)) {
        for (const Group& group : language_.groups) {
          for (std::string_view ending : group.endings) Try(changed->stem, ending);
        }
      }
    }
  }

  void AddUmlauted(std::string_view stem) {
    if (EndsWithAny(stem, language_.bare_umlaut_after)) Try(stem, {});
    for (std::string_view ending : language_.umlaut_endings) Try(stem, ending);
  }

  // Whether the word is `base` with an ending that an umlaut may go with.
  bool IsUmlautForm(std::string_view base) const {
    const std::string_view ending = word_.substr(base.size());
    if (ending.empty()) return EndsWithAny(base, language_.bare_umlaut_after);
    return std::find(language_.umlaut_endings.begin(), language_.umlaut_endings.end(), ending) !=
           language_.umlaut_endings.end();
  }

  // Particles may stand before any form, the article before those without a pronoun. The stemmer
  // knows few of the combinations, so they are taken on trust, and not before very short words.
  void AddPrefixed() {
    AddPrefixes(language_.article_prefixes);
    AddEndings(language_.bare_groups);
    AddPrefixes(language_.prefixes);
  }

  void AddPrefixes(const Words& prefixes) {
    const std::vector<std::string> plain = forms_;
    for (const std::string& form : plain) {
      if (CountChars(form) < kPrefixedChars || HasPrefix(form)) continue;
      for (std::string_view prefix : prefixes) Accept(std::string(prefix) + form);
    }
  }

  bool HasPrefix(std::string_view form) const {
    return std::any_of(language_.article_prefixes.begin(), language_.article_prefixes.end(),
                       [form](std::string_view prefix) { return form.starts_with(prefix); });
  }

  static constexpr std::size_t kPrefixedChars = 3;  // Least letters behind a prefix.
  static constexpr std::size_t kStemChars = 3;      // Least letters of a stem that is to be used.

  const Language& language_;
  std::string_view word_;
  std::string stem_;
  std::string_view word_stem_;
  std::vector<Base> bases_;
  std::vector<std::string> forms_;
  std::string buffer_;
  absl::flat_hash_set<std::string> seen_;
};

}  // namespace

std::span<const std::string_view> InflectedLanguages() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const InflectionTable& table : InflectionTables()) names.push_back(table.language);
    return names;
  }();
  return kNames;
}

std::vector<std::string> Inflections(std::string_view word, std::string_view language) {
  WIREDESK_CHECK(!word.empty());
  if (std::any_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    return {std::string(word)};
  }
  return Inflector(word, LanguageOf(language)).Run();
}

}  // namespace wiredesk

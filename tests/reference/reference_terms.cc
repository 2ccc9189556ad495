#include "tests/reference/reference_terms.h"

#include <unicode/normalizer2.h>
#include <unicode/regex.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <map>
#include <memory>

#include "config/check.h"
#include "stages/inflections.h"

namespace wiredesk::reference {

namespace {

constexpr Apostrophes kAllApostrophes[] = {Apostrophes::kEnglish, Apostrophes::kSplit,
                                           Apostrophes::kJoin};

Sequence SequenceOf(const RuleNode& node, Apostrophes apostrophes, std::string_view language) {
  Sequence sequence;
  for (const Token& token : ReadTerm(node.text, apostrophes)) {
    Element element;
    element.forms = {token.folded};
    if (node.kind == RuleNode::Kind::kExact) {
      element.exact = node.text.substr(token.start, token.end - token.start);
    }
    sequence.push_back(element);
  }
  if (sequence.empty()) return sequence;
  Element& last = sequence.back();
  last.is_prefix = node.kind == RuleNode::Kind::kPrefix;
  if (node.kind == RuleNode::Kind::kInflected) {
    for (const std::string& form : Inflections(*last.forms.begin(), language)) {
      last.forms.insert(form);
    }
  }
  return sequence;
}

// Without the marks on Latin and Greek letters; those of other scripts are letters of their own.
std::string WithoutAccents(const std::string& word) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString parts =
      icu::Normalizer2::getNFDInstance(error)->normalize(icu::UnicodeString::fromUTF8(word), error);
  icu::UnicodeString kept;
  UScriptCode script = USCRIPT_UNKNOWN;
  for (int i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
    const UChar32 c = parts.char32At(i);
    const bool is_mark = u_charType(c) == U_NON_SPACING_MARK;
    if (!is_mark) script = uscript_getScript(c, &error);
    if (is_mark && (script == USCRIPT_LATIN || script == USCRIPT_GREEK)) continue;
    kept += c;
  }
  std::string utf8;
  icu::Normalizer2::getNFCInstance(error)->normalize(kept, error).toUTF8String(utf8);
  WIREDESK_CHECK(U_SUCCESS(error));
  return utf8;
}

Sequence WithoutAccents(Sequence sequence) {
  for (Element& element : sequence) {
    std::set<std::string> plain;
    for (const std::string& form : element.forms) plain.insert(WithoutAccents(form));
    element.forms = plain;
  }
  return sequence;
}

bool Fits(const Element& element, const Token& token, const std::string& part) {
  if (element.exact && part.substr(token.start, token.end - token.start) != *element.exact) {
    return false;
  }
  if (!element.is_prefix) return element.forms.contains(token.folded);
  return std::any_of(element.forms.begin(), element.forms.end(),
                     [&](const std::string& form) { return token.folded.starts_with(form); });
}

bool OccursAt(const Sequence& sequence, std::size_t at, const std::vector<Token>& tokens,
              const std::vector<std::string>& parts) {
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    if (at + i >= tokens.size()) return false;
    const Token& token = tokens[at + i];
    if (token.sentence != tokens[at].sentence) return false;
    if (!Fits(sequence[i], token, parts[token.part])) return false;
  }
  return !sequence.empty();
}

// The regex as ICU reads it: \w, \d and \s are of ASCII in our rules.
std::string ForIcu(const std::string& regex) {
  static const std::map<char, std::string> classes = {{'d', "[0-9]"},        {'D', "[^0-9]"},
                                                      {'w', "[A-Za-z0-9_]"}, {'W', "[^A-Za-z0-9_]"},
                                                      {'s', "[\\u0020]"},    {'S', "[^\\u0020]"}};
  std::string translated;
  for (std::size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] != '\\') {
      translated += regex[i];
      continue;
    }
    ++i;
    const auto found = classes.find(regex[i]);
    translated += found != classes.end() ? found->second : std::string("\\") + regex[i];
  }
  return translated;
}

std::unique_ptr<icu::RegexMatcher> CompileRegex(const std::string& regex) {
  UErrorCode error = U_ZERO_ERROR;
  auto matcher = std::make_unique<icu::RegexMatcher>(
      icu::UnicodeString::fromUTF8(ForIcu(regex)), UREGEX_CASE_INSENSITIVE | UREGEX_DOTALL, error);
  WIREDESK_CHECK(U_SUCCESS(error));
  return matcher;
}

// A part's canonical text, in code units, and where its tokens stand there.
struct CanonicalPart {
  icu::UnicodeString text = u" ";
  std::size_t first_token = 0;
  std::vector<Place> units;  // By token of the part.
};

std::vector<CanonicalPart> CanonicalParts(const std::vector<Token>& tokens) {
  std::vector<CanonicalPart> parts;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i == 0 || tokens[i].part != tokens[i - 1].part) {
      parts.emplace_back().first_token = i;
    } else if (tokens[i].paragraph != tokens[i - 1].paragraph) {
      parts.back().text += u"\u001d ";
    } else if (tokens[i].sentence != tokens[i - 1].sentence) {
      parts.back().text += u"\u001e ";
    }
    CanonicalPart& part = parts.back();
    const auto start = static_cast<std::size_t>(part.text.length());
    part.text += icu::UnicodeString::fromUTF8(tokens[i].folded);
    part.units.push_back({start, static_cast<std::size_t>(part.text.length())});
    part.text += u' ';
  }
  return parts;
}

// Every end of a match that starts at `start`.
std::set<int> EndsFrom(icu::RegexMatcher& matcher, int start, int size) {
  UErrorCode error = U_ZERO_ERROR;
  std::set<int> ends;
  if (!matcher.region(start, size, error).lookingAt(error)) return ends;
  for (int end = start + 1; end <= size; ++end) {
    if (matcher.region(start, end, error).matches(error)) ends.insert(end);
  }
  WIREDESK_CHECK(U_SUCCESS(error));
  return ends;
}

}  // namespace

std::vector<Sequence> SequencesOf(const RuleNode& node, std::string_view language,
                                  bool fold_accents) {
  std::vector<Sequence> all;
  const auto add = [&all](const Sequence& sequence) {
    if (std::find(all.begin(), all.end(), sequence) == all.end()) all.push_back(sequence);
  };
  if (node.children.empty()) {
    for (Apostrophes apostrophes : kAllApostrophes) {
      const Sequence sequence = SequenceOf(node, apostrophes, language);
      add(sequence);
      if (fold_accents && node.kind != RuleNode::Kind::kExact) add(WithoutAccents(sequence));
    }
    return all;
  }
  // A phrase with words of all kinds: each way to read it so far, with each way to read the next.
  all = {{}};
  for (const RuleNode& child : node.children) {
    std::vector<Sequence> longer;
    for (const Sequence& before : all) {
      for (const Sequence& next : SequencesOf(child, language, fold_accents)) {
        longer.push_back(before);
        longer.back().insert(longer.back().end(), next.begin(), next.end());
      }
    }
    all = longer;
  }
  return all;
}

Places Find(const std::vector<Sequence>& sequences, const std::vector<Token>& tokens,
            const std::vector<std::string>& parts) {
  Places places;
  for (const Sequence& sequence : sequences) {
    for (std::size_t at = 0; at < tokens.size(); ++at) {
      if (OccursAt(sequence, at, tokens, parts)) places.insert({at, at + sequence.size()});
    }
  }
  return places;
}

Places FindRegex(const std::string& regex, const std::vector<Token>& tokens) {
  static std::map<std::string, std::unique_ptr<icu::RegexMatcher>> known;
  std::unique_ptr<icu::RegexMatcher>& matcher = known[regex];
  if (!matcher) matcher = CompileRegex(regex);
  Places places;
  for (const CanonicalPart& part : CanonicalParts(tokens)) {
    matcher->reset(part.text);
    std::map<int, int> first_start;  // By end.
    for (int start = 0; start < part.text.length(); start = part.text.moveIndex32(start, 1)) {
      for (int end : EndsFrom(*matcher, start, part.text.length())) {
        first_start.try_emplace(end, start);
      }
    }
    std::map<int, int> longest;  // By start.
    for (const auto& [end, start] : first_start) longest[start] = std::max(longest[start], end);
    for (const auto& [start, end] : longest) {
      Place place = {tokens.size(), 0};
      for (std::size_t i = 0; i < part.units.size(); ++i) {
        const bool is_touched = part.units[i].begin < static_cast<std::size_t>(end) &&
                                part.units[i].end > static_cast<std::size_t>(start);
        if (!is_touched) continue;
        place.begin = std::min(place.begin, part.first_token + i);
        place.end = part.first_token + i + 1;
      }
      if (place.begin < place.end) places.insert(place);
    }
  }
  return places;
}

std::vector<Place> WithoutOverlaps(const Places& places, bool shortest_first) {
  std::vector<Place> order(places.begin(), places.end());
  std::stable_sort(order.begin(), order.end(), [shortest_first](const Place& a, const Place& b) {
    const std::size_t a_size = a.end - a.begin;
    const std::size_t b_size = b.end - b.begin;
    return shortest_first ? a_size < b_size : a_size > b_size;
  });
  std::vector<Place> kept;
  for (const Place& place : order) {
    const bool overlaps = std::any_of(kept.begin(), kept.end(), [&place](const Place& other) {
      return place.begin < other.end && other.begin < place.end;
    });
    if (!overlaps) kept.push_back(place);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace wiredesk::reference

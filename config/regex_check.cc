#include "config/regex_check.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/text_check.h"

namespace wiredesk {
namespace {

// What is known of a piece of the regex.
struct Piece {
  std::size_t length_min = 0;  // Bytes that it matches at least.
  std::size_t size = 0;        // Characters, with repeats written out.
  std::size_t spaces = 0;      // Spaces that it matches at most.
  std::size_t literal = 0;     // Bytes of the longest literal in all that it matches.
  std::size_t exact = 0;       // Its bytes, if it is nothing but a literal; else 0.
  // All that it matches, folded, if that is a few texts of ASCII; else empty.
  std::vector<std::string> texts;
  std::vector<std::string> required;             // The best of RegexFindings::required,
  std::vector<std::vector<std::string>> others;  // and the others, of this piece.
  bool space = false;                            // Can match a space
  bool word = false;                             // ... or a character of a word
  bool sign = false;                             // ... or another one.
};

struct Repeat {
  int min = 1;
  int max = 1;  // -1: without bound.
  std::size_t offset = 0;
  std::size_t length = 0;
};

// Starts of groups that are refused; a longer start stands before a shorter one that it begins
// with.
struct GroupForm {
  std::string_view start;
  std::string_view message;
  std::string_view help;
};
constexpr std::string_view kPlainGroup = "write (…) or (?:…)";
constexpr GroupForm kRefusedGroups[] = {
    {"(?=", "look-ahead is not supported", "match what follows as part of the regex"},
    {"(?!", "look-ahead is not supported", "give what must not follow a negative weight"},
    {"(?<=", "look-behind is not supported", "match what comes before as part of the regex"},
    {"(?<!", "look-behind is not supported", "give what must not come before a negative weight"},
    {"(?P=", "back-references are not supported", ""},
    {"(?P>", "recursion is not supported", ""},
    {"(?&", "recursion is not supported", ""},
    {"(?R", "recursion is not supported", ""},
    {"(?P<", "named groups are not supported", kPlainGroup},
    {"(?<", "named groups are not supported", kPlainGroup},
    {"(?'", "named groups are not supported", kPlainGroup},
    {"(?>", "atomic groups are not supported", kPlainGroup},
    {"(?#", "comments inside a regex are not supported", "put a # comment on its own line"},
    {"(?(", "conditions inside a regex are not supported", ""},
    {"(?|", "branch resets are not supported", kPlainGroup},
    {"(*", "verbs such as (*UTF8) are not supported", ""},
};

// More alternatives than this are not worth looking for one by one.
constexpr std::size_t kRequiredMax = 32;

std::size_t ShortestOf(const std::vector<std::string>& literals) {
  std::size_t shortest = literals.empty() ? 0 : literals.front().size();
  for (const std::string& literal : literals) shortest = std::min(shortest, literal.size());
  return shortest;
}

// Takes `other` in place of `best` if it is the better set to look for.
void KeepBetter(const std::vector<std::string>& other, std::vector<std::string>& best) {
  const std::size_t length = ShortestOf(other);
  const std::size_t best_length = ShortestOf(best);
  if (length > best_length || (length == best_length && other.size() < best.size())) best = other;
}

// Without those that hold another one: where they are, it is.
std::vector<std::string> WithoutLonger(const std::vector<std::string>& literals) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    const auto is_needless = [&](std::size_t k) {
      const bool is_held = literals[i].find(literals[k]) != std::string::npos;
      return k != i && is_held && (literals[k] != literals[i] || k < i);
    };
    std::size_t k = 0;
    while (k < literals.size() && !is_needless(k)) ++k;
    if (k == literals.size()) kept.push_back(literals[i]);
  }
  return kept;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetterOrDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsNonAscii(char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool IsWordChar(char c) { return IsLetterOrDigit(c) || c == '_' || IsNonAscii(c); }

// Whether the canonical text can hold `c`: words, one space between, and these few marks.
bool OccursInText(char c) {
  return IsWordChar(c) || c == ' ' || c == '$' || c == '%' || c == '.' || c == ',';
}

Piece Character(std::string_view character) {
  Piece piece;
  piece.length_min = piece.literal = piece.exact = character.size();
  piece.size = 1;
  piece.space = character == " ";
  piece.spaces = piece.space;
  piece.word = !piece.space;
  // What other letters a letter outside ASCII stands for is the matcher's knowledge.
  if (!IsNonAscii(character[0])) {
    const char c = character[0];
    piece.texts = {std::string(1, c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c)};
  }
  return piece;
}

Piece OneOf(bool space, bool word) {
  Piece piece;
  piece.length_min = piece.size = 1;
  piece.space = space;
  piece.spaces = space;
  piece.word = word;
  return piece;
}

// \d \w \s and their opposites. False: `letter` is none of them.
bool ClassOfEscape(char letter, Piece& piece) {
  switch (letter) {
    case 'd':
    case 'w':
    case 'S':
      piece = OneOf(false, true);
      return true;
    case 's':
      piece = OneOf(true, false);
      return true;
    case 'D':
    case 'W':
      piece = OneOf(true, true);
      return true;  // \W: also letters outside ASCII.
    default:
      return false;
  }
}

class RegexChecker {
 public:
  explicit RegexChecker(std::string_view regex) : regex_(regex) {}

  RegexFindings Check() {
    Piece whole;
    if (ReadAlternatives(whole)) {
      if (!AtEnd()) {
        Fail(at_, 1, "this \")\" closes nothing", "write \\) for the character");
      } else {
        CheckWhole(whole);
      }
    }
    if (!findings_.error && !whole.required.empty()) AddRequiredSets(whole);
    findings_.spaces_max = whole.spaces;
    return std::move(findings_);
  }

 private:
  bool AtEnd() const { return at_ >= regex_.size(); }
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < regex_.size() ? regex_[at_ + ahead] : '\0';
  }
  bool Follows(std::string_view text) const { return regex_.substr(at_).starts_with(text); }
  std::string_view CharacterHere() const {
    return regex_.substr(at_, std::max<std::size_t>(Utf8LengthAt(regex_, at_), 1));
  }

  // Always false, for `return Fail(...)`. The first fault counts.
  bool Fail(std::size_t offset, std::size_t length, std::string message, std::string help = {}) {
    if (!findings_.error) {
      findings_.error = RegexFault{offset, length, std::move(message), std::move(help)};
    }
    return false;
  }

  void AddRequiredSets(const Piece& whole) {
    std::vector<std::vector<std::string>>& sets = findings_.required;
    sets.push_back(WithoutLonger(whole.required));
    for (const std::vector<std::string>& other : whole.others) {
      if (ShortestOf(other) < 2) continue;
      std::vector<std::string> kept = WithoutLonger(other);
      if (std::find(sets.begin(), sets.end(), kept) == sets.end()) sets.push_back(std::move(kept));
    }
  }

  void CheckWhole(const Piece& whole) {
    if (whole.length_min == 0) {
      Fail(0, regex_.size(), "this regex matches the empty text",
           "at least one character must be there in every match");
    } else if (whole.literal < kRegexLiteralMin) {
      Fail(0, regex_.size(),
           fmt::format("this regex has no literal of at least {} bytes in every match",
                       kRegexLiteralMin),
           "name a fixed piece of text, in each alternative if there are several, as in "
           "/chapter (7|11)/");
    } else if (whole.size > kRegexSizeMax) {
      FailTooLarge(0, regex_.size());
    }
  }

  bool ReadAlternatives(Piece& piece) {
    if (!ReadSequence(piece)) return false;
    while (Peek() == '|') {
      ++at_;
      Piece other;
      if (!ReadSequence(other)) return false;
      piece.length_min = std::min(piece.length_min, other.length_min);
      piece.literal = std::min(piece.literal, other.literal);
      piece.exact = 0;
      AddAlternative(other.texts, piece.texts);
      AddAlternative(other.required, piece.required);
      piece.others.clear();
      piece.size += other.size;
      piece.spaces = std::max(piece.spaces, other.spaces);
      piece.space |= other.space;
      piece.word |= other.word;
      piece.sign |= other.sign;
    }
    return true;
  }

  // What is known of one alternative and of another, as what is known of either.
  static void AddAlternative(const std::vector<std::string>& other,
                             std::vector<std::string>& known) {
    if (other.empty() || known.size() + other.size() > kRequiredMax) {
      known.clear();
    } else if (!known.empty()) {
      known.insert(known.end(), other.begin(), other.end());
    }
  }

  // Appends each of `texts` to each of `runs`; false, and nothing done, if that is too much.
  static bool AppendTexts(const std::vector<std::string>& texts, std::vector<std::string>& runs) {
    if (texts.empty() || texts.size() * runs.size() > kRequiredMax) return false;
    std::vector<std::string> longer;
    for (const std::string& run : runs) {
      for (const std::string& text : texts) longer.push_back(run + text);
    }
    runs = std::move(longer);
    return true;
  }

  // Adds what an atom says of the literals that the sequence requires. `runs` are the texts one of
  // which ends here. True: they are still all that the sequence matches.
  static bool AddRequired(const Piece& atom, const Repeat& repeat, std::vector<std::string>& runs,
                          Piece& sequence) {
    bool is_whole = true;
    const auto start_over = [&] {
      sequence.others.push_back(std::exchange(runs, {""}));
      is_whole = false;
    };
    for (int i = 0; i < repeat.min; ++i) {
      if (AppendTexts(atom.texts, runs)) continue;
      start_over();
      AppendTexts(atom.texts, runs);
    }
    if (repeat.min > 0) {
      KeepBetter(atom.required, sequence.required);
      sequence.others.push_back(atom.required);
      sequence.others.insert(sequence.others.end(), atom.others.begin(), atom.others.end());
    }
    KeepBetter(runs, sequence.required);
    if (repeat.max == repeat.min) return is_whole;
    std::vector<std::string> optional = atom.texts;
    if (!optional.empty()) optional.emplace_back();
    if (repeat.max != repeat.min + 1 || !AppendTexts(optional, runs)) start_over();
    return is_whole;
  }

  bool ReadSequence(Piece& sequence) {
    std::size_t run = 0;  // Bytes of the literal that ends here.
    bool exact = true;
    std::vector<std::string> runs = {""};
    bool is_whole = true;
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      Piece atom;
      Repeat repeat;
      if (!ReadAtom(atom) || !ReadRepeat(repeat) || !CheckRepeat(atom, repeat)) return false;
      const auto times_min = static_cast<std::size_t>(repeat.min);
      run += atom.exact * times_min;
      sequence.literal = std::max(sequence.literal, run);
      is_whole &= AddRequired(atom, repeat, runs, sequence);
      if (repeat.min > 0) sequence.literal = std::max(sequence.literal, atom.literal);
      if (atom.exact == 0 || repeat.max != repeat.min) {
        run = 0;
        exact = false;
      }
      sequence.length_min += atom.length_min * times_min;
      sequence.size += WrittenOut(atom, repeat);
      sequence.spaces += SpacesOf(atom, repeat);
      sequence.space |= atom.space;
      sequence.word |= atom.word;
      sequence.sign |= atom.sign;
    }
    sequence.exact = exact ? run : 0;
    sequence.others.push_back(runs);
    if (is_whole) sequence.texts = std::move(runs);
    return true;
  }

  static std::size_t SpacesOf(const Piece& atom, const Repeat& repeat) {
    if (repeat.max >= 0) return atom.spaces * static_cast<std::size_t>(repeat.max);
    // Between two signs there is a space; two spaces are never side by side.
    if (atom.space && atom.sign) return kRegexSpacesAny;
    return std::max<std::size_t>(atom.spaces * static_cast<std::size_t>(repeat.min), atom.space);
  }

  static std::size_t WrittenOut(const Piece& atom, const Repeat& repeat) {
    return atom.size * static_cast<std::size_t>(std::max({repeat.min, repeat.max, 1}));
  }

  // Keeps every size small enough that none can overflow.
  bool CheckRepeat(const Piece& atom, const Repeat& repeat) {
    if (repeat.max < 0 && atom.space && atom.word) {
      return Fail(repeat.offset, repeat.length,
                  "a repeat without bound may not run over several words",
                  "give it a bound, such as {0,20}, or repeat \\w, \\S or [a-z]");
    }
    return WrittenOut(atom, repeat) <= kRegexSizeMax || FailTooLarge(repeat.offset, repeat.length);
  }

  bool FailTooLarge(std::size_t offset, std::size_t length) {
    return Fail(offset, length,
                fmt::format("this regex has more than {} characters with its repeats written out",
                            kRegexSizeMax),
                "use smaller bounds");
  }

  bool ReadRepeat(Repeat& repeat) {
    repeat.offset = at_;
    switch (Peek()) {
      case '*':
        repeat.min = 0;
        repeat.max = -1;
        ++at_;
        break;
      case '+':
        repeat.max = -1;
        ++at_;
        break;
      case '?':
        repeat.min = 0;
        ++at_;
        break;
      case '{':
        if (!ReadBounds(repeat)) return false;
        break;
      default:
        return true;
    }
    if (Peek() == '?') ++at_;  // Lazy: every place is found anyhow.
    repeat.length = at_ - repeat.offset;
    if (Peek() == '+') {
      return Fail(repeat.offset, repeat.length + 1, "possessive repeats are not supported");
    }
    if (Peek() == '*' || Peek() == '?' || Peek() == '{') return FailNothingToRepeat();
    return true;
  }

  bool FailNothingToRepeat() {
    return Fail(at_, 1, fmt::format("there is nothing to repeat before \"{}\"", Peek()),
                fmt::format("write \\{} for the character", Peek()));
  }

  // {n}, {n,} or {n,m}
  bool ReadBounds(Repeat& repeat) {
    ++at_;
    const bool number = ReadNumber(repeat.min);
    repeat.max = repeat.min;
    bool well_formed = number;
    if (number && Peek() == ',') {
      ++at_;
      repeat.max = -1;
      if (IsDigit(Peek())) well_formed = ReadNumber(repeat.max);
    }
    well_formed = well_formed && Peek() == '}';
    if (!well_formed) {
      return Fail(repeat.offset, 1, "this is not a repeat such as {2}, {2,} or {2,5}",
                  "write \\{ for the character");
    }
    ++at_;
    const std::size_t length = at_ - repeat.offset;
    if (std::max(repeat.min, repeat.max) > kRegexRepeatMax) {
      return Fail(repeat.offset, length,
                  fmt::format("a repeat may be at most {}", kRegexRepeatMax));
    }
    if (repeat.max >= 0 && repeat.max < repeat.min) {
      return Fail(repeat.offset, length, "the bounds of this repeat are the wrong way round");
    }
    if (repeat.max == 0) return Fail(repeat.offset, length, "a repeat of 0 matches nothing");
    return true;
  }

  bool ReadNumber(int& number) {
    if (!IsDigit(Peek())) return false;
    number = 0;
    for (; IsDigit(Peek()); ++at_) number = std::min(number * 10 + (Peek() - '0'), 1'000'000);
    return true;
  }

  bool ReadAtom(Piece& atom) {
    const char c = Peek();
    switch (c) {
      case '(':
        return ReadGroup(atom);
      case '[':
        return ReadClass(atom);
      case '\\':
        return ReadEscape(atom);
      case '.':
        atom = OneOf(true, true);
        ++at_;
        return true;
      case '*':
      case '+':
      case '?':
      case '{':
        return FailNothingToRepeat();
      case ']':
      case '}':
        return Fail(at_, 1, fmt::format("this \"{}\" closes nothing", c),
                    fmt::format("write \\{} for the character", c));
      case '^':
      case '$':
        return Fail(at_, 1, fmt::format("\"{}\" is not supported", c),
                    "a regex is looked for anywhere in the text; a space in it stands for the edge "
                    "of a word");
      default:
        break;
    }
    const std::string_view character = CharacterHere();
    WarnIfDead(character, at_, character.size());
    atom = Character(character);
    at_ += character.size();
    return true;
  }

  void WarnIfDead(std::string_view character, std::size_t offset, std::size_t length) {
    if (findings_.warning || OccursInText(character[0])) return;
    findings_.warning = RegexFault{
        offset, length,
        fmt::format("\"{}\" never occurs in the text that regexes are matched against", character),
        "punctuation and hyphens separate words there: write a space"};
  }

  bool ReadGroup(Piece& group) {
    const std::size_t open = at_;
    if (!ReadGroupStart()) return false;
    if (++depth_ > kRegexNestingMax) {
      return Fail(open, 1, fmt::format("groups are nested more than {} deep", kRegexNestingMax));
    }
    if (!ReadAlternatives(group)) return false;
    --depth_;
    if (Peek() != ')') {
      return Fail(open, 1, "this \"(\" is never closed", "write \\( for the character");
    }
    ++at_;
    return true;
  }

  bool ReadGroupStart() {
    if (Follows("(?:")) {
      at_ += 3;
      return true;
    }
    for (const GroupForm& form : kRefusedGroups) {
      if (Follows(form.start)) {
        return Fail(at_, form.start.size(), std::string(form.message), std::string(form.help));
      }
    }
    if (Follows("(?")) {
      if (IsDigit(Peek(2))) return Fail(at_, 3, "recursion is not supported");
      return Fail(at_, 2, "flags inside a regex are not supported",
                  "case never matters: the text is folded to lower case first");
    }
    ++at_;
    return true;
  }

  bool ReadEscape(Piece& atom) {
    const char c = Peek(1);
    if (ClassOfEscape(c, atom)) {
      at_ += 2;
      return true;
    }
    if (!EscapeIsPunctuation()) return false;
    WarnIfDead(regex_.substr(at_ + 1, 1), at_, 2);
    atom = Character(regex_.substr(at_ + 1, 1));
    at_ += 2;
    return true;
  }

  // Whether a backslash before a mark of ASCII is here; else says what is wrong with it.
  bool EscapeIsPunctuation() {
    const char c = Peek(1);
    if (c == '\0') {
      return Fail(at_, 1, "a backslash ends this regex", "write \\\\ for the character");
    }
    if (!IsLetterOrDigit(c) && !IsNonAscii(c)) return true;
    if (IsNonAscii(c)) {
      return Fail(at_, 1, "a backslash before a letter outside ASCII", "leave the backslash out");
    }
    const std::string message = fmt::format("\\{} is not supported", c);
    switch (c) {
      case 'b':
      case 'B':
        return Fail(at_, 2, message, "a space in the regex stands for the edge of a word");
      case 'p':
      case 'P':
      case 'X':
        return Fail(at_, 2, message, "name the characters, as in [a-zäöüß]");
      case 'k':
      case 'g':
        return Fail(at_, 2, "back-references are not supported");
      case 'x':
      case 'u':
      case 'o':
      case 'c':
      case '0':
      case 'N':
        return Fail(at_, 2, message, "write the character itself");
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'v':
      case 'h':
        return Fail(at_, 2, message, "words are separated by exactly one space: write a space");
      default:
        break;
    }
    if (IsDigit(c)) return Fail(at_, 2, "back-references are not supported");
    return Fail(at_, 2, message);
  }

  // [abc], [a-z], [^a-z]
  bool ReadClass(Piece& atom) {
    const std::size_t open = at_;
    ++at_;
    const bool negated = Peek() == '^';
    if (negated) ++at_;
    if (Peek() == ']') {
      return Fail(open, at_ + 1 - open, "this class of characters is empty",
                  "write \\] for the character");
    }
    Piece members = OneOf(false, false);
    while (!AtEnd() && Peek() != ']') {
      if (!ReadClassMember(members)) return false;
    }
    if (AtEnd()) return Fail(open, 1, "this \"[\" is never closed", "write \\[ for the character");
    ++at_;
    atom = negated ? OneOf(!members.space, true) : members;
    return true;
  }

  bool ReadClassMember(Piece& members) {
    const std::size_t start = at_;
    if (Peek() == '[') {
      const bool named = Peek(1) == ':' || Peek(1) == '.' || Peek(1) == '=';
      return named ? Fail(at_, 2, "named classes are not supported", "write a-z, 0-9, \\d or \\w")
                   : Fail(at_, 1, "a \"[\" inside a class", "write \\[ for the character");
    }
    Piece named;
    if (Peek() == '\\' && ClassOfEscape(Peek(1), named)) {
      at_ += 2;
      members.space |= named.space;
      members.word |= named.word;
      members.sign |= named.sign;
      if (Peek() == '-' && Peek(1) != ']') {
        return Fail(start, at_ + 1 - start, "a range must go from a character to a character");
      }
      return true;
    }
    std::string_view first;
    if (!ReadClassCharacter(first)) return false;
    std::string_view last = first;
    if (Peek() == '-' && at_ + 1 < regex_.size() && Peek(1) != ']') {
      ++at_;
      if (!ReadClassCharacter(last)) return false;
    }
    // UTF-8 sorts as its code points do.
    if (last < first) {
      return Fail(start, at_ - start, "this range is the wrong way round");
    }
    AddRange(first, last, members);
    return true;
  }

  static void AddRange(std::string_view first, std::string_view last, Piece& members) {
    if (first <= " " && last >= " ") members.space = true;
    if (IsNonAscii(last[0])) {
      members.word = true;
      return;
    }
    for (int c = first[0]; c <= last[0]; ++c) {
      const bool is_word = IsWordChar(static_cast<char>(c));
      members.word |= is_word;
      members.sign |= !is_word && c != ' ';
    }
  }

  bool ReadClassCharacter(std::string_view& character) {
    if (Peek() == '\\') {
      Piece named;
      if (ClassOfEscape(Peek(1), named)) {
        return Fail(at_, 2, "a range must go from a character to a character");
      }
      if (!EscapeIsPunctuation()) return false;
      ++at_;
    } else if (Peek() == '[') {
      return Fail(at_, 1, "a \"[\" inside a class", "write \\[ for the character");
    }
    character = CharacterHere();
    at_ += character.size();
    return true;
  }

  std::string_view regex_;
  std::size_t at_ = 0;
  int depth_ = 0;
  RegexFindings findings_;
};

}  // namespace

RegexFindings CheckRegex(std::string_view regex) { return RegexChecker(regex).Check(); }

}  // namespace wiredesk

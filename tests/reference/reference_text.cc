#include "tests/reference/reference_text.h"

#include <unicode/normalizer2.h>

#include <algorithm>
#include <set>

#include "config/check.h"
#include "tests/reference/reference_characters.h"
#include "tests/reference/reference_sentences.h"

namespace wiredesk::reference {

namespace {

// Reads the words of one part, from its first character to its last.
class PartReader {
 public:
  PartReader(const std::string& text, Apostrophes apostrophes)
      : text_(text), characters_(CharactersOf(text)), apostrophes_(apostrophes) {}

  std::vector<Token> Read() {
    for (std::size_t at = 0; at < characters_.size();) {
      const UChar32 c = characters_[at].c;
      if (IsSymbol(c)) {
        Add(at, at + 1);
        ++at;
      } else if (IsSingle(c)) {
        std::size_t end = at + 1;
        while (end < characters_.size() && IsMark(characters_[end].c)) ++end;
        Add(at, end);
        at = end;
      } else if (IsWordCharacter(c)) {
        const std::size_t behind = ReadAcronym(at);
        at = behind != at ? behind : ReadWord(at);
      } else {
        ++at;
      }
    }
    return std::move(tokens_);
  }

  // Where a paragraph ends: a line feed with nothing but blanks up to the next, and U+2029.
  std::set<std::size_t> ParagraphEnds() const {
    std::set<std::size_t> ends;
    for (std::size_t i = 0; i < characters_.size(); ++i) {
      if (characters_[i].c == 0x2029) ends.insert(characters_[i].start);
      if (characters_[i].c != '\n') continue;
      const std::size_t next = text_.find_first_not_of(" \t\r", characters_[i].end);
      if (next != std::string::npos && text_[next] == '\n') ends.insert(characters_[i].start);
    }
    return ends;
  }

 private:
  // A token of the characters [begin, end) that stands for what `spelling` says.
  void AddSpelled(std::size_t begin, std::size_t end, const std::string& spelling) {
    Token token;
    token.folded = Fold(spelling);
    std::replace(token.folded.begin(), token.folded.end(), ' ', '_');  // Of ligatures like ﷺ.
    token.start = characters_[begin].start;
    token.end = characters_[end - 1].end;
    tokens_.push_back(token);
  }
  void Add(std::size_t begin, std::size_t end) {
    std::string spelling;
    for (std::size_t i = begin; i < end; ++i) spelling += Bytes(i);
    AddSpelled(begin, end, spelling);
  }

  std::string Bytes(std::size_t i) const {
    return text_.substr(characters_[i].start, characters_[i].end - characters_[i].start);
  }
  bool In(std::size_t at) const { return at < characters_.size(); }

  // Whether a word goes on at `at`, whatever invisible stands between.
  bool WordAt(std::size_t at) const {
    while (In(at) && IsIgnorable(characters_[at].c)) ++at;
    return In(at) && IsWordCharacter(characters_[at].c);
  }

  // U.S., e.g.: single letters, each with its dot but perhaps the last. Returns `at` for none.
  std::size_t ReadAcronym(std::size_t at) {
    std::string letters;
    std::size_t count = 0;
    std::size_t end = at;
    while (In(end)) {
      const UChar32 c = characters_[end].c;
      if (!IsWordCharacter(c) || IsMark(c) || IsDigit(c) || c == '_') break;
      letters += Bytes(end);
      ++count;
      ++end;
      if (!In(end) || characters_[end].c != '.') break;
      ++end;
    }
    const bool starts_with_dot = In(at + 1) && characters_[at + 1].c == '.';
    if (!starts_with_dot || count < 2 || WordAt(end)) return at;
    AddSpelled(at, end, letters);
    return end;
  }

  // Whether the apostrophe at `at` and an s behind it end the word.
  bool IsPossessive(std::size_t at) const {
    if (!In(at + 1) || (characters_[at + 1].c != 's' && characters_[at + 1].c != 'S')) return false;
    if (WordAt(at + 2)) return false;
    const bool apostrophe_follows = In(at + 2) && IsApostrophe(characters_[at + 2].c);
    return !(apostrophe_follows && WordAt(at + 3));
  }

  std::size_t ReadWord(std::size_t begin) {
    std::string spelling;
    std::size_t end = begin;  // Behind the last character that is shown.
    bool after_digit = false;
    std::size_t at = begin;
    for (; In(at); ++at) {
      const UChar32 c = characters_[at].c;
      if (IsWordCharacter(c)) {
        spelling += Bytes(at);
        after_digit = IsDigit(c);
        end = at + 1;
      } else if (IsApostrophe(c)) {
        if (apostrophes_ == Apostrophes::kEnglish && IsPossessive(at)) {
          AddSpelled(begin, end, spelling);
          return at + 2;
        }
        if (apostrophes_ == Apostrophes::kSplit || !WordAt(at + 1)) break;
      } else if (IsDot(c) || IsComma(c)) {
        if (!after_digit || !In(at + 1) || !IsDigit(characters_[at + 1].c)) break;
        spelling += IsDot(c) ? '.' : ',';
      } else if (!IsIgnorable(c)) {
        break;
      }
    }
    AddSpelled(begin, end, spelling);
    return end;
  }

  const std::string& text_;
  const std::vector<Character> characters_;
  const Apostrophes apostrophes_;
  std::vector<Token> tokens_;
};

bool AnyWithin(const std::set<std::size_t>& places, std::size_t from, std::size_t to) {
  return std::any_of(places.begin(), places.end(),
                     [&](std::size_t place) { return from <= place && place <= to; });
}

}  // namespace

Apostrophes ApostrophesOf(std::string_view language) {
  const std::string_view base = language.substr(0, language.find_first_of("-_"));
  for (const char* split : {"fr", "it", "ca"}) {
    if (base == split) return Apostrophes::kSplit;
  }
  return base.empty() || base == "en" || base == "any" ? Apostrophes::kEnglish : Apostrophes::kJoin;
}

std::vector<Token> ReadText(const std::vector<std::string>& parts, std::string_view language) {
  std::vector<Token> all;
  std::size_t sentence = 0;
  std::size_t paragraph = 0;
  for (std::size_t part = 0; part < parts.size(); ++part) {
    PartReader reader(parts[part], ApostrophesOf(language));
    const std::set<std::size_t> paragraph_ends = reader.ParagraphEnds();
    const std::set<std::size_t> sentence_ends =
        SentenceEnds(parts[part], AbbreviationsOf(language));
    std::size_t last_end = 0;
    bool is_first = true;
    for (Token& token : reader.Read()) {
      const bool begins_paragraph = is_first || AnyWithin(paragraph_ends, last_end, token.start);
      if (begins_paragraph) ++paragraph;
      if (begins_paragraph || AnyWithin(sentence_ends, last_end, token.start)) ++sentence;
      token.part = part;
      token.sentence = sentence;
      token.paragraph = paragraph;
      last_end = token.end;
      is_first = false;
      all.push_back(token);
    }
  }
  return all;
}

std::vector<Token> ReadTerm(const std::string& text, Apostrophes apostrophes) {
  return PartReader(text, apostrophes).Read();
}

std::string Fold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFKCCasefoldInstance(error);
  WIREDESK_CHECK(U_SUCCESS(error));
  const icu::UnicodeString units = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  std::string folded;
  normalizer->normalize(units, error).toUTF8String(folded);
  WIREDESK_CHECK(U_SUCCESS(error));
  return folded;
}

}  // namespace wiredesk::reference

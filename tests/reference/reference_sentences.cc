#include "tests/reference/reference_sentences.h"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/ures.h>

#include <map>
#include <memory>
#include <vector>

#include "config/check.h"
#include "tests/reference/reference_characters.h"

namespace wiredesk::reference {

namespace {

constexpr std::size_t kAbbreviationBytesMax = 16;

std::set<std::string> ReadAbbreviations(const std::string& language) {
  std::set<std::string> words;
  UErrorCode error = U_ZERO_ERROR;
  UResourceBundle* bundle = ures_openDirect(U_ICUDATA_NAME "-brkitr", language.c_str(), &error);
  UResourceBundle* exceptions = ures_getByKey(bundle, "exceptions", nullptr, &error);
  UResourceBundle* list = ures_getByKey(exceptions, "SentenceBreak", nullptr, &error);
  if (U_SUCCESS(error)) {
    for (int i = 0; i < ures_getSize(list); ++i) {
      UErrorCode ignored = U_ZERO_ERROR;
      std::string word;
      icu::ures_getUnicodeStringByIndex(list, i, &ignored).toUTF8String(word);
      if (word.size() <= kAbbreviationBytesMax) words.insert(word);
    }
  }
  ures_close(list);
  ures_close(exceptions);
  ures_close(bundle);
  if (language == "en") {
    words.insert({"Dr.", "St.", "Sen.", "Gov.", "Gen.", "Messrs.", "Jr.", "Sr.", "Inc.", "Corp.",
                  "Co.", "Ltd.", "No.", "Cmdr.", "Cpl.", "Pres.", "Supt.", "Mme.", "Bros."});
  }
  return words;
}

// Two single letters or more, each with its full stop.
bool IsAcronym(const std::string& word) {
  if (word.size() < 4 || word.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((word[i] == '.') != (i % 2 == 1)) return false;
  }
  return true;
}

bool EndsAbbreviation(const std::string& text, std::size_t dot,
                      const std::set<std::string>& abbreviations) {
  if (abbreviations.empty()) return false;
  std::string word = ".";
  for (std::size_t i = dot; i > 0; --i) {
    const char c = text[i - 1];
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    if (!is_letter && c != '.') break;
    word.insert(word.begin(), c);
  }
  if (word.size() > kAbbreviationBytesMax + 1) return false;
  return IsAcronym(word) || abbreviations.contains(word);
}

// The line ends are spaces, a code unit each.
icu::UnicodeString Unwrapped(const std::string& text) {
  icu::UnicodeString units = icu::UnicodeString::fromUTF8(text);
  for (int i = 0; i < units.length(); ++i) {
    const char16_t c = units[i];
    if (c == u'\n' || c == u'\r' || c == u'\u0085' || c == u'\u2028') units.setCharAt(i, u' ');
  }
  return units;
}

// The last character before characters[end] that is more than a space, a closing mark, or what
// hangs on another character.
const Character& EndingBefore(const std::vector<Character>& characters, std::size_t end) {
  std::size_t at = end - 1;
  while (at > 0) {
    const UChar32 c = characters[at].c;
    const int kind = u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK);
    const bool is_line_end = c == '\n' || c == '\r' || c == 0x85 || c == 0x2028;
    if (!is_line_end && kind != U_SB_SP && kind != U_SB_CLOSE && kind != U_SB_EXTEND &&
        kind != U_SB_FORMAT) {
      break;
    }
    --at;
  }
  return characters[at];
}

}  // namespace

const std::set<std::string>& AbbreviationsOf(std::string_view language) {
  static std::map<std::string, std::set<std::string>> known;
  std::string base(language.substr(0, language.find_first_of("-_")));
  if (base.empty()) base = "en";
  const bool is_code = (base.size() == 2 || base.size() == 3) &&
                       base.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string::npos;
  if (!is_code) base.clear();
  const auto found = known.find(base);
  if (found != known.end()) return found->second;
  return known[base] = is_code ? ReadAbbreviations(base) : std::set<std::string>();
}

std::set<std::size_t> SentenceEnds(const std::string& text,
                                   const std::set<std::string>& abbreviations) {
  static const std::unique_ptr<icu::BreakIterator> breaks = [] {
    UErrorCode error = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), error));
    WIREDESK_CHECK(U_SUCCESS(error));
    return made;
  }();
  const std::vector<Character> characters = CharactersOf(text);
  const icu::UnicodeString units = Unwrapped(text);
  breaks->setText(units);
  std::set<int> at_units;
  for (int at = breaks->first(); at != icu::BreakIterator::DONE; at = breaks->next()) {
    at_units.insert(at);
  }
  std::set<std::size_t> ends;
  for (std::size_t i = 1; i < characters.size(); ++i) {
    if (!at_units.contains(characters[i].unit)) continue;
    const Character& ending = EndingBefore(characters, i);
    if (ending.c == '.' && EndsAbbreviation(text, ending.start, abbreviations)) continue;
    ends.insert(ending.end);
  }
  // The text's end is the end of a sentence, too: a stray mark may come behind its full stop.
  if (!characters.empty()) {
    const Character& ending = EndingBefore(characters, characters.size());
    const int kind = u_getIntPropertyValue(ending.c, UCHAR_SENTENCE_BREAK);
    if (kind == U_SB_ATERM || kind == U_SB_STERM) ends.insert(ending.end);
  }
  return ends;
}

}  // namespace wiredesk::reference

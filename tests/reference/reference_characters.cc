#include "tests/reference/reference_characters.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <string>

namespace wiredesk::reference {

namespace {

bool IsOneOf(UChar32 c, std::u32string_view list) {
  return list.find(static_cast<char32_t>(c)) != std::u32string_view::npos;
}

bool HasCategory(UChar32 c, std::uint32_t mask) { return (U_MASK(u_charType(c)) & mask) != 0; }

// What the rules give a meaning of its own, whatever its category.
bool IsPunctuation(UChar32 c) {
  return IsApostrophe(c) || IsDot(c) || IsComma(c) || IsSymbol(c) || IsIgnorable(c);
}

bool IsLetterNumberOrMark(UChar32 c) {
  return !IsPunctuation(c) && !u_isUWhiteSpace(c) &&
         HasCategory(c, U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK);
}

bool HasScriptWithoutSpaces(UChar32 c) {
  return uscript_hasScript(c, USCRIPT_HAN) || uscript_hasScript(c, USCRIPT_HIRAGANA) ||
         uscript_hasScript(c, USCRIPT_KATAKANA) || uscript_hasScript(c, USCRIPT_BOPOMOFO) ||
         uscript_hasScript(c, USCRIPT_YI) ||
         // Thai, Lao, Khmer, Burmese...
         u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
}

}  // namespace

std::vector<Character> CharactersOf(std::string_view text) {
  const icu::UnicodeString units = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  std::vector<Character> characters;
  std::size_t byte = 0;
  for (int i = 0; i < units.length(); i = units.moveIndex32(i, 1)) {
    const UChar32 c = units.char32At(i);
    std::string utf8;
    icu::UnicodeString(c).toUTF8String(utf8);
    characters.push_back({c, byte, byte + utf8.size(), i});
    byte += utf8.size();
  }
  return characters;
}

bool IsApostrophe(UChar32 c) { return IsOneOf(c, U"'\u2018\u2019\u201b\u02bc\u2032\uff07"); }
bool IsDot(UChar32 c) { return IsOneOf(c, U".\uff0e"); }
bool IsComma(UChar32 c) { return IsOneOf(c, U",\uff0c"); }
bool IsSymbol(UChar32 c) { return IsOneOf(c, U"%\u2030\uff05") || HasCategory(c, U_GC_SC_MASK); }
bool IsIgnorable(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
}
bool IsDigit(UChar32 c) { return HasCategory(c, U_GC_ND_MASK); }

bool IsMark(UChar32 c) {
  if (IsOneOf(c, U"\uff9e\uff9f")) return true;  // Voicing of half-width kana.
  UErrorCode error = U_ZERO_ERROR;
  return IsLetterNumberOrMark(c) && HasCategory(c, U_GC_M_MASK) &&
         uscript_getScript(c, &error) == USCRIPT_INHERITED;
}

bool IsSingle(UChar32 c) {
  return IsLetterNumberOrMark(c) && !IsMark(c) && HasScriptWithoutSpaces(c);
}

bool IsWordCharacter(UChar32 c) {
  return c == '_' || IsMark(c) || (IsLetterNumberOrMark(c) && !IsSingle(c));
}

}  // namespace wiredesk::reference

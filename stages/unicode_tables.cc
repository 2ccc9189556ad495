#include "stages/unicode_tables.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <map>

#include "config/check.h"

namespace wiredesk {

namespace {

const UNormalizer2* Normalizer() {
  static const UNormalizer2* const normalizer = [] {
    UErrorCode error = U_ZERO_ERROR;
    const UNormalizer2* found = unorm2_getNFKCCasefoldInstance(&error);
    WIREDESK_CHECK(U_SUCCESS(error));
    return found;
  }();
  return normalizer;
}

// Scripts whose words are not told apart by spaces.
bool IsUnspaced(UChar32 c) {
  for (UScriptCode script :
       {USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_BOPOMOFO, USCRIPT_YI}) {
    if (uscript_hasScript(c, script)) return true;
  }
  return u_getIntPropertyValue(c, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
}

CharClass ClassifyLetter(UChar32 c, bool is_mark) {
  // Voicing marks of half-width kana are letters by category, but belong to what stands before.
  if (c == 0xff9e || c == 0xff9f) return CharClass::kMark;
  if (is_mark) {
    UErrorCode error = U_ZERO_ERROR;
    if (uscript_getScript(c, &error) == USCRIPT_INHERITED) return CharClass::kMark;
  }
  return IsUnspaced(c) ? CharClass::kSingle : CharClass::kWord;
}

CharClass Classify(UChar32 c) {
  switch (c) {
    case '\'':
    case 0x2018:
    case 0x2019:
    case 0x201b:
    case 0x02bc:
    case 0x2032:
    case 0xff07:
      return CharClass::kApostrophe;
    case '.':
    case 0xff0e:
      return CharClass::kDot;
    case ',':
    case 0xff0c:
      return CharClass::kComma;
    case '%':
    case 0x2030:
    case 0xff05:
      return CharClass::kSymbol;
    case '_':
      return CharClass::kWord;
    case '\n':
    case 0x85:
    case 0x2028:
      return CharClass::kNewline;
    case 0x2029:
      return CharClass::kParagraph;
    default:
      break;
  }
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return CharClass::kIgnorable;
  if (u_isUWhiteSpace(c)) return CharClass::kSpace;
  const auto category = U_MASK(u_charType(c));
  if (category & U_GC_SC_MASK) return CharClass::kSymbol;
  if (category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) {
    return ClassifyLetter(c, (category & U_GC_M_MASK) != 0);
  }
  return CharClass::kOther;
}

// A single line end is a space to a news text: lines are wrapped. Blank lines are found elsewhere.
SentenceClass ClassifyForSentences(UChar32 c) {
  switch (u_getIntPropertyValue(c, UCHAR_SENTENCE_BREAK)) {
    case U_SB_EXTEND:
    case U_SB_FORMAT:
      return SentenceClass::kExtend;
    case U_SB_SP:
    case U_SB_CR:
    case U_SB_LF:
      return SentenceClass::kSpace;
    case U_SB_SEP:
      return c == 0x2029 ? SentenceClass::kParagraph : SentenceClass::kSpace;
    case U_SB_LOWER:
      return SentenceClass::kLower;
    case U_SB_UPPER:
      return SentenceClass::kUpper;
    case U_SB_OLETTER:
      return SentenceClass::kOtherLetter;
    case U_SB_NUMERIC:
      return SentenceClass::kNumeric;
    case U_SB_ATERM:
      return SentenceClass::kDot;
    case U_SB_STERM:
      return SentenceClass::kEnd;
    case U_SB_SCONTINUE:
      return SentenceClass::kContinue;
    case U_SB_CLOSE:
      return SentenceClass::kClose;
    default:
      return SentenceClass::kOther;
  }
}

}  // namespace

void UnicodeTables::FoldSlow(std::string_view text, std::string& folded) {
  std::u16string source(text.size(), u'\0');
  std::int32_t source_units = 0;
  UErrorCode error = U_ZERO_ERROR;
  u_strFromUTF8(source.data(), static_cast<std::int32_t>(source.size()), &source_units, text.data(),
                static_cast<std::int32_t>(text.size()), &error);
  WIREDESK_CHECK(U_SUCCESS(error));
  // 18 is the largest growth that Unicode allows for one code unit in this form.
  std::u16string target(static_cast<std::size_t>(source_units) * 18 + 1, u'\0');
  const std::int32_t target_units =
      unorm2_normalize(Normalizer(), source.data(), source_units, target.data(),
                       static_cast<std::int32_t>(target.size()), &error);
  WIREDESK_CHECK(U_SUCCESS(error));
  folded.resize(static_cast<std::size_t>(target_units) * 3);
  std::int32_t folded_bytes = 0;
  u_strToUTF8(folded.data(), static_cast<std::int32_t>(folded.size()), &folded_bytes, target.data(),
              target_units, &error);
  WIREDESK_CHECK(U_SUCCESS(error));
  folded.resize(static_cast<std::size_t>(folded_bytes));
}

CharInfo UnicodeTables::Describe(char32_t code) {
  const auto c = static_cast<UChar32>(code);
  CharInfo info{};
  info.char_class = Classify(c);
  info.sentence_class = ClassifyForSentences(c);
  info.is_number = u_charType(c) == U_DECIMAL_DIGIT_NUMBER;
  info.folds_alone = unorm2_hasBoundaryBefore(Normalizer(), c) != 0;
  info.folds_to_itself = u_hasBinaryProperty(c, UCHAR_CHANGES_WHEN_NFKC_CASEFOLDED) == 0;
  const bool is_surrogate = c >= 0xd800 && c <= 0xdfff;
  if (!info.folds_to_itself && !is_surrogate) {
    char utf8[4];
    std::int32_t bytes = 0;
    U8_APPEND_UNSAFE(utf8, bytes, c);
    std::string folded;
    FoldSlow({utf8, static_cast<std::size_t>(bytes)}, folded);
    WIREDESK_CHECK(folded.size() < 64);
    // Some ligatures stand for several words; a token must hold no space.
    std::replace(folded.begin(), folded.end(), ' ', '_');
    info.fold_start = static_cast<std::uint32_t>(pool_.size());
    info.fold_bytes = static_cast<std::uint8_t>(folded.size());
    pool_ += folded;
  }
  return info;
}

UnicodeTables::UnicodeTables() {
  const auto add_block = [this](std::uint32_t block) {
    for (std::uint32_t i = 0; i < 256; ++i) infos_.push_back(Describe((block << 8) | i));
    return static_cast<std::uint32_t>(infos_.size() / 256 - 1);
  };
  // Blocks of one kind throughout (ideographs, Hangul, unassigned and private planes) are shared;
  // their first and last code points tell.
  std::map<std::pair<int, int>, std::uint32_t> uniform;
  for (std::uint32_t block = 0; block < blocks_.size(); ++block) {
    const auto first = static_cast<UChar32>(block << 8);
    const auto kind = ublock_getCode(first);
    const bool is_uniform = ublock_getCode(first + 255) == kind &&
                            (kind == UBLOCK_CJK_UNIFIED_IDEOGRAPHS || kind == UBLOCK_NO_BLOCK ||
                             kind == UBLOCK_SUPPLEMENTARY_PRIVATE_USE_AREA_A ||
                             kind == UBLOCK_SUPPLEMENTARY_PRIVATE_USE_AREA_B) &&
                            block != 0x2f && block % 0x100 != 0xff;
    if (!is_uniform) {
      blocks_[block] = add_block(block);
      continue;
    }
    const auto key = std::make_pair(static_cast<int>(kind), static_cast<int>(u_charType(first)));
    const auto [found, is_new] = uniform.try_emplace(key, 0);
    if (is_new) found->second = add_block(block);
    blocks_[block] = found->second;
  }
}

const UnicodeTables& UnicodeTables::Get() {
  static const UnicodeTables tables;
  return tables;
}

}  // namespace wiredesk

#include "stages/term_reader.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "config/check.h"
#include "stages/arena.h"

namespace wiredesk {

namespace {

bool IsAscii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// Whether there may be an apostrophe: "'", or a character that begins with the same byte as one of
// U+2018, U+2019, U+201B, U+2032, U+02BC and U+FF07.
bool MayHoldApostrophe(std::string_view text) {
  return text.find_first_of("'\xe2\xca\xef") != std::string_view::npos;
}

const icu::Normalizer2& Normalizer(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = get(error);
  WIREDESK_CHECK(U_SUCCESS(error));
  return *normalizer;
}

}  // namespace

std::string_view TermReading::LastWord() const {
  const std::string_view words = std::string_view(canonical).substr(0, canonical.size() - 1);
  return words.substr(words.rfind(' ') + 1);
}

const std::vector<TermReading>& TermReader::ReadAll(std::string_view text, bool without_accents) {
  readings_.clear();
  Read(text, ApostropheMode::kEnglish);
  Add();
  if (MayHoldApostrophe(text)) {
    for (const ApostropheMode mode : {ApostropheMode::kSplit, ApostropheMode::kJoin}) {
      Read(text, mode);
      Add();
    }
  }
  if (without_accents && !IsAscii(text)) AddWithoutAccents();
  return readings_;
}

void TermReader::Read(std::string_view text, ApostropheMode mode) {
  padded_.assign(text);
  padded_.append(kPadding, '\0');
  tokeniser_.Begin(mode, nullptr);
  tokeniser_.AddPart({padded_.data(), text.size()});
  reading_.canonical.assign(" ");
  reading_.originals.clear();
  for (const Token& token : tokeniser_.tokens()) {
    const std::string_view rest = tokeniser_.canonical().substr(token.canonical);
    reading_.canonical.append(rest.substr(0, rest.find(' ') + 1));
    reading_.originals.push_back(text.substr(token.start, token.end - token.start));
  }
  reading_.token_count = static_cast<std::uint32_t>(tokeniser_.tokens().size());
}

void TermReader::Add() {
  if (reading_.token_count == 0) return;
  for (const TermReading& known : readings_) {
    if (known.canonical == reading_.canonical && known.originals == reading_.originals) return;
  }
  readings_.push_back(reading_);
}

void TermReader::AddWithoutAccents() {
  const std::size_t count = readings_.size();
  for (std::size_t i = 0; i < count; ++i) {
    reading_ = readings_[i];
    reading_.canonical = WithoutAccents(reading_.canonical);
    Add();
  }
}

std::string WithoutAccents(std::string_view folded) {
  if (IsAscii(folded)) return std::string(folded);
  const auto view = icu::StringPiece(folded.data(), static_cast<int32_t>(folded.size()));
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString text = Normalizer(icu::Normalizer2::getNFDInstance)
                                      .normalize(icu::UnicodeString::fromUTF8(view), error);
  icu::UnicodeString kept;
  bool has_accents = false;  // Of the last character that is no mark.
  for (int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 c = text.char32At(i);
    const bool is_mark = u_charType(c) == U_NON_SPACING_MARK;
    if (is_mark && has_accents) continue;
    if (!is_mark) {
      const UScriptCode script = uscript_getScript(c, &error);
      has_accents = script == USCRIPT_LATIN || script == USCRIPT_GREEK;
    }
    kept.append(c);
  }
  std::string plain;
  Normalizer(icu::Normalizer2::getNFCInstance).normalize(kept, error).toUTF8String(plain);
  WIREDESK_CHECK(U_SUCCESS(error));
  return plain;
}

std::size_t CountCodePoints(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

}  // namespace wiredesk

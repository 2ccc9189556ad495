#include "tests/random_text.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdio>

#include "tests/fast_path.h"

namespace wiredesk {

const std::vector<std::string> kRandomLanguages = {"en", "en", "en-GB", "de", "fr",
                                                   "it", "zh", "th",    "",   "pt_BR"};
const std::vector<std::string> kRandomSources = {"Reuters", "RÉUTERS", "afp", " Afp ", "", "7"};
const std::vector<std::string> kRandomCategories = {"sport", "Politics", "Straße", "STRASSE"};

namespace {

// The first ones come more often.
constexpr std::string_view kWords[] = {
    "bank",     "tax",      "court",      "file",   "filed",   "new",   "york",     "chapter",
    "11",       "acme",     "Acme",       "café",   "中国",    "taxes", "banks",    "l'Europe",
    "e-mail",   "U.S.",     "us",         "ไทย",    "国",      "don't", "$5",       "Straße",
    "taxation", "banking",  "1,000",      "filing", "O'Neill", "d'eau", "anti-tax", "カ゛",
    "cafe",     "한국",     "snake_case", "ﬁle",    "№5",      "AT&T",  "bankrupt", "Dr.",
    "x1",       "the bank", "new york",   "中",     "İzmir",   "Ａcme", "ά",        "e.g."};

constexpr std::string_view kBetween[] = {
    " ",   " ",  " ",      " ",      " ",        " ",      " ",      " ",      " ",      " ",
    "  ",  "\n", "\n",     "\r\n",   "\t",       "-",      "–",      "—",      "/",      ", ",
    ",",   ". ", ". ",     ".",      "! ",       "? ",     "… ",     ".” ",    " “",     "” ",
    " (",  ") ", "\n\n",   "\n \n",  "\r\n\r\n", "\u00a0", "\u2029", "\u2028", "\u0085", "。",
    "！",  "؟ ", "'",      "’ ",     " ‘",       "''",     "...",    ".\n",    ". \n",   ".) ",
    "; ",  ": ", "\u200b", "\u00ad", "\u2009",   " 😀 ",    "😀",      "_",      " _ ",    "&",
    " & ", "",   "",       " Mr. ",  " etc. ",   " U.S. ", " No. ",  "\x01",   "\u0301", "．",
    "，",  "5",  ".5",     " a ",    " x ",      " y z ",  "«",      "» "};

constexpr std::string_view kBehind[] = {"'s", "’s", "s'", "s’", "'S", "’s’", "'", "’t", "s", "s's"};

std::string FullWidth(std::string_view word) {
  icu::UnicodeString wide;
  for (char c : word) {
    wide.append(c > ' ' && c < 0x7f ? static_cast<UChar32>(c + 0xfee0) : static_cast<UChar32>(c));
  }
  std::string utf8;
  return wide.toUTF8String(utf8);
}

bool IsAscii(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return (c & 0x80) == 0; });
}

icu::UnicodeString Units(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string Decomposed(std::string_view word) {
  UErrorCode error = U_ZERO_ERROR;
  std::string utf8;
  return icu::Normalizer2::getNFDInstance(error)->normalize(Units(word), error).toUTF8String(utf8);
}

// With something in the middle that nobody sees.
std::string WithInvisible(Random& random, std::string_view word) {
  constexpr std::string_view kInvisible[] = {"\u00ad", "\u200b", "\u200d", "\u2060"};
  icu::UnicodeString units = Units(word);
  const int middle = units.getChar32Start(units.length() / 2);
  units.insert(middle, Units(Pick(random, kInvisible)));
  std::string utf8;
  return units.toUTF8String(utf8);
}

std::string RandomText(Random& random, std::size_t words) {
  std::string text;
  if (Chance(random, 10)) text += Pick(random, kBetween);
  for (std::size_t i = 0; i < words; ++i) {
    text += Respell(random, RandomWord(random));
    if (Chance(random, 8)) text += Pick(random, kBehind);
    if (i + 1 < words || Chance(random, 30)) text += Pick(random, kBetween);
  }
  return text;
}

}  // namespace

std::string_view RandomWord(Random& random) {
  const std::size_t a = Below(random, std::size(kWords));
  const std::size_t b = Below(random, std::size(kWords));
  const std::size_t c = Below(random, std::size(kWords));
  return kWords[std::min({a, b, c})];
}

std::string Respell(Random& random, std::string_view word) {
  std::string respelled(word);
  switch (Below(random, 16)) {
    case 0:
    case 1:
      Units(word).toUpper().toUTF8String(respelled = "");
      return respelled;
    case 2:
    case 3:
      if (IsAscii(word)) respelled[0] = static_cast<char>(std::toupper(respelled[0]));
      return respelled;
    case 4:
      return Decomposed(word);
    case 5:
      return IsAscii(word) ? FullWidth(word) : respelled;
    case 6:
      return WithInvisible(random, word);
    case 7:
      std::replace(respelled.begin(), respelled.end(), '-', ' ');
      return respelled;
    case 8:
      if (const std::size_t at = respelled.find('\''); at != std::string::npos) {
        respelled.replace(at, 1, "’");
      }
      return respelled;
    default:
      return respelled;
  }
}

reference::SourceArticle RandomArticle(Random& random) {
  constexpr std::string_view kFields[] = {"title", "body",    "body",       "body",
                                          "body",  "heading", kFurtherField};
  reference::SourceArticle article;
  const std::size_t parts = 1 + Below(random, 5);
  for (std::size_t i = 0; i < parts; ++i) {
    const bool is_title = i == 0 && Chance(random, 70);
    const std::string field(is_title ? "title" : Pick(random, kFields));
    const std::size_t words = Chance(random, 8) ? 0 : 1 + Below(random, is_title ? 6 : 14);
    article.parts.push_back({field, RandomText(random, words)});
  }
  article.language = Pick(random, kRandomLanguages);
  article.source = Pick(random, kRandomSources);
  if (Chance(random, 70)) article.id = std::to_string(Below(random, 5));
  for (std::size_t i = Below(random, 3); i > 0; --i) {
    article.categories.push_back(Pick(random, kRandomCategories));
  }
  return article;
}

std::string Show(const reference::SourceArticle& article) {
  std::string shown = "id=" + article.id + " language=" + article.language +
                      " source=" + article.source + " categories=";
  for (const std::string& category : article.categories) shown += category + ",";
  shown += "\n";
  for (const reference::SourceArticle::Part& part : article.parts) {
    shown += part.field + ": \"";
    const icu::UnicodeString units = Units(part.text);
    for (int i = 0; i < units.length(); i = units.moveIndex32(i, 1)) {
      const UChar32 c = units.char32At(i);
      if (c == '\n') {
        shown += "\\n";
      } else if (u_isgraph(c) || c == ' ') {
        icu::UnicodeString(c).toUTF8String(shown);
      } else {
        char escaped[16];
        std::snprintf(escaped, sizeof escaped, "\\u{%x}", static_cast<unsigned>(c));
        shown += escaped;
      }
    }
    shown += "\"\n";
  }
  return shown;
}

}  // namespace wiredesk

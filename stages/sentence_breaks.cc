#include "stages/sentence_breaks.h"

#include <unicode/ures.h>

#include <array>
#include <bitset>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "stages/unicode_tables.h"

namespace wiredesk {

class Abbreviations {
 public:
  static constexpr std::size_t kBytesMax = 16;

  explicit Abbreviations(const std::string& language) {
    UErrorCode error = U_ZERO_ERROR;
    UResourceBundle* bundle = ures_openDirect(U_ICUDATA_NAME "-brkitr", language.c_str(), &error);
    UResourceBundle* exceptions = ures_getByKey(bundle, "exceptions", nullptr, &error);
    UResourceBundle* list = ures_getByKey(exceptions, "SentenceBreak", nullptr, &error);
    for (int i = 0; U_SUCCESS(error) && i < ures_getSize(list); ++i) Add(list, i);
    ures_close(list);
    ures_close(exceptions);
    ures_close(bundle);
    if (language == "en") {
      for (std::string_view word : kEnglishTitles) Insert(word);
    }
  }

  bool empty() const { return words_.empty(); }

  // Whether the word that ends with the full stop at `dot` is one.
  bool EndsAt(std::string_view text, std::size_t dot) const {
    if (dot >= 2 && IsLetter(text[dot - 2]) && IsLetter(text[dot - 1]) &&
        !endings_[EndingOf(text, dot)]) {
      return false;
    }
    std::size_t start = dot;
    const auto is_part = [](char c) {
      return c == '.' || static_cast<unsigned char>((c | 0x20) - 'a') < 26 ||
             static_cast<unsigned char>(c) >= 0x80;
    };
    while (start > 0 && is_part(text[start - 1])) {
      if (dot - --start > kBytesMax) return false;
    }
    const std::string_view word = text.substr(start, dot + 1 - start);
    if (IsAcronym(word)) return true;
    const auto first = static_cast<unsigned char>(word.front());
    if (first < 128 && (lengths_[first] >> word.size() & 1) == 0) return false;
    return words_.contains(absl::string_view(word.data(), word.size()));
  }

 private:
  // Missing in ICU's list, and common before a name or within one.
  static constexpr const char* kEnglishTitles[] = {
      "Dr.", "St.",  "Sen.", "Gov.",  "Gen.", "Messrs.", "Jr.",   "Sr.",  "Inc.", "Corp.",
      "Co.", "Ltd.", "No.",  "Cmdr.", "Cpl.", "Pres.",   "Supt.", "Mme.", "Bros."};

  static bool IsLetter(char c) { return static_cast<unsigned char>((c | 0x20) - 'a') < 26; }

  // The two letters before a full stop, of either case, as a number.
  static std::size_t EndingOf(std::string_view text, std::size_t dot) {
    const auto letter = [](char c) { return static_cast<std::size_t>(c & 31); };
    return letter(text[dot - 2]) << 5 | letter(text[dot - 1]);
  }

  // Two single letters or more, each with its full stop: U.S., J.R.R.
  static bool IsAcronym(std::string_view word) {
    if (word.size() < 4 || word.size() % 2 != 0) return false;
    for (std::size_t i = 0; i < word.size(); i += 2) {
      if (word[i] == '.' || word[i + 1] != '.') return false;
    }
    return true;
  }

  void Add(UResourceBundle* list, int i) {
    UErrorCode error = U_ZERO_ERROR;
    char utf8[64];
    std::int32_t bytes = sizeof utf8;
    const char* word = ures_getUTF8StringByIndex(list, i, utf8, &bytes, 0, &error);
    if (U_SUCCESS(error)) Insert({word, static_cast<std::size_t>(bytes)});
  }

  void Insert(std::string_view word) {
    if (word.empty() || word.size() > kBytesMax) return;
    const auto first = static_cast<unsigned char>(word.front());
    if (first < 128) lengths_[first] |= 1u << word.size();
    if (word.size() > 2) endings_[EndingOf(word, word.size() - 1)] = true;
    words_.emplace(word);
  }

  absl::flat_hash_set<std::string> words_;
  // By first letter, the lengths that occur: tells most words apart without a look-up.
  std::array<std::uint32_t, 128> lengths_{};
  // By their last two letters: tells most words apart at once.
  std::bitset<1024> endings_;
};

const Abbreviations* FindAbbreviations(std::string_view language) {
  // ICU's resource names are at most this long; anything longer is no language.
  if (language.size() < 2 || language.size() > 3) return nullptr;
  static std::mutex mutex;
  static std::map<std::string, Abbreviations, std::less<>> known;
  for (char c : language) {
    if (c < 'a' || c > 'z') return nullptr;
  }
  const std::lock_guard lock(mutex);
  const auto found = known.find(language);
  if (found != known.end()) return found->second.empty() ? nullptr : &found->second;
  const Abbreviations& made =
      known.try_emplace(std::string(language), std::string(language)).first->second;
  return made.empty() ? nullptr : &made;
}

namespace {

// Walks characters forward by their sentence class, leaving out those that SB5 makes part of what
// stands before them.
class Walker {
 public:
  Walker(std::string_view text, std::size_t at) : text_(text), at_(at) { Load(); }

  bool at_end() const { return at_ >= text_.size(); }
  SentenceClass here() const { return class_; }
  void Next() {
    do {
      at_ += bytes_;
      Load();
    } while (!at_end() && class_ == SentenceClass::kExtend);
  }
  void SkipAll(SentenceClass what) {
    while (!at_end() && class_ == what) Next();
  }

 private:
  void Load() {
    if (at_end()) return;
    const DecodedChar decoded = DecodeUtf8(text_.data() + at_);
    bytes_ = decoded.bytes;
    class_ = UnicodeTables::Get().Info(decoded.c).sentence_class;
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t bytes_ = 0;
  SentenceClass class_ = SentenceClass::kOther;
};

SentenceClass ClassBefore(std::string_view text, std::size_t at) {
  const char* p = text.data() + at;
  while (p > text.data()) {
    p = PreviousUtf8(text.data(), p);
    const SentenceClass found = UnicodeTables::Get().Info(DecodeUtf8(p).c).sentence_class;
    if (found != SentenceClass::kExtend) return found;
  }
  return SentenceClass::kOther;
}

// SB8: a lower-case letter goes on with the sentence, whatever digits and signs come before it.
bool LowerComesNext(Walker walker) {
  for (; !walker.at_end(); walker.Next()) {
    switch (walker.here()) {
      case SentenceClass::kLower:
        return true;
      case SentenceClass::kOtherLetter:
      case SentenceClass::kUpper:
      case SentenceClass::kParagraph:
      case SentenceClass::kDot:
      case SentenceClass::kEnd:
        return false;
      default:
        break;
    }
  }
  return false;
}

}  // namespace

bool EndsSentence(std::string_view text, std::size_t at, const Abbreviations* abbreviations) {
  Walker next(text, at);
  if (next.here() == SentenceClass::kParagraph) return true;
  const bool is_dot = next.here() == SentenceClass::kDot;
  next.Next();
  if (next.at_end()) return true;
  if (is_dot) {
    if (next.here() == SentenceClass::kNumeric) return false;  // SB6
    const SentenceClass before = ClassBefore(text, at);
    const bool after_letter = before == SentenceClass::kUpper || before == SentenceClass::kLower;
    if (after_letter && next.here() == SentenceClass::kUpper) return false;  // SB7
  }
  next.SkipAll(SentenceClass::kClose);
  next.SkipAll(SentenceClass::kSpace);
  if (next.at_end()) return true;
  if (is_dot && LowerComesNext(next)) return false;
  const SentenceClass after = next.here();  // SB8a
  if (after == SentenceClass::kContinue || after == SentenceClass::kDot ||
      after == SentenceClass::kEnd) {
    return false;
  }
  return !(is_dot && abbreviations != nullptr && abbreviations->EndsAt(text, at));
}

bool EndsAbbreviation(std::string_view text, std::size_t dot, const Abbreviations& abbreviations) {
  return abbreviations.EndsAt(text, dot);
}

}  // namespace wiredesk

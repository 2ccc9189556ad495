#include "stages/inflections.h"

#include <libstemmer.h>

#include <algorithm>
#include <memory>

#include "config/check.h"

namespace wiredesk {

namespace {

constexpr std::string_view kLanguages[] = {"en"};

// Endings that English words of one stem differ in. A form that the stemmer does not take back to
// the stem is dropped, so a wrong guess costs nothing.
constexpr std::string_view kEnglishEndings[] = {
    "",     "s",   "es",   "d",     "ed",     "ing",  "ings", "er",  "ers",  "r",    "rs",
    "ly",   "ion", "ions", "ation", "ations", "ive",  "able", "al",  "ally", "ment", "ments",
    "ness", "ful", "y",    "ies",   "ied",    "ying", "or",   "ors", "ance", "ances"};

struct StemmerDeleter {
  void operator()(sb_stemmer* stemmer) const { sb_stemmer_delete(stemmer); }
};
using Stemmer = std::unique_ptr<sb_stemmer, StemmerDeleter>;

std::string Stem(sb_stemmer* stemmer, std::string_view word) {
  const auto* stem = sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol*>(word.data()),
                                     static_cast<int>(word.size()));
  WIREDESK_CHECK(stem != nullptr);
  return {reinterpret_cast<const char*>(stem),
          static_cast<std::size_t>(sb_stemmer_length(stemmer))};
}

// What endings may be put behind: the word and its stem, with the spelling changes of English.
std::vector<std::string> Bases(const std::string& word, const std::string& stem) {
  std::vector<std::string> bases = {word, stem, stem + "e"};
  for (const std::string& base : {word, stem}) {
    const char last = base.back();
    const std::string shorter = base.substr(0, base.size() - 1);
    if (last == 'e' || last == 'y' || last == 'i') bases.push_back(shorter);
    if (last == 'i') bases.push_back(shorter + "y");
    if (last == 'y') bases.push_back(shorter + "i");
    bases.push_back(base + last);  // plan, planned
  }
  return bases;
}

}  // namespace

std::span<const std::string_view> InflectedLanguages() { return kLanguages; }

std::vector<std::string> Inflections(std::string_view word, std::string_view language) {
  WIREDESK_CHECK(!word.empty());
  const Stemmer stemmer(sb_stemmer_new(std::string(language).c_str(), "UTF_8"));
  WIREDESK_CHECK(stemmer != nullptr);
  const std::string original(word);
  const std::string stem = Stem(stemmer.get(), original);
  std::vector<std::string> forms = {original};
  if (!stem.empty()) {
    for (const std::string& base : Bases(original, stem)) {
      for (std::string_view ending : kEnglishEndings) {
        std::string form = base + std::string(ending);
        if (form.size() > 1 && Stem(stemmer.get(), form) == stem) forms.push_back(std::move(form));
      }
    }
  }
  std::sort(forms.begin(), forms.end());
  forms.erase(std::unique(forms.begin(), forms.end()), forms.end());
  return forms;
}

}  // namespace wiredesk

#include "stages/canonicaliser.h"

#include <cstring>

namespace wiredesk {

void Canonicaliser::Process(Batch& batch) {
  for (Article& article : batch.articles()) {
    if (article.ok()) Canonicalise(article, batch.arena());
  }
}

void Canonicaliser::Canonicalise(Article& article, Arena& arena) {
  tokeniser_.Begin(ApostropheModeOf(article.language), AbbreviationsOf(article.language));
  for (TextPart& part : article.parts) {
    part.first_token = static_cast<std::uint32_t>(tokeniser_.tokens().size());
    tokeniser_.AddPart(part.text);
  }
  // The tokeniser's buffers stay in the cache; what the batch keeps is as small as it can be.
  article.canonical = arena.Copy(tokeniser_.canonical());
  const auto keep = [&arena]<typename T>(std::span<const T> from) {
    const std::span<T> to = arena.AllocateArray<T>(from.size());
    if (!from.empty()) std::memcpy(to.data(), from.data(), from.size_bytes());
    return std::span<const T>(to);
  };
  article.tokens = keep(tokeniser_.tokens());
  article.sentences = keep(tokeniser_.sentences());
  article.paragraphs = keep(tokeniser_.paragraphs());
}

const Abbreviations* Canonicaliser::AbbreviationsOf(std::string_view language) {
  constexpr std::size_t kRemembered = 64;
  if (language.empty()) language = "en";
  language = language.substr(0, language.find_first_of("-_"));
  for (const auto& [known, abbreviations] : languages_) {
    if (known == language) return abbreviations;
  }
  const Abbreviations* found = FindAbbreviations(language);
  if (languages_.size() < kRemembered) languages_.emplace_back(language, found);
  return found;
}

}  // namespace wiredesk

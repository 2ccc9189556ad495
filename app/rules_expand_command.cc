// wiredesk rules expand: which words `word~` stands for.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/exit_codes.h"
#include "app/rules_commands.h"
#include "stages/arena.h"
#include "stages/inflections.h"
#include "stages/tokeniser.h"

namespace wiredesk {

namespace {

struct ExpandOptions {
  std::vector<std::string> words;
  std::string language = "en";
};

std::string KnownLanguages() {
  std::string known;
  for (std::string_view name : InflectedLanguages()) {
    known.append(known.empty() ? "" : ", ").append(name);
  }
  return known;
}

// The folded words of `text`, as articles are read.
std::vector<std::string> FoldedWords(std::string text, const std::string& language) {
  Tokeniser tokeniser;
  tokeniser.Begin(ApostropheModeOf(language), nullptr);
  const std::size_t size = text.size();
  text.append(kPadding, '\0');
  tokeniser.AddPart(std::string_view(text).substr(0, size));
  std::vector<std::string> words;
  for (const Token& token : tokeniser.tokens()) {
    const std::string_view rest = tokeniser.canonical().substr(token.canonical);
    words.emplace_back(rest.substr(0, rest.find(' ')));
  }
  return words;
}

int ExpandWord(std::string_view word, const std::string& language) {
  if (word.ends_with('~')) word.remove_suffix(1);
  const std::vector<std::string> words = FoldedWords(std::string(word), language);
  if (words.empty()) {
    std::fprintf(stderr, "wiredesk: \"%s\" holds no word\n", std::string(word).c_str());
    return kExitUsage;
  }
  // Of several words (cyber-attack~) the last is inflected, as in packs.
  std::string before;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) before += words[i] + " ";
  const std::vector<std::string> forms = Inflections(words.back(), language);
  for (const std::string& form : forms) std::printf("%s%s\n", before.c_str(), form.c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "%s~ (%s): %zu form%s\n", std::string(word).c_str(), language.c_str(),
               forms.size(), forms.size() == 1 ? "" : "s");
  return kExitOk;
}

int Expand(const ExpandOptions& options) {
  const auto languages = InflectedLanguages();
  if (std::find(languages.begin(), languages.end(), options.language) == languages.end()) {
    std::fprintf(stderr,
                 "wiredesk: no inflections are known for the language \"%s\"; known are: %s\n",
                 options.language.c_str(), KnownLanguages().c_str());
    return kExitUsage;
  }
  for (const std::string& word : options.words) {
    const int status = ExpandWord(word, options.language);
    if (status != kExitOk) return status;
  }
  return kExitOk;
}

}  // namespace

void AddRulesExpandCommand(CLI::App& rules, CommandAction& action) {
  CLI::App* expand = rules.add_subcommand("expand", "Print the inflections that word~ stands for");
  const auto options = std::make_shared<ExpandOptions>();
  expand->add_option("WORD", options->words, "Words, with or without the ~")->required();
  expand->add_option("--language", options->language, "One of " + KnownLanguages())
      ->capture_default_str();
  expand->footer(
      "Prints one form a line, as articles are read: in lower case. How many there are goes to "
      "standard error.\nExample:\n  wiredesk rules expand Häuser~ --language de");
  expand->callback([options, &action] { action = [options] { return Expand(*options); }; });
}

}  // namespace wiredesk

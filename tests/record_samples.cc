// Writes output records of real articles, for schema_check.py: one JSON object a line, with the
// form and the record. No test of its own.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tagged.h"

namespace {

std::vector<std::string> SampleArticles() {
  std::vector<std::string> articles;
  std::ifstream lines(WIREDESK_SOURCE_DIR "/tests/data/articles.ndjson");
  for (std::string line; std::getline(lines, line);) articles.push_back(line);
  std::ifstream text(WIREDESK_SOURCE_DIR "/tests/data/article.txt");
  articles.emplace_back(std::istreambuf_iterator<char>(text), std::istreambuf_iterator<char>());
  articles.emplace_back("It rains. No title.");
  return articles;
}

void PrintRecords(const wiredesk::CompiledRules& rules, wiredesk::RecordForm form) {
  wiredesk::OutputSettings settings;
  settings.record = form;
  const char* const name = form == wiredesk::RecordForm::kTags ? "tags" : "enriched";
  for (const std::string& text : SampleArticles()) {
    const wiredesk::Tagged article(text, rules, settings);
    WIREDESK_CHECK(article->ok());
    const std::string record(article.output());
    std::printf("{\"form\":\"%s\",\"record\":%s}\n", name, record.c_str());
  }
}

}  // namespace

int main() {
  const auto rules = wiredesk::DiplomacyRules();
  PrintRecords(*rules, wiredesk::RecordForm::kTags);
  PrintRecords(*rules, wiredesk::RecordForm::kEnriched);
  return 0;
}

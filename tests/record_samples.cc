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
  wiredesk::DecodeSettings decode;
  decode.fields.further = {{"byline", "/source"}};
  settings.record = form;
  const char* const name = form == wiredesk::RecordForm::kTags ? "tags" : "enriched";
  for (const std::string& text : SampleArticles()) {
    const wiredesk::Tagged article(text, rules, settings, decode);
    WIREDESK_CHECK(article->ok());
    const std::string record(article.output());
    std::printf("{\"form\":\"%s\",\"record\":%s}\n", name, record.c_str());
  }
}

}  // namespace

int main() {
  // A further field, and snippets.
  wiredesk::CompileOptions options;
  options.further_fields = {"byline"};
  wiredesk::RulePack pack;
  pack.name = "samples";
  pack.language = "any";
  wiredesk::Topic& topic = pack.topics.emplace_back();
  topic.id = "desk:any";
  topic.has_rule = true;
  topic.emit = {100, 20};
  topic.when.emplace().kind = wiredesk::RuleNode::Kind::kRegex;
  topic.when->text = "[a-z]{4,20}";
  wiredesk::Diagnostics diagnostics;
  const auto wide = wiredesk::CompileRules(std::span(&pack, 1), diagnostics, options);
  WIREDESK_CHECK(wide != nullptr);
  const auto diplomacy = wiredesk::DiplomacyRules();
  for (const auto form : {wiredesk::RecordForm::kTags, wiredesk::RecordForm::kEnriched}) {
    PrintRecords(*wide, form);
    PrintRecords(*diplomacy, form);
  }
  return 0;
}

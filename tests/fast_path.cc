#include "tests/fast_path.h"

#include <algorithm>
#include <iterator>

#include "config/check.h"
#include "stages/canonicaliser.h"
#include "stages/matcher.h"
#include "stages/rule_compiler.h"
#include "stages/tagger.h"

namespace wiredesk {

namespace {

FieldId FieldOf(const std::string& name) {
  if (name == kFurtherField) return static_cast<FieldId>(kFieldCount);
  const auto* const found = std::find(std::begin(kFieldNames), std::end(kFieldNames), name);
  WIREDESK_CHECK(found != std::end(kFieldNames));
  return static_cast<FieldId>(found - std::begin(kFieldNames));
}

}  // namespace

FastArticles::FastArticles(const std::vector<reference::SourceArticle>& articles)
    : batch_(articles.size()) {
  for (const reference::SourceArticle& article : articles) Add(article);
  Canonicaliser().Process(batch_);
}

void FastArticles::Add(const reference::SourceArticle& source) {
  Arena& arena = batch_.arena();
  // Quoted; random metadata holds nothing that JSON escapes.
  const auto quoted = [&arena](const std::string& value) {
    return value.empty() ? std::string_view() : arena.Copy("\"" + value + "\"");
  };
  Article& article = batch_.Append({}, "");
  article.language = arena.Copy(source.language);
  article.language_json = quoted(source.language);
  article.source_json = quoted(source.source);
  article.id_json = quoted(source.id);
  const auto categories = arena.AllocateArray<std::string_view>(source.categories.size());
  for (std::size_t i = 0; i < categories.size(); ++i) {
    categories[i] = arena.Copy(source.categories[i]);
  }
  article.categories = categories;
  article.parts = arena.AllocateArray<TextPart>(source.parts.size());
  for (std::size_t i = 0; i < source.parts.size(); ++i) {
    article.parts[i] = TextPart{arena.Copy(source.parts[i].text), FieldOf(source.parts[i].field)};
  }
}

std::vector<std::vector<reference::FoundTag>> FastArticles::Tag(const CompiledRules& rules) {
  batch_.rules = &rules;
  for (Article& article : batch_.articles()) {
    article.matches = {};
    article.tags = {};
  }
  Matcher().Process(batch_);
  Tagger(OutputSettings{}).Process(batch_);
  std::vector<std::vector<reference::FoundTag>> all;
  for (const Article& article : batch_.articles()) all.push_back(FoundTags(article, rules));
  return all;
}

std::vector<reference::FoundTag> FoundTags(const Article& article, const CompiledRules& rules) {
  WIREDESK_CHECK(article.ok());
  std::vector<reference::FoundTag> found;
  for (const wiredesk::Tag& tag : article.tags) {
    reference::FoundTag& shown = found.emplace_back();
    shown.topic = rules.topics()[tag.topic].id;
    shown.score = tag.score;
    for (const wiredesk::Evidence& evidence : tag.evidence) {
      shown.evidence.push_back({evidence.part, evidence.start, evidence.end,
                                std::string(evidence.term), evidence.snippet_start,
                                evidence.snippet_end});
    }
  }
  return found;
}

std::shared_ptr<const CompiledRules> Compile(const std::vector<RulePack>& packs,
                                             std::string& errors, EngineChoice engine) {
  CompileOptions options;
  options.engine = engine;
  options.further_fields = {std::string(kFurtherField)};
  Diagnostics diagnostics;
  std::shared_ptr<const CompiledRules> rules = CompileRules(packs, diagnostics, options);
  if (rules == nullptr) errors = Render(diagnostics);
  return rules;
}

}  // namespace wiredesk

#include "stages/rule_tester.h"

#include <algorithm>

#include "stages/canonicaliser.h"
#include "stages/matcher.h"
#include "stages/tagger.h"

namespace wiredesk {

namespace {

class Tester {
 public:
  explicit Tester(const CompiledRules& rules) : tagger_(OutputSettings{}), batch_(1) {
    batch_.rules = &rules;
  }

  // The tags of a small article; valid until the next call.
  std::span<const Tag> Run(const RuleTest& test, std::string_view language) {
    batch_.Clear();
    Article& article = batch_.Append({}, "");
    article.language = language == "any" ? std::string_view() : language;
    article.parts = batch_.arena().AllocateArray<TextPart>(test.fields.size());
    for (std::size_t i = 0; i < test.fields.size(); ++i) {
      const FieldId field = test.fields[i].name == "title" ? kTitleField : kBodyField;
      article.parts[i] = TextPart{batch_.arena().Copy(test.fields[i].text), field};
    }
    canonicaliser_.Process(batch_);
    matcher_.Process(batch_);
    tagger_.Process(batch_);
    return article.tags;
  }

  // "“chapter 11” (title), “creditors” (body)"
  std::string ShowEvidence(const Tag& tag) {
    const Article& article = batch_.articles().front();
    std::string shown;
    for (const Evidence& evidence : tag.evidence) {
      const TextPart& part = article.parts[evidence.part];
      if (!shown.empty()) shown += ", ";
      shown.append("“").append(part.text.substr(evidence.start, evidence.end - evidence.start));
      shown.append("” (").append(kFieldNames[part.field]).append(")");
    }
    return shown;
  }

 private:
  Canonicaliser canonicaliser_;
  Matcher matcher_;
  Tagger tagger_;
  Batch batch_;
};

Diagnostic Failure(const RulePack& pack, const RuleTest& test, std::string message,
                   std::string help) {
  return {Diagnostic::Severity::kError, pack.file,       test.position,
          std::move(message),           std::move(help), {}};
}

void TestTopic(const RulePack& pack, const Topic& topic, const CompiledRules& rules, Tester& tester,
               RuleTestReport& report) {
  for (const RuleTest& test : topic.tests) {
    const std::span<const Tag> tags = tester.Run(test, pack.language);
    const auto tag = std::find_if(tags.begin(), tags.end(), [&](const Tag& found) {
      return rules.topics()[found.topic].id == topic.id;
    });
    const bool found = tag != tags.end();
    if (found == test.expected) {
      ++report.passed;
    } else if (found) {
      report.failures.push_back(Failure(
          pack, test, topic.id + " \"" + topic.label + "\" was found where the test says no",
          "its score is " + std::to_string(tag->score) + " of " + std::to_string(topic.need) +
              ", from " + tester.ShowEvidence(*tag)));
    } else {
      report.failures.push_back(Failure(pack, test,
                                        topic.id + " \"" + topic.label + "\" was not found",
                                        "its score stays below " + std::to_string(topic.need)));
    }
  }
}

}  // namespace

RuleTestReport TestRules(std::span<const RulePack> packs, const CompiledRules& rules) {
  RuleTestReport report;
  Tester tester(rules);
  for (const RulePack& pack : packs) {
    for (const Topic& topic : pack.topics) TestTopic(pack, topic, rules, tester, report);
  }
  return report;
}

}  // namespace wiredesk

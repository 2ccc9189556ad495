#include "stages/rule_tester.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "stages/canonicaliser.h"
#include "stages/json_writer.h"
#include "stages/matcher.h"
#include "stages/tagger.h"

namespace wiredesk {

namespace {

std::string_view Quoted(std::string_view text, Arena& arena) {
  const std::size_t bytes_max = StringBytesMax(text.size());
  JsonWriter writer(arena.Allocate(bytes_max), bytes_max);
  writer.String(text);
  return writer.written();
}

class Tester {
 public:
  explicit Tester(const CompiledRules& rules)
      : rules_(rules), tagger_(OutputSettings{}, ShadowTags::kShow), batch_(1) {
    batch_.rules = &rules;
  }

  // The tags of a small article; valid until the next call.
  std::span<const Tag> Run(const RuleTest& test, std::string_view language) {
    batch_.Clear();
    categories_.clear();
    parts_.clear();
    Article& article = batch_.Append({}, "");
    article.language = language == "any" ? std::string_view() : language;
    for (const TestField& field : test.fields) AddField(field, article);
    article.parts = parts_;
    article.categories = categories_;
    canonicaliser_.Process(batch_);
    matcher_.Process(batch_);
    tagger_.Process(batch_);
    return article.tags;
  }

  // The name of a text that is neither a field nor metadata, or nothing.
  std::string_view UnknownName(const RuleTest& test) const {
    for (const TestField& field : test.fields) {
      if (!IsMetadata(field.name) && !FindField(field.name)) return field.name;
    }
    return {};
  }

  // "“chapter 11” (title), “creditors” (body)"
  std::string ShowEvidence(const Tag& tag) {
    const Article& article = batch_.articles().front();
    std::string shown;
    for (const Evidence& evidence : tag.evidence) {
      const TextPart& part = article.parts[evidence.part];
      if (!shown.empty()) shown += ", ";
      shown.append("“").append(part.text.substr(evidence.start, evidence.end - evidence.start));
      shown.append("” (").append(rules_.FieldName(part.field)).append(")");
    }
    return shown;
  }

 private:
  static bool IsMetadata(std::string_view name) {
    return name == "language" || name == "lang" || name == "source" || name == "id" ||
           name == "category";
  }

  // The lead is not a text of its own, but the body's beginning.
  std::optional<FieldId> FindField(std::string_view name) const {
    if (name == "lead") return kBodyField;
    const std::span<const std::string_view> names = rules_.field_names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<FieldId>(found - names.begin());
  }

  void AddField(const TestField& field, Article& article) {
    Arena& arena = batch_.arena();
    if (field.name == "category") {
      categories_.push_back(field.text);
    } else if (field.name == "language" || field.name == "lang") {
      article.language = field.text;
    } else if (field.name == "source") {
      article.source_json = Quoted(field.text, arena);
    } else if (field.name == "id") {
      article.id_json = Quoted(field.text, arena);
    } else if (const std::optional<FieldId> id = FindField(field.name)) {
      parts_.push_back(TextPart{arena.Copy(field.text), *id});
    }
  }

  const CompiledRules& rules_;
  Canonicaliser canonicaliser_;
  Matcher matcher_;
  Tagger tagger_;
  Batch batch_;
  std::vector<std::string_view> categories_;  // Of the article.
  std::vector<TextPart> parts_;
};

Diagnostic Failure(const RulePack& pack, const RuleTest& test, std::string message,
                   std::string help) {
  return {Diagnostic::Severity::kError, pack.file,       test.position,
          std::move(message),           std::move(help), {}};
}

std::string NotFoundHelp(const Topic& topic) {
  const std::string score = "its score stays below " + std::to_string(topic.need);
  if (!topic.when) return score;
  return topic.scores.empty() ? "its `when` does not hold"
                              : "its `when` does not hold, or " + score;
}

void TestTopic(const RulePack& pack, const Topic& topic, const CompiledRules& rules, Tester& tester,
               RuleTestReport& report) {
  for (const RuleTest& test : topic.tests) {
    const std::string_view unknown = tester.UnknownName(test);
    if (!unknown.empty()) {
      report.failures.push_back(
          Failure(pack, test, "there is no field " + std::string(unknown), ""));
      continue;
    }
    const std::span<const Tag> tags = tester.Run(test, pack.language);
    const auto tag = std::find_if(tags.begin(), tags.end(), [&](const Tag& found) {
      return rules.topics()[found.topic].id == topic.id;
    });
    const bool found = tag != tags.end();
    if (found == test.expected) {
      ++report.passed;
    } else if (found) {
      const std::string evidence = tester.ShowEvidence(*tag);
      report.failures.push_back(Failure(
          pack, test, topic.id + " \"" + topic.label + "\" was found where the test says no",
          "its score is " + std::to_string(tag->score) + " of " +
              std::to_string(rules.topics()[tag->topic].need) +
              (evidence.empty() ? "" : ", from " + evidence)));
    } else {
      report.failures.push_back(Failure(
          pack, test, topic.id + " \"" + topic.label + "\" was not found", NotFoundHelp(topic)));
    }
  }
}

bool IsCompiled(const Topic& topic, const CompiledRules& rules) {
  const std::span<const CompiledTopic> topics = rules.topics();
  const auto found = std::lower_bound(
      topics.begin(), topics.end(), topic.id,
      [](const CompiledTopic& compiled, const std::string& id) { return compiled.id < id; });
  return found != topics.end() && found->id == topic.id;
}

}  // namespace

RuleTestReport TestRules(std::span<const RulePack> packs, const CompiledRules& rules) {
  RuleTestReport report;
  Tester tester(rules);
  for (const RulePack& pack : packs) {
    for (const Topic& topic : pack.topics) {
      if (IsCompiled(topic, rules)) TestTopic(pack, topic, rules, tester, report);
    }
  }
  return report;
}

}  // namespace wiredesk

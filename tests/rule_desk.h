// A desk that tags small articles by rules built in place: what the tests of matching share.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/canonicaliser.h"
#include "stages/matcher.h"
#include "stages/rule_compiler.h"
#include "stages/tagger.h"
#include "tests/rule_nodes.h"

namespace wiredesk {

struct FoundTag {
  std::string id;
  int score;
  std::vector<std::string> evidence;  // The original bytes.
  std::vector<std::string> terms;     // Of each evidence.
  std::vector<std::string> snippets;  // Likewise.
};

// An article as the decoder would hand it over.
struct DeskArticle {
  struct Part {
    FieldId field;
    std::string text;
  };
  std::vector<Part> parts;
  std::string language = "en";
  std::string source_json = {};
  std::string id_json = {};
  std::vector<std::string_view> categories = {};
};

// A desk with rules: Tag() takes an article and says what was found. The same stages see all
// articles, one after the other, as in a lane.
class Desk {
 public:
  using Part = DeskArticle::Part;

  explicit Desk(const RulePack& pack, int evidence_max = 20, const CompileOptions& options = {})
      : Desk(std::vector<RulePack>{pack}, evidence_max, options) {}
  explicit Desk(const std::vector<RulePack>& packs, int evidence_max = 20,
                const CompileOptions& options = {})
      : tagger_(SettingsOf(evidence_max)), batch_(1) {
    Diagnostics diagnostics;
    rules_ = CompileRules(packs, diagnostics, options);
    EXPECT_NE(rules_, nullptr) << Render(diagnostics);
    batch_.rules = rules_.get();
  }

  std::vector<FoundTag> Tag(const DeskArticle& input) {
    batch_.Clear();
    Article& article = batch_.Append({}, "");
    article.language = input.language;
    article.source_json = input.source_json;
    article.id_json = input.id_json;
    article.categories = input.categories;
    article.parts = batch_.arena().AllocateArray<TextPart>(input.parts.size());
    for (std::size_t i = 0; i < input.parts.size(); ++i) {
      article.parts[i] = TextPart{batch_.arena().Copy(input.parts[i].text), input.parts[i].field};
    }
    canonicaliser_.Process(batch_);
    matcher_.Process(batch_);
    tagger_.Process(batch_);
    std::vector<FoundTag> found;
    for (const wiredesk::Tag& tag : article.tags) found.push_back(Show(article, tag));
    return found;
  }
  std::vector<FoundTag> Tag(const std::vector<Part>& parts, std::string_view language = "en") {
    return Tag(DeskArticle{parts, std::string(language)});
  }
  std::vector<FoundTag> TagBody(const std::string& body, std::string_view language = "en") {
    return Tag(std::vector<Part>{{kBodyField, body}}, language);
  }
  // Whether there is a tag.
  bool Holds(const DeskArticle& input) { return !Tag(input).empty(); }
  bool Holds(const std::string& body) { return !TagBody(body).empty(); }

  const CompiledRules& rules() const { return *rules_; }
  // As the last Tag() left it.
  const Article& article() const { return batch_.articles()[0]; }

 private:
  static OutputSettings SettingsOf(int evidence_max) {
    OutputSettings settings;
    settings.evidence_max = evidence_max;
    return settings;
  }

  FoundTag Show(const Article& article, const wiredesk::Tag& tag) const {
    FoundTag shown = {std::string(rules_->topics()[tag.topic].id), tag.score, {}, {}, {}};
    for (const Evidence& e : tag.evidence) {
      const std::string_view text = article.parts[e.part].text;
      shown.evidence.emplace_back(text.substr(e.start, e.end - e.start));
      shown.terms.emplace_back(e.term);
      shown.snippets.emplace_back(text.substr(e.snippet_start, e.snippet_end - e.snippet_start));
    }
    return shown;
  }

  std::shared_ptr<const CompiledRules> rules_;
  Canonicaliser canonicaliser_;
  Matcher matcher_;
  Tagger tagger_;
  Batch batch_;
};

// The evidence of the one topic that a term has, for a body text.
inline std::vector<std::string> Find(const RuleNode& term, const std::string& body,
                                     std::string_view language = "en") {
  Desk desk(Pack({MakeTopic("t", {Item(1, term, 100)})}));
  const std::vector<FoundTag> tags = desk.TagBody(body, language);
  if (tags.empty()) return {};
  return tags.front().evidence;
}

// What is wrong with a pack.
inline std::string ErrorOf(const RulePack& pack, const CompileOptions& options = {}) {
  Diagnostics diagnostics;
  EXPECT_EQ(CompileRules(std::span(&pack, 1), diagnostics, options), nullptr);
  return Render(diagnostics);
}

}  // namespace wiredesk

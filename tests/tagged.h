// One record through all five stages, by rules that are built in place: what the tests of the
// output share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stages/canonicaliser.h"
#include "stages/decoder.h"
#include "stages/encoder.h"
#include "stages/matcher.h"
#include "stages/rule_compiler.h"
#include "stages/tagger.h"

namespace wiredesk {

struct TopicSketch {
  std::string id;
  std::string label;
  std::string parent;
  std::vector<std::string> words;  // Ten points each, for every hit.
};

// Topics with a pack called "test pack".
inline std::shared_ptr<const CompiledRules> RulesOf(const std::vector<TopicSketch>& sketches) {
  RulePack pack;
  pack.file = "test.rules";
  pack.name = "test pack";
  pack.version = "1";
  pack.language = "any";
  for (const TopicSketch& sketch : sketches) {
    Topic& topic = pack.topics.emplace_back();
    topic.id = sketch.id;
    topic.label = sketch.label;
    topic.parent = sketch.parent;
    topic.has_rule = !sketch.words.empty();
    topic.need = 5;
    for (const std::string& word : sketch.words) {
      ScoreItem& item = topic.scores.emplace_back();
      item.weight = 10;
      item.hits_max = 100;
      item.term.kind =
          word.find(' ') == std::string::npos ? RuleNode::Kind::kWord : RuleNode::Kind::kPhrase;
      item.term.text = word;
    }
  }
  Diagnostics diagnostics;
  std::shared_ptr<const CompiledRules> rules = CompileRules(std::span(&pack, 1), diagnostics);
  WIREDESK_CHECK(rules != nullptr);
  return rules;
}

inline std::shared_ptr<const CompiledRules> DiplomacyRules() {
  return RulesOf({{"desk:world", "World \"affairs\"", "", {}},
                  {"desk:diplomacy", "Diplomacy", "desk:world", {"minister", "外交", "talks"}},
                  {"desk:security", "Sécurité", "desk:world", {"don’t panic", "cyber-attack"}},
                  {"desk:weather", "Weather", "", {"rain"}}});
}

class Tagged {
 public:
  explicit Tagged(std::string_view value, const CompiledRules& rules,
                  const OutputSettings& output = {}, const DecodeSettings& decode = {})
      : batch_(1) {
    batch_.rules = &rules;
    batch_.Append({"news.raw", 3, 42}, value);
    Decoder(decode).Process(batch_);
    Canonicaliser().Process(batch_);
    Matcher().Process(batch_);
    Tagger(output).Process(batch_);
    Encoder(output).Process(batch_);
  }

  const Article* operator->() const { return &batch_.articles()[0]; }
  std::string_view output() const { return batch_.articles()[0].output; }

 private:
  Batch batch_;
};

}  // namespace wiredesk

#include "config/rule_topic_parser.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleToken::Kind;

bool BeginsWithDigit(std::string_view text) {
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

}  // namespace

void RuleTopicParser::ParseBody(Topic& topic) {
  const SourcePosition brace = cursor_.token().position;
  cursor_.Advance();
  topic.has_rule = true;
  seen_ = {};
  const int errors_before = errors_.count();
  while (!cursor_.At(Kind::kCloseBrace)) {
    const bool next_topic = cursor_.AtPackWord() && IsReservedWord(cursor_.token().text);
    if (cursor_.AtEnd() || next_topic) {
      errors_.Error(brace, fmt::format("topic \"{}\" is never closed", topic.id),
                    "put \"}\" behind its last clause");
      return cursor_.SkipToStatement();
    }
    if (!ParseClause(topic)) cursor_.SkipToClause();
  }
  cursor_.Advance();
  if (errors_.count() == errors_before) topics_.CheckRule(topic, seen_.need);
}

bool RuleTopicParser::ParseClause(Topic& topic) {
  if (cursor_.AtWord("when")) return ParseWhen(topic);
  if (cursor_.AtWord("score")) return ParseScore(topic);
  if (cursor_.AtWord("need")) return ParseNeed(topic);
  if (cursor_.AtWord("test")) return ParseTest(topic);
  if (cursor_.AtWord("state")) return ParseState(topic);
  if (cursor_.AtWord("emit")) return ParseEmit(topic);
  return RefuseClause();
}

// Always false. Passes a word, so that the way to the next clause does not begin with it.
bool RuleTopicParser::RefuseClause() {
  constexpr std::string_view kClauses = "when, score, need, state, emit, test or \"}\"";
  const RuleToken token = cursor_.token();
  if (!cursor_.At(Kind::kWord)) return cursor_.FailUnexpected(kClauses);
  if (cursor_.AtPackWord()) {
    errors_.Error(token.position, fmt::format("\"{}\" stands inside of a topic", token.text),
                  "it is of the whole pack: put it before the topics");
  } else {
    errors_.Error(token.position, fmt::format("unknown keyword {}", Quoted(token.text)),
                  SuggestName(token.text, kClauseWords, fmt::format("here stands {}", kClauses)));
  }
  cursor_.Advance();
  return false;
}

void RuleTopicParser::RefuseSecond(bool& seen, std::string_view what, std::string_view help) {
  if (seen) {
    errors_.Error(cursor_.token().position, fmt::format("a second {}", what), std::string(help));
  }
  seen = true;
}

bool RuleTopicParser::ParseWhen(Topic& topic) {
  RefuseSecond(seen_.when, "when", "a topic has one; join them by &");
  cursor_.Advance();
  std::optional<RuleNode> node = expressions_.ParseWhole();
  if (!node) return false;
  checks_.Check(*node);
  topic.when = std::move(node);
  return true;
}

bool RuleTopicParser::ParseScore(Topic& topic) {
  const SourcePosition start = cursor_.token().position;
  cursor_.Advance();
  if (!AtScoreItem()) {
    errors_.Error(start, "this score has no terms",
                  "write weights and terms, as in: score 40 \"chapter 11\"");
    return cursor_.At(Kind::kCloseBrace) || cursor_.AtClauseWord();
  }
  while (AtScoreItem()) {
    if (!ParseScoreItem(topic)) return false;
  }
  return true;
}

// Whether the score goes on: anything but the next clause, the end of the topic, or what may be a
// misspelt keyword, which the topic knows better how to refuse.
bool RuleTopicParser::AtScoreItem() {
  const RuleToken& token = cursor_.token();
  if (cursor_.At(Kind::kCloseBrace) || cursor_.AtEnd()) return false;
  if (!cursor_.At(Kind::kWord) || BeginsWithDigit(token.text)) return true;
  if (cursor_.AtClauseWord() || cursor_.AtPackWord()) return false;
  return !token.first_on_line && NearestName(token.text, kClauseWords).empty();
}

bool RuleTopicParser::ParseScoreItem(Topic& topic) {
  ScoreItem item;
  item.position = cursor_.token().position;
  if (!ParseWeight(item)) return false;
  std::optional<RuleNode> term = expressions_.Parse();
  if (!term) return false;
  checks_.Check(*term, "a score");
  item.term = *std::move(term);
  if (cursor_.AtWord("max")) {
    cursor_.Advance();
    const std::optional<std::int32_t> hits = cursor_.TakeInteger("max", 1, kHitsMax);
    if (!hits) return false;
    item.hits_max = *hits;
  }
  topic.scores.push_back(std::move(item));
  return true;
}

bool RuleTopicParser::ParseWeight(ScoreItem& item) {
  const RuleToken token = cursor_.token();
  const bool number =
      cursor_.At(Kind::kNumber) || (cursor_.At(Kind::kWord) && BeginsWithDigit(token.text));
  if (!number) return RefuseWeight();
  const std::optional<std::int32_t> weight =
      cursor_.TakeInteger("a weight", -kWeightMax, kWeightMax);
  if (!weight) return false;
  if (*weight == 0) errors_.Error(token.position, "a weight of 0 does nothing");
  item.weight = *weight;
  return true;
}

// A term without a weight is an error that the parser can go on after.
bool RuleTopicParser::RefuseWeight() {
  constexpr std::string_view kHelp = "each term has its weight before it: 10 \"some words\"";
  const RuleToken& token = cursor_.token();
  const bool is_operator = cursor_.At(Kind::kWord) && IsOperatorWord(token.text);
  if (!expressions_.AtExpression() || is_operator) {
    return cursor_.FailUnexpected(
        "a weight", cursor_.At(Kind::kTilde) || is_operator ? std::string() : std::string(kHelp));
  }
  errors_.Error(token.position, fmt::format("expected a weight before {}", DescribeToken(token)),
                std::string(kHelp));
  return true;
}

bool RuleTopicParser::ParseNeed(Topic& topic) {
  RefuseSecond(seen_.need, "need", "a topic has one");
  cursor_.Advance();
  const std::optional<std::int32_t> need = cursor_.TakeInteger("need", 1, kNeedMax);
  if (!need) return false;
  topic.need = *need;
  return true;
}

bool RuleTopicParser::ParseState(Topic& topic) {
  RefuseSecond(seen_.state, "state", "a topic has one");
  cursor_.Advance();
  if (cursor_.AtWord("draft")) {
    topic.state = TopicState::kDraft;
  } else if (cursor_.AtWord("shadow")) {
    topic.state = TopicState::kShadow;
  } else if (cursor_.AtWord("live")) {
    topic.state = TopicState::kLive;
  } else {
    static constexpr std::string_view kStates[] = {"draft", "shadow", "live"};
    return cursor_.FailUnexpected("draft, shadow or live",
                                  SuggestName(cursor_.token().text, kStates, ""));
  }
  cursor_.Advance();
  return true;
}

// emit tag, or emit hits N, snippet B
bool RuleTopicParser::ParseEmit(Topic& topic) {
  RefuseSecond(seen_.emit, "emit", "a topic has one");
  cursor_.Advance();
  if (cursor_.AtWord("tag")) {
    topic.emit.hits_max = 0;
    cursor_.Advance();
    return true;
  }
  if (!ParseEmitItem(topic.emit)) return false;
  if (!cursor_.At(Kind::kComma)) return true;
  cursor_.Advance();
  return ParseEmitItem(topic.emit);
}

bool RuleTopicParser::ParseEmitItem(EmitSettings& emit) {
  const RuleToken word = cursor_.token();
  const bool is_hits = cursor_.AtWord("hits");
  if (!is_hits && !cursor_.AtWord("snippet")) {
    return cursor_.FailUnexpected("tag, hits or snippet",
                                  "write emit tag, or emit hits 20, snippet 80");
  }
  const bool again = is_hits ? emit.hits_max != EmitSettings::kDefault : emit.snippet_bytes != 0;
  if (again) errors_.Error(word.position, fmt::format("a second {}", word.text));
  cursor_.Advance();
  const std::optional<std::int32_t> number = cursor_.TakeInteger(
      is_hits ? "hits" : "snippet", 1, is_hits ? kEmitHitsMax : kSnippetBytesMax);
  if (!number) return false;
  (is_hits ? emit.hits_max : emit.snippet_bytes) = *number;
  return true;
}

// test yes title:"..." body:"..."
bool RuleTopicParser::ParseTest(Topic& topic) {
  RuleTest test;
  test.position = cursor_.token().position;
  cursor_.Advance();
  test.expected = cursor_.AtWord("yes");
  if (!test.expected && !cursor_.AtWord("no")) return cursor_.FailUnexpected("yes or no");
  cursor_.Advance();
  while (cursor_.At(Kind::kField)) {
    if (!ParseTestField(test)) return false;
  }
  if (cursor_.At(Kind::kString)) {
    return cursor_.FailUnexpected("title: or body:", "say which it is, as in body:\"...\"");
  }
  topics_.CheckTest(test);
  topic.tests.push_back(std::move(test));
  return true;
}

bool RuleTopicParser::ParseTestField(RuleTest& test) {
  const RuleToken field = cursor_.token();
  if (!checks_.IsTestField(field.text)) {
    errors_.Error(field.position, fmt::format("a test has no field {}", Quoted(field.text)),
                  checks_.SuggestTestField(field.text));
  }
  cursor_.Advance();
  const SourcePosition position = cursor_.token().position;
  std::optional<std::string> text = cursor_.TakeString("a string", StringUse::kText);
  if (!text) return false;
  CheckLength(position, *text, kTestBytesMax, errors_);
  if (std::any_of(test.fields.begin(), test.fields.end(),
                  [&](const TestField& known) { return known.name == field.text; })) {
    errors_.Error(field.position, fmt::format("a second {}", field.text));
  }
  test.fields.push_back({std::string(field.text), *std::move(text)});
  return true;
}

}  // namespace wiredesk

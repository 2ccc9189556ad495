#include "config/rule_text_writer.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/rule_lexer.h"
#include "config/rule_operators.h"
#include "config/rule_phrase.h"
#include "config/rule_words.h"

namespace wiredesk {
namespace {

using Kind = RuleNode::Kind;

constexpr std::size_t kColumnsMax = 100;

// A string in quotes that is no term.
std::string QuotedString(std::string_view text, StringUse use) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n' && use == StringUse::kText) {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string QuotedTerm(std::string_view escaped) { return fmt::format("\"{}\"", escaped); }

bool IsNumberToken(std::string_view text) {
  const RuleToken token = RuleLexer(text).Next();
  return token.kind == RuleToken::Kind::kNumber && token.text.size() == text.size();
}

std::string Value(std::string_view text) {
  return IsPlainWord(text) || IsNumberToken(text) ? std::string(text)
                                                  : QuotedString(text, StringUse::kName);
}

std::string RegexText(std::string_view text) {
  std::string written = "/";
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') written += '\\';
    written += text[at];
    if (text[at] == '\\' && at + 1 < text.size()) written += text[++at];
  }
  return written + "/";
}

// How tight an operator binds. An operand in a looser one's place needs parentheses.
enum class Tightness { kOr, kAnd, kNot, kProximity, kOperand };

Tightness TightnessOf(const RuleNode& node) {
  const bool joins = node.children.size() > 1;
  if (node.kind == Kind::kOr) return joins ? Tightness::kOr : Tightness::kOperand;
  if (node.kind == Kind::kAnd) return joins ? Tightness::kAnd : Tightness::kOperand;
  if (node.kind == Kind::kNot) return Tightness::kNot;
  return IsProximity(node.kind) ? Tightness::kProximity : Tightness::kOperand;
}

// An expression as pieces with a space between, at which a line may end.
class PieceWriter {
 public:
  std::vector<std::string> Write(const RuleNode& node) {
    Add(node, Tightness::kOr);
    return std::move(pieces_);
  }

 private:
  void Put(std::string_view text) { pieces_.back() += text; }
  void Space() { pieces_.emplace_back(); }

  void Add(const RuleNode& node, Tightness needed) {
    const bool parentheses = TightnessOf(node) < needed;
    if (parentheses) Put("(");
    AddBare(node);
    if (parentheses) Put(")");
  }

  void AddJoined(const RuleNode& node, Tightness first, Tightness rest) {
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) {
        Space();
        Put(WrittenOperator(node));
        Put(" ");
      }
      Add(node.children[i], i == 0 ? first : rest);
    }
  }

  void AddBraces(const RuleNode& node) {
    Put("{");
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      if (i > 0) Space();
      Add(node.children[i], Tightness::kOperand);
    }
    Put("}");
  }

  void AddBare(const RuleNode& node) {
    switch (node.kind) {
      case Kind::kAnyOf:
        return AddBraces(node);
      case Kind::kField:
        Put(node.text + ":");
        return Add(node.children[0], Tightness::kOperand);
      case Kind::kNear:
      case Kind::kBefore:
      case Kind::kSentence:
      case Kind::kParagraph:
      case Kind::kOutside:
        return AddJoined(node, Tightness::kProximity, Tightness::kOperand);
      case Kind::kOr:
        if (node.children.size() == 1) return Add(node.children[0], Tightness::kOperand);
        return AddJoined(node, Tightness::kAnd, Tightness::kAnd);
      case Kind::kAnd:
        if (node.children.size() == 1) return Add(node.children[0], Tightness::kOperand);
        return AddJoined(node, Tightness::kNot, Tightness::kNot);
      case Kind::kNot:
        Put("not ");
        return Add(node.children[0], Tightness::kNot);
      case Kind::kAtLeast:
        Put(fmt::format("atleast {} of ", node.number));
        return AddBraces(node);
      case Kind::kCount:
        Put("count(");
        Add(node.children[0], Tightness::kOr);
        return Put(fmt::format(") {} {}", WrittenComparison(node.comparison), node.number));
      case Kind::kMetadata:
        return AddMetadata(node);
      default:
        return AddTerm(node);
    }
  }

  void AddTerm(const RuleNode& node) {
    const bool plain = IsPlainWord(node.text);
    switch (node.kind) {
      case Kind::kWord:
        return Put(plain ? node.text : QuotedTerm(EscapeTerm(node.text)));
      case Kind::kPhrase:
        return Put(QuotedTerm(WritePhrase(node)));
      case Kind::kInflected:
        return Put(plain ? node.text + "~" : QuotedTerm(EscapeTerm(node.text) + "~"));
      case Kind::kPrefix:
        return Put(plain ? node.text + "*" : QuotedTerm(EscapeTerm(node.text) + "*"));
      case Kind::kExact:
        return Put("=" + (plain ? node.text : QuotedTerm(EscapeTerm(node.text))));
      case Kind::kRegex:
        return Put(RegexText(node.text));
      case Kind::kTopic:
        return Put("@topic " + node.text);
      default:  // kList, kMacro
        return Put("@" + node.text);
    }
  }

  void AddMetadata(const RuleNode& node) {
    const bool negated = node.comparison == RuleNode::Comparison::kNotEqual;
    if (node.values.size() == 1) {
      return Put(fmt::format("{} {} {}", node.text, WrittenComparison(node.comparison),
                             Value(node.values[0])));
    }
    Put(fmt::format("{} {} {{", node.text, negated ? "not in" : "in"));
    for (std::size_t i = 0; i < node.values.size(); ++i) {
      if (i > 0) Space();
      Put(Value(node.values[i]));
    }
    Put("}");
  }

  std::vector<std::string> pieces_ = {""};
};

std::size_t Columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

class PackWriter {
 public:
  explicit PackWriter(const RulePack& pack) : pack_(pack) {}

  std::string Write() {
    Line(
        fmt::format("pack {}  version {}  language {}", pack_.name, pack_.version, pack_.language));
    if (pack_.fold_accents) Line("fold accents");
    if (!pack_.fields.empty()) Line(fmt::format("fields {}", fmt::join(pack_.fields, ", ")));
    WriteBoosts();
    if (!pack_.lists.empty() || !pack_.lets.empty()) Line("");
    for (const TermList& list : pack_.lists) {
      Line(fmt::format("file {} = {}", list.name, QuotedString(list.path, StringUse::kName)));
    }
    for (const NamedNode& let : pack_.lets) {
      Begin(fmt::format("let {} = ", let.name));
      Expression(let.node);
    }
    if (!pack_.excludes.empty()) Line("");
    for (const RuleNode& node : pack_.excludes) {
      Begin("exclude everywhere ");
      Expression(node);
    }
    bool apart = true;  // Topics with a rule stand apart from the others.
    for (const Topic& topic : pack_.topics) {
      if (apart || topic.has_rule) Line("");
      apart = topic.has_rule;
      WriteTopic(topic);
    }
    return std::move(text_);
  }

 private:
  void Line(std::string_view line) { text_.append(line).append("\n"); }

  // The start of a statement, behind which further lines of it are indented.
  void Begin(std::string_view start) {
    text_ += start;
    column_ = Columns(start);
    indent_ = std::min<std::size_t>(column_, 16);
  }

  // Up to the end of the line. `after` stays with the last piece.
  void Expression(const RuleNode& node, std::string_view after = {}) {
    std::vector<std::string> pieces = PieceWriter().Write(node);
    pieces.back() += after;
    bool first = true;
    for (const std::string& piece : pieces) {
      const std::size_t width = Columns(piece);
      if (!first && column_ + 1 + width > kColumnsMax) {
        text_.append("\n").append(indent_, ' ');
        column_ = indent_;
      } else if (!first) {
        text_ += ' ';
        ++column_;
      }
      text_ += piece;
      column_ += width;
      first = false;
    }
    text_ += '\n';
  }

  void WriteBoosts() {
    if (pack_.boosts.empty()) return;
    text_ += "boost  ";
    for (std::size_t i = 0; i < pack_.boosts.size(); ++i) {
      text_ +=
          fmt::format("{}{} {}", i == 0 ? "" : ", ", pack_.boosts[i].field, pack_.boosts[i].factor);
    }
    text_ += '\n';
  }

  void WriteTopic(const Topic& topic) {
    text_ += fmt::format("topic {} {}", topic.id, QuotedString(topic.label, StringUse::kName));
    if (!topic.parent.empty()) text_ += " parent " + topic.parent;
    if (!topic.has_rule) return Line("");
    Line(" {");
    if (topic.state == TopicState::kDraft) Line("  state  draft");
    if (topic.state == TopicState::kShadow) Line("  state  shadow");
    if (topic.when) {
      Begin("  when   ");
      Expression(*topic.when);
    }
    WriteScores(topic);
    WriteEmit(topic.emit);
    for (const RuleTest& test : topic.tests) WriteTest(test);
    Line("}");
  }

  void WriteScores(const Topic& topic) {
    bool first = true;
    for (const ScoreItem& score : topic.scores) {
      Begin(fmt::format("{}{} ", first ? "  score  " : "         ", score.weight));
      Expression(score.term, score.hits_max == 1 ? "" : fmt::format(" max {}", score.hits_max));
      first = false;
    }
    if (!topic.scores.empty()) Line(fmt::format("  need   {}", topic.need));
  }

  void WriteEmit(const EmitSettings& emit) {
    if (emit.hits_max == 0) return Line("  emit   tag");
    std::vector<std::string> items;
    if (emit.hits_max > 0) items.push_back(fmt::format("hits {}", emit.hits_max));
    if (emit.snippet_bytes > 0) items.push_back(fmt::format("snippet {}", emit.snippet_bytes));
    if (!items.empty()) Line(fmt::format("  emit   {}", fmt::join(items, ", ")));
  }

  void WriteTest(const RuleTest& test) {
    Begin(test.expected ? "  test yes " : "  test no  ");
    bool first = true;
    for (const TestField& field : test.fields) {
      const std::string written =
          fmt::format("{}:{}", field.name, QuotedString(field.text, StringUse::kText));
      const std::size_t width = Columns(written);
      if (!first && column_ + 1 + width > kColumnsMax) {
        text_.append("\n").append(indent_, ' ');
        column_ = indent_;
      } else if (!first) {
        text_ += ' ';
      }
      text_ += written;
      column_ += width + 1;
      first = false;
    }
    text_ += '\n';
  }

  const RulePack& pack_;
  std::string text_;
  std::size_t column_ = 0;
  std::size_t indent_ = 0;
};

}  // namespace

std::string WriteRuleText(const RulePack& pack) { return PackWriter(pack).Write(); }

std::string WriteRuleText(const RuleNode& node) {
  return fmt::format("{}", fmt::join(PieceWriter().Write(node), " "));
}

}  // namespace wiredesk

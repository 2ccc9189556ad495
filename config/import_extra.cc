#include "config/import_extra.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/import_nodes.h"
#include "config/import_regex.h"
#include "config/rule_bounds.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;
using Comparison = RuleNode::Comparison;

constexpr int kClauseNestingMax = 64;

struct EqlToken {
  enum class Kind { kOpen, kClose, kString, kWord, kEnd };
  Kind kind = Kind::kEnd;
  std::size_t offset = 0;
  std::size_t length = 0;
  std::string text;  // Of a string: without its quotes.
};

class EqlLexer {
 public:
  explicit EqlLexer(std::string_view text) : text_(text) {}

  EqlToken Next() {
    SkipBlanks();
    EqlToken token;
    token.offset = at_;
    if (at_ == text_.size()) return token;
    const char c = text_[at_];
    if (c == '(' || c == ')') {
      token.kind = c == '(' ? EqlToken::Kind::kOpen : EqlToken::Kind::kClose;
      ++at_;
    } else if (c == '"') {
      ReadString(token);
    } else {
      token.kind = EqlToken::Kind::kWord;
      while (at_ < text_.size() && !IsEnd()) token.text += text_[at_++];
    }
    token.length = at_ - token.offset;
    return token;
  }

  // Where a string or comment begins that has no end.
  std::size_t unclosed() const { return unclosed_; }

 private:
  bool IsEnd() const {
    return text_.substr(at_).starts_with("//") ||
           std::string_view(" \t\r\n()\"").find(text_[at_]) != std::string_view::npos;
  }

  void SkipBlanks() {
    while (at_ < text_.size()) {
      if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
        ++at_;
      } else if (text_.substr(at_).starts_with("//")) {
        const std::size_t end = text_.find("//", at_ + 2);
        if (end == std::string_view::npos) unclosed_ = std::min(unclosed_, at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  void ReadString(EqlToken& token) {
    token.kind = EqlToken::Kind::kString;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      // Other backslashes belong to a regex.
      if (text_.substr(at_).starts_with("\\\"")) ++at_;
      token.text += text_[at_];
    }
    if (at_ == text_.size()) {
      unclosed_ = std::min(unclosed_, token.offset);
    } else {
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t unclosed_ = std::string_view::npos;
};

// "/unit=word" of an operator, or "/stemming" of a relation.
struct Modifier {
  std::string name;
  std::string comparison;  // "", "=", "<", "<=", ">", ">="
  std::string value;
};

// An operator or relation with its modifiers: "prox/unit=word/distance<=3".
struct Operator {
  std::string name;
  std::vector<Modifier> modifiers;
  std::string whole;
  std::size_t offset = 0;

  const Modifier* Find(std::string_view modifier) const {
    for (const Modifier& candidate : modifiers) {
      if (candidate.name == modifier) return &candidate;
    }
    return nullptr;
  }
};

Operator ReadOperator(std::string whole, std::size_t offset) {
  Operator result;
  std::string_view rest = whole;
  const auto next = [&rest] {
    const std::size_t slash = std::min(rest.find('/', rest.starts_with('/') ? 1 : 0), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    return part;
  };
  result.name = std::string(next());
  while (!rest.empty()) {
    const std::string_view part = next();
    const std::size_t sign = std::min(part.find_first_of("<>="), part.size());
    const std::size_t value = std::min(part.find_first_not_of("<>=", sign), part.size());
    result.modifiers.push_back({std::string(part.substr(0, sign)),
                                std::string(part.substr(sign, value - sign)),
                                std::string(part.substr(value))});
  }
  result.whole = std::move(whole);
  result.offset = offset;
  return result;
}

bool IsOperator(std::string_view word) {
  const std::string_view name = word.substr(0, word.find('/'));
  return name == "and" || name == "or" || name == "not" || name == "prox";
}

std::optional<std::int32_t> ReadNumber(std::string_view text) {
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// A clause that became a node, and where it stood.
struct Part {
  RuleNode node;
  std::vector<RuleNode> words;  // Of a clause with `any`: each of its words.
};

// Converts one query.
class EqlConverter {
 public:
  EqlConverter(std::string_view text, const ImportOptions& options, ImportReport& report)
      : lexer_(text), options_(options), report_(report) {
    Advance();
  }

  std::optional<RuleNode> Run() {
    std::optional<Part> part = Clause(0);
    if (!part) return std::nullopt;
    if (token_.kind != EqlToken::Kind::kEnd) {
      return Fail(token_, "more text after the end of the rule");
    }
    if (lexer_.unclosed() != std::string_view::npos) {
      report_.Error(lexer_.unclosed(), 1, "this string or comment is not closed");
      return std::nullopt;
    }
    return std::move(part->node);
  }

 private:
  void Advance() { token_ = lexer_.Next(); }

  std::nullopt_t Fail(const EqlToken& token, const std::string& message) {
    report_.Error(token.offset, token.length, message);
    return std::nullopt;
  }
  std::nullopt_t Fail(const Operator& op, const std::string& reason, std::string help = {}) {
    report_.Error(op.offset, op.whole.size(),
                  fmt::format("\"{}\" can't be expressed: {}", op.whole, reason), std::move(help));
    return std::nullopt;
  }
  void Warn(const Operator& op, const std::string& message, std::string help = {}) {
    report_.Warn(op.offset, op.whole.size(), fmt::format("\"{}\": {}", op.whole, message),
                 std::move(help));
  }

  std::optional<Part> Clause(int level) {
    if (token_.kind != EqlToken::Kind::kOpen) return Fail(token_, "\"(\" is missing");
    if (level > kClauseNestingMax) return Fail(token_, "nested too deep");
    Advance();
    std::optional<Part> part =
        token_.kind == EqlToken::Kind::kWord && IsOperator(token_.text) ? Logic(level) : Search();
    if (!part) return std::nullopt;
    if (token_.kind != EqlToken::Kind::kClose) return Fail(token_, "\")\" is missing");
    Advance();
    return part;
  }

  std::optional<Part> Logic(int level) {
    const std::size_t offset = token_.offset;
    std::string whole;
    for (; token_.kind == EqlToken::Kind::kWord; Advance()) whole += token_.text;
    const Operator op = ReadOperator(std::move(whole), offset);
    std::vector<Part> parts;
    while (token_.kind == EqlToken::Kind::kOpen) {
      std::optional<Part> part = Clause(level + 1);
      if (!part) return std::nullopt;
      parts.push_back(*std::move(part));
    }
    if (parts.empty()) return Fail(token_, fmt::format("\"{}\" has no clauses", op.whole));
    std::optional<RuleNode> node = Combine(op, std::move(parts));
    if (!node) return std::nullopt;
    return Part{*std::move(node), {}};
  }

  static std::vector<RuleNode> Nodes(std::vector<Part> parts) {
    std::vector<RuleNode> nodes;
    for (Part& part : parts) nodes.push_back(std::move(part.node));
    return nodes;
  }

  std::optional<RuleNode> Combine(const Operator& op, std::vector<Part> parts) {
    if (op.name == "prox") return Proximity(op, Nodes(std::move(parts)));
    if (op.name == "or" && op.Find("count") != nullptr) {
      return Count(op, Nodes(std::move(parts)));
    }
    if (op.name == "or" && op.Find("countunique") != nullptr) {
      return CountUnique(op, std::move(parts));
    }
    if (!op.modifiers.empty()) return Fail(op, "it is not known");
    if (op.name == "and") return AllOf(Nodes(std::move(parts)));
    if (op.name == "or") return AnyOf(Nodes(std::move(parts)));
    return Not(AnyOf(Nodes(std::move(parts))));
  }

  std::optional<RuleNode> Count(const Operator& op, std::vector<RuleNode> nodes) {
    const Modifier& modifier = *op.Find("count");
    const std::optional<std::int32_t> number = ReadNumber(modifier.value);
    if (op.modifiers.size() != 1 || !number || *number > kCountMax)
      return Fail(op, "it is not known");
    for (const RuleNode& node : nodes) {
      if (!HasPlaces(node)) {
        return Fail(op, "one of its clauses is no term, so its occurrences can't be counted");
      }
    }
    RuleNode all = AnyOf(std::move(nodes));
    if (modifier.comparison == ">=" || modifier.comparison == ">") {
      const std::int32_t least = *number + (modifier.comparison == ">" ? 1 : 0);
      return CountOf(std::move(all), Comparison::kAtLeast, least);
    }
    if (modifier.comparison != "<" && modifier.comparison != "<=")
      return Fail(op, "it is not known");
    if (modifier.comparison == "<") {
      Warn(op, fmt::format("read as no more than {}", *number));
    }
    RuleNode counted = CountOf(all, Comparison::kAtMost, *number);
    std::vector<RuleNode> both;
    both.push_back(std::move(all));
    both.push_back(std::move(counted));
    return AllOf(std::move(both));
  }

  std::optional<RuleNode> CountUnique(const Operator& op, std::vector<Part> parts) {
    const Modifier& modifier = *op.Find("countunique");
    const std::optional<std::int32_t> number = ReadNumber(modifier.value);
    const bool is_more = modifier.comparison == ">";
    if (op.modifiers.size() != 1 || !number || !(is_more || modifier.comparison == ">=")) {
      return Fail(op, "it is not known");
    }
    const std::int64_t least = std::int64_t{*number} + (is_more ? 1 : 0);
    std::vector<RuleNode> members = parts.size() == 1 && parts[0].words.size() > 1
                                        ? std::move(parts[0].words)
                                        : Nodes(std::move(parts));
    if (least < 1 || least > static_cast<std::int64_t>(members.size())) {
      return Fail(op, fmt::format("of {} clauses that is always so or never", members.size()));
    }
    std::optional<RuleNode> node = AtLeast(static_cast<std::int32_t>(least), std::move(members));
    if (!node) return Fail(op, "too many of its clauses are no terms");
    return node;
  }

  std::optional<RuleNode> Proximity(const Operator& op, std::vector<RuleNode> nodes) {
    const Modifier* const unit = op.Find("unit");
    const Modifier* const distance = op.Find("distance");
    const bool ordered = op.Find("ordered") != nullptr;
    if (unit == nullptr || distance == nullptr || unit->comparison != "=" ||
        op.modifiers.size() != (ordered ? 3U : 2U)) {
      return Fail(op, "it is not known", "prox needs a unit and a distance");
    }
    for (const RuleNode& node : nodes) {
      if (!HasPlaces(node)) return Fail(op, "one of its clauses is no term, so it has no place");
    }
    if (nodes.size() < 2) return Fail(op, "it has one clause only");
    const std::optional<std::int32_t> number = ReadNumber(distance->value);
    if (!number) return Fail(op, "its distance is no number");
    if (unit->value == "word") return InWords(op, *distance, *number, ordered, std::move(nodes));
    if (unit->value != "sentence" && unit->value != "paragraph") {
      return Fail(op, fmt::format("the unit \"{}\" is not known", unit->value));
    }
    const Kind kind = unit->value == "sentence" ? Kind::kSentence : Kind::kParagraph;
    if (ordered || *number != 1) return Fail(op, "only distances =1 and >1 are known");
    if (distance->comparison == "=") return InUnit(op, kind, std::move(nodes));
    if (distance->comparison != ">") return Fail(op, "only distances =1 and >1 are known");
    RuleNode first = nodes[0];
    std::optional<RuleNode> together = InUnit(op, kind, std::move(nodes));
    if (!together) return std::nullopt;
    return Without(std::move(first), *std::move(together));
  }

  // `first` & not `pair`
  static RuleNode Without(RuleNode first, RuleNode pair) {
    std::vector<RuleNode> both;
    both.push_back(std::move(first));
    both.push_back(Not(std::move(pair)));
    return AllOf(std::move(both));
  }

  // All of two or three in one sentence or paragraph.
  std::optional<RuleNode> InUnit(const Operator& op, Kind kind, std::vector<RuleNode> nodes) {
    if (nodes.size() == 2) return Pair(kind, std::move(nodes[0]), std::move(nodes[1]));
    if (nodes.size() > 3) return Fail(op, "it has more than three clauses");
    // Places may not overlap, so the one that is added last must stand outside the other two.
    std::vector<RuleNode> ways;
    ways.push_back(Pair(kind, Pair(kind, nodes[0], nodes[1]), nodes[2]));
    ways.push_back(Pair(kind, Pair(kind, nodes[0], nodes[2]), nodes[1]));
    return AnyOf(std::move(ways));
  }

  std::optional<RuleNode> InWords(const Operator& op, const Modifier& distance, std::int32_t number,
                                  bool ordered, std::vector<RuleNode> nodes) {
    if (nodes.size() != 2) return Fail(op, "it has more than two clauses");
    if (number > kNearMax) return Fail(op, fmt::format("more than {} words", kNearMax));
    const bool is_near = distance.comparison == "<" || distance.comparison == "<=";
    if (!is_near && (distance.comparison != ">" || ordered)) return Fail(op, "it is not known");
    if (is_near) {
      if (distance.comparison == "<") {
        Warn(op, fmt::format("read as at most {} words between, as EXTRA's engine does", number));
      }
      return Pair(ordered ? Kind::kBefore : Kind::kNear, std::move(nodes[0]), std::move(nodes[1]),
                  number);
    }
    if (number == 0) return Pair(Kind::kOutside, std::move(nodes[0]), std::move(nodes[1]));
    RuleNode first = nodes[0];
    return Without(std::move(first),
                   Pair(Kind::kNear, std::move(nodes[0]), std::move(nodes[1]), number));
  }

  // ("term"), (field relation "terms")
  std::optional<Part> Search() {
    std::vector<EqlToken> words;
    for (; token_.kind == EqlToken::Kind::kWord; Advance()) words.push_back(token_);
    if (token_.kind != EqlToken::Kind::kString) {
      // A bare word needs no quotes.
      if (words.size() == 1 && token_.kind == EqlToken::Kind::kClose) {
        return Terms({}, ReadOperator("adj", words[0].offset), words[0]);
      }
      return Fail(token_, "a term in quotes is missing");
    }
    const EqlToken term = token_;
    Advance();
    if (words.empty()) return Terms({}, ReadOperator("adj", term.offset), term);
    if (words.size() == 1) {
      return Fail(words[0],
                  fmt::format("\"{}\" needs a relation such as any or adj", words[0].text));
    }
    std::string relation;
    for (std::size_t i = 1; i < words.size(); ++i) relation += words[i].text;
    const std::optional<std::string> field = FieldOf(words[0]);
    if (!field) return std::nullopt;
    return Terms(*field, ReadOperator(std::move(relation), words[1].offset), term);
  }

  std::optional<std::string> FieldOf(const EqlToken& word) {
    static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
        {"title", "title"}, {"headline", "title"}, {"subtitle", "heading"}, {"heading", "heading"},
        {"body", "body"},   {"lead", "lead"},      {"text_content", ""},    {"content", ""}};
    const auto mapped = options_.fields.find(word.text);
    if (mapped != options_.fields.end()) return mapped->second;
    for (const auto& [theirs, ours] : kFields) {
      if (word.text == theirs) return std::string(ours);
    }
    report_.Error(word.offset, word.length, fmt::format("the field \"{}\" is not known", word.text),
                  fmt::format("map it: --field {}=title", word.text));
    return std::nullopt;
  }

  std::optional<Part> Terms(const std::string& field, const Operator& relation,
                            const EqlToken& term) {
    for (const Modifier& modifier : relation.modifiers) {
      if (modifier.name != "stemming" && modifier.name != "literal" &&
          modifier.name != "casesensitive" && modifier.name != "regexp") {
        return Fail(relation, fmt::format("\"/{}\" is not known", modifier.name));
      }
    }
    if (relation.modifiers.size() > 1) return Fail(relation, "it has several modifiers");
    const bool is_adjacent = relation.name == "adj";
    const bool is_any = relation.name == "any" || relation.name == "=";
    if (!is_adjacent && !is_any && relation.name != "all") {
      return Fail(relation, "it is not known", "known are any, all, adj and =");
    }
    if (relation.Find("regexp") != nullptr) return Regex(field, relation, term);
    std::vector<std::string> words = SplitWords(MarkWildcards(term.text));
    if (words.empty()) return Fail(term, "this term holds no word");
    std::vector<std::vector<std::string>> terms;
    if (is_adjacent) {
      terms.push_back(std::move(words));
    } else {
      for (std::string& word : words) terms.push_back({std::move(word)});
    }
    Part part;
    for (const std::vector<std::string>& one : terms) {
      Imported imported = Term(relation, one);
      if (!imported.node) {
        return Fail(relation, fmt::format("{} in \"{}\"", imported.reason, term.text));
      }
      part.words.push_back(InField(field, *std::move(imported.node)));
    }
    std::vector<RuleNode> nodes = part.words;
    if (!is_any) part.words.clear();
    part.node = is_any ? AnyOf(std::move(nodes)) : AllOf(std::move(nodes));
    return part;
  }

  static std::string MarkWildcards(std::string text) {
    std::replace(text.begin(), text.end(), '*', kManyChars);
    return text;
  }

  Imported Term(const Operator& relation, const std::vector<std::string>& words) {
    if (relation.Find("stemming") != nullptr) return ImportTerm(words, WordForm::kInflected);
    if (relation.Find("casesensitive") != nullptr) return ImportTerm(words, WordForm::kExact);
    if (relation.Find("literal") == nullptr) return ImportTerm(words, WordForm::kPlain);
    return Literal(relation, words);
  }

  // The signs as they are, but in any case: the spellings that occur.
  Imported Literal(const Operator& relation, const std::vector<std::string>& words) {
    std::vector<RuleNode> spellings;
    for (const char how : {'=', 'l', 'u', 'i'}) {
      Imported spelling = ImportTerm(Spell(words, how), WordForm::kExact);
      if (!spelling.node) return spelling;
      spellings.push_back(*std::move(spelling.node));
    }
    Warn(relation, "read as the exact spelling in lower case, upper case or with initial capitals");
    return {SetOf(std::move(spellings)), {}};
  }

  // Each word as it is (=), in lower or upper case, or with an initial capital; of ASCII letters.
  static std::vector<std::string> Spell(std::vector<std::string> words, char how) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    for (std::string& word : words) {
      for (std::size_t i = 0; i < word.size() && how != '='; ++i) {
        const bool capital = how == 'u' || (how == 'i' && i == 0);
        word[i] = capital ? upper(word[i]) : lower(word[i]);
      }
    }
    return words;
  }

  std::optional<Part> Regex(const std::string& field, const Operator& relation,
                            const EqlToken& term) {
    const std::string adapted = AdaptRegex(term.text);
    Imported regex = ImportRegex(adapted);
    if (!regex.node) return Fail(relation, regex.reason);
    if (adapted != term.text) {
      report_.Warn(term.offset, term.length,
                   fmt::format("\"{}\": the regex is written for folded text now: /{}/",
                               relation.whole, adapted),
                   "there are lower-case words with one space between; a hyphen is a space");
    }
    return Part{InField(field, *std::move(regex.node)), {}};
  }

  EqlLexer lexer_;
  const ImportOptions& options_;
  ImportReport& report_;
  EqlToken token_;
};

// "Television - 20000051", "Fire - 20000150 - Final Feuer": what stands before the code.
std::string LabelOf(const ImportMembers& members) {
  const auto topic_name = members.find("topicName");
  if (topic_name != members.end() && !topic_name->second.text.empty()) {
    return topic_name->second.text;
  }
  const auto name = members.find("name");
  if (name == members.end()) return {};
  const std::string& text = name->second.text;
  for (std::size_t at = text.find(" - "); at != std::string::npos; at = text.find(" - ", at + 1)) {
    if (at > 0 && at + 3 < text.size() && text[at + 3] >= '0' && text[at + 3] <= '9') {
      return text.substr(0, at);
    }
  }
  return text;
}

}  // namespace

ImportResult ImportExtra(std::string_view text, const std::string& file,
                         const ImportOptions& options, Diagnostics& diagnostics) {
  ImportReport report(file, diagnostics);
  std::vector<ImportQuery> queries;
  std::size_t bad_lines = 0;
  for (const ImportLine& line : SplitLines(text)) {
    ImportMembers members;
    if (!ReadImportMembers(line.text, members) || members.count("query") == 0 ||
        members["topicId"].text.empty()) {
      ++bad_lines;
      report.LineError(line.number, "this is no rule of EXTRA",
                       "a rule is a JSON object on one line with \"topicId\" and \"query\"");
      continue;
    }
    const ImportMember& query = members["query"];
    ImportQuery& added = queries.emplace_back();
    added.id = members["topicId"].text;
    added.label = LabelOf(members);
    if (added.label.empty()) added.label = added.id;
    added.text = query.text;
    added.line = line.number;
    added.raw = query.raw;
    added.column = static_cast<int>(query.raw.data() - line.text.data()) + 1;
    added.is_json = true;
    added.whole = line.text;
  }
  ImportResult result = ImportQueries(queries, file, options, report,
                                      [&options](const ImportQuery& query, ImportReport& errors) {
                                        return EqlConverter(query.text, options, errors).Run();
                                      });
  result.rules += bad_lines;
  result.left_out += bad_lines;
  return result;
}

}  // namespace wiredesk

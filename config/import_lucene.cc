#include "config/import_lucene.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/import_nodes.h"
#include "config/import_regex.h"
#include "config/rule_bounds.h"
#include "config/rule_words.h"

namespace wiredesk {

namespace {

using Kind = RuleNode::Kind;
using Comparison = RuleNode::Comparison;

constexpr int kGroupNestingMax = 64;
constexpr std::size_t kOrdersMax = 24;  // Alternatives that a phrase with slop may become.

constexpr std::string_view kSpaces = " \t\r\n";

bool Holds(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// Whether a text is a number as comparisons of the rule language read it.
bool IsNumber(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

enum class Occur : std::uint8_t { kMust, kShould, kMustNot };

struct LuceneClause {
  Occur occur = Occur::kShould;
  RuleNode node;
  std::size_t offset = 0;
  std::size_t length = 0;
};

// Converts one query. Functions that give no node have reported why.
class LuceneConverter {
 public:
  LuceneConverter(std::string_view text, const ImportOptions& options, ImportReport& report)
      : text_(text), options_(options), report_(report) {}

  std::optional<RuleNode> Run() {
    std::optional<RuleNode> node = Query(0);
    if (!node) return std::nullopt;
    if (at_ < text_.size()) return Fail(at_, 1, "\")\" closes nothing");
    return node;
  }

 private:
  std::nullopt_t Fail(std::size_t offset, std::size_t length, std::string message,
                      std::string help = {}) {
    report_.Error(offset, length, std::move(message), std::move(help));
    return std::nullopt;
  }
  // The text from `offset` to here.
  std::string Written(std::size_t offset) const {
    return std::string(text_.substr(offset, at_ - offset));
  }
  std::nullopt_t CannotExpress(std::size_t offset, std::string_view what, std::string help = {}) {
    return Fail(offset, at_ - offset,
                fmt::format("{} can't be expressed: {}", what, Written(offset)), std::move(help));
  }

  bool AtEnd() const { return at_ >= text_.size(); }
  char Here() const { return AtEnd() ? '\0' : text_[at_]; }
  bool Take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  // AND, OR or NOT, which ends where a term could not go on.
  bool TakeWord(std::string_view word) {
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with(word)) return false;
    if (rest.size() > word.size() && !Holds(" \t\r\n()\"+-!", rest[word.size()])) return false;
    at_ += word.size();
    return true;
  }
  void SkipSpaces() {
    while (!AtEnd() && Holds(kSpaces, Here())) ++at_;
  }

  // Up to a ")" or the end.
  std::optional<RuleNode> Query(int level) {
    if (level > kGroupNestingMax) return Fail(at_, 1, "nested too deep");
    const std::size_t start = at_;
    std::vector<LuceneClause> clauses;
    bool has_and = false;
    bool has_or = false;
    for (SkipSpaces(); !AtEnd() && Here() != ')'; SkipSpaces()) {
      const std::size_t operator_at = at_;
      const bool is_and = TakeWord("AND") || Take("&&");
      const bool is_or = !is_and && (TakeWord("OR") || Take("||"));
      SkipSpaces();
      if ((is_and || is_or) && (clauses.empty() || AtEnd() || Here() == ')')) {
        return Fail(operator_at, at_ - operator_at, "this operator lacks an operand");
      }
      has_and = has_and || is_and;
      has_or = has_or || is_or;
      if (!Clause(level, is_and, is_or, clauses)) return std::nullopt;
    }
    if (clauses.empty()) return Fail(start, 1, "a term is missing");
    if (has_and && has_or) {
      report_.Warn(start, at_ - start,
                   "AND and OR side by side: Lucene requires the terms beside AND, and the others "
                   "are optional",
                   "in Lucene too, parentheses say what belongs together");
    }
    return Combine(std::move(clauses));
  }

  // As Lucene's classic parser does: an AND makes the term before it required as well.
  bool Clause(int level, bool is_and, bool is_or, std::vector<LuceneClause>& clauses) {
    const std::size_t start = at_;
    const bool is_required = Take("+");
    const bool is_excluded = !is_required && (Take("-") || Take("!") || TakeWord("NOT"));
    SkipSpaces();
    std::optional<RuleNode> node = Primary(level, "");
    if (!node) return false;
    LuceneClause clause;
    clause.offset = start;
    clause.length = at_ - start;
    clause.node = *std::move(node);
    if (!clauses.empty() && clauses.back().occur != Occur::kMustNot) {
      if (is_and) clauses.back().occur = Occur::kMust;
      if (is_or && options_.default_and) clauses.back().occur = Occur::kShould;
    }
    const bool must = is_required || is_and || (options_.default_and && !is_or);
    clause.occur = is_excluded ? Occur::kMustNot : must ? Occur::kMust : Occur::kShould;
    clauses.push_back(std::move(clause));
    return true;
  }

  RuleNode Combine(std::vector<LuceneClause> clauses) {
    std::vector<RuleNode> must;
    std::vector<RuleNode> should;
    std::vector<RuleNode> must_not;
    const bool any_must =
        std::any_of(clauses.begin(), clauses.end(),
                    [](const LuceneClause& clause) { return clause.occur == Occur::kMust; });
    for (LuceneClause& clause : clauses) {
      if (clause.occur == Occur::kShould && any_must) {
        report_.Warn(
            clause.offset, clause.length,
            fmt::format("\"{}\" is left out: beside required terms it is optional, and only "
                        "changes the ranking",
                        text_.substr(clause.offset, clause.length)));
        continue;
      }
      auto& list = clause.occur == Occur::kMust     ? must
                   : clause.occur == Occur::kShould ? should
                                                    : must_not;
      list.push_back(std::move(clause.node));
    }
    if (!should.empty()) must.push_back(AnyOf(std::move(should)));
    if (!must_not.empty()) must.push_back(Not(AnyOf(std::move(must_not))));
    return AllOf(std::move(must));
  }

  // A term, phrase, regex, range or group with what follows it. `field` is ours, "" for none.
  std::optional<RuleNode> Primary(int level, const std::string& field) {
    const std::size_t start = at_;
    std::optional<RuleNode> node;
    if (AtEnd()) return Fail(at_, 1, "a term is missing");
    if (Here() == '(') {
      ++at_;
      node = Query(level + 1);
      if (!node) return std::nullopt;
      if (!Take(")")) return Fail(start, 1, "this \"(\" is never closed");
    } else if (Here() == '"') {
      node = Phrase();
    } else if (Here() == '/') {
      node = Regex();
    } else if (Here() == '[' || Here() == '{') {
      return Fail(start, 1, "a range needs a field before it", "such as version:[1 TO 5]");
    } else {
      return TermOrField(level, field);
    }
    if (!node || !SkipBoost()) return std::nullopt;
    return InField(field, *std::move(node));
  }

  // ^2.5
  bool SkipBoost() {
    const std::size_t start = at_;
    if (!Take("^")) return true;
    const std::size_t number = at_;
    while (!AtEnd() && (Here() == '.' || (Here() >= '0' && Here() <= '9'))) ++at_;
    if (at_ == number) return Fail(start, 1, "\"^\" needs a number"), false;
    report_.Warn(
        start, at_ - start,
        fmt::format("the boost {} is left out: it only changes the ranking", Written(start)),
        "weights belong in a `score` clause");
    return true;
  }

  // A term with its escapes resolved and its wildcards marked.
  std::string ReadTerm() {
    std::string term;
    while (!AtEnd()) {
      const char c = Here();
      if (c == '\\' && at_ + 1 < text_.size()) {
        term += text_[at_ + 1];
        at_ += 2;
        continue;
      }
      if (Holds(kSpaces, c) || Holds("()[]{}\":^~", c)) break;
      if (text_.substr(at_).starts_with("&&") || text_.substr(at_).starts_with("||")) break;
      term += c == '*' ? kManyChars : c == '?' ? kOneChar : c;
      ++at_;
    }
    return term;
  }

  std::optional<RuleNode> TermOrField(int level, const std::string& field) {
    const std::size_t start = at_;
    const std::string term = ReadTerm();
    if (Here() == ':' && !term.empty()) {
      ++at_;
      if (in_field_) return Fail(start, at_ - start, "a field inside a field");
      return Fielded(level, term, start);
    }
    if (term.empty()) {
      ++at_;
      return Fail(start, 1, fmt::format("\"{}\" can't stand here", Written(start)),
                  "write a backslash before it for the character itself");
    }
    std::optional<RuleNode> node = Term(term, start);
    if (!node || !SkipBoost()) return std::nullopt;
    return InField(field, *std::move(node));
  }

  std::optional<RuleNode> Term(const std::string& term, std::size_t start) {
    if (Here() == '~') {
      ++at_;
      while (!AtEnd() && (Here() == '.' || (Here() >= '0' && Here() <= '9'))) ++at_;
      return CannotExpress(start, "a fuzzy term",
                           "list the spellings in {…}, or write word~ for "
                           "its inflections");
    }
    if (term == std::string(1, kManyChars)) return CannotExpress(start, "\"*\" alone");
    const std::vector<std::string> words = SplitWords(term);
    if (words.empty()) return Fail(start, at_ - start, "this term holds no word");
    Imported imported = ImportTerm(words, WordForm::kPlain);
    if (!imported.node) {
      return CannotExpress(start, fmt::format("a wildcard here ({})", imported.reason),
                           "in front of a * there have to be letters");
    }
    return std::move(imported.node);
  }

  std::optional<RuleNode> Fielded(int level, const std::string& name, std::size_t start) {
    if (name == std::string(1, kManyChars) || name == "_exists_") {
      ReadTerm();
      return CannotExpress(start, name == "_exists_" ? "a test for a field" : "\"*:*\"");
    }
    SkipSpaces();
    static constexpr std::pair<std::string_view, std::string_view> kFields[] = {
        {"title", "title"}, {"headline", "title"}, {"heading", "heading"}, {"body", "body"},
        {"text", ""},       {"content", ""},       {"lead", "lead"}};
    const bool is_range = Here() == '[' || Here() == '{' || Here() == '<' || Here() == '>';
    if (is_range) return Range(name, start);
    if (const auto mapped = options_.fields.find(name); mapped != options_.fields.end()) {
      return InPart(level, mapped->second);
    }
    for (const auto& [theirs, ours] : kFields) {
      if (name == theirs) return InPart(level, std::string(ours));
    }
    if (IsMetadataName(name)) return Metadata(name, start);
    return Fail(start, name.size(), fmt::format("the field \"{}\" is not known", name),
                fmt::format("map it: --field {}=body", name));
  }

  // What stands behind "title:".
  std::optional<RuleNode> InPart(int level, const std::string& field) {
    in_field_ = true;
    std::optional<RuleNode> node = Primary(level, field);
    in_field_ = false;
    return node;
  }

  std::optional<std::string> Value() {
    const std::size_t start = at_;
    std::string value;
    if (Take("\"")) {
      while (!AtEnd() && Here() != '"') {
        if (Here() == '\\' && at_ + 1 < text_.size()) ++at_;
        value += text_[at_++];
      }
      if (!Take("\"")) return Fail(start, 1, "this string is not closed");
      return value;
    }
    value = ReadTerm();
    if (value.empty()) return Fail(start, 1, "a value is missing");
    if (Holds(value, kManyChars) || Holds(value, kOneChar)) {
      return CannotExpress(start, "a wildcard in a value");
    }
    return value;
  }

  // source:reuters, source:(reuters OR ap)
  std::optional<RuleNode> Metadata(const std::string& name, std::size_t start) {
    RuleNode test;
    test.kind = Kind::kMetadata;
    test.text = name;
    test.comparison = Comparison::kEqual;
    const bool is_list = Take("(");
    do {
      SkipSpaces();
      const std::optional<std::string> value = Value();
      if (!value) return std::nullopt;
      test.values.push_back(*value);
      SkipSpaces();
      if (is_list && (TakeWord("AND") || Take("&&"))) break;
      if (!is_list) break;
    } while (TakeWord("OR") || Take("||") || (!options_.default_and && Here() != ')' && !AtEnd()));
    if (is_list && !Take(")")) {
      return Fail(start, at_ - start,
                  fmt::format("only values with OR between can stand in {}:(…)", name));
    }
    if (!SkipBoost()) return std::nullopt;
    return test;
  }

  // [a TO b], {a TO b}, >=a
  std::optional<RuleNode> Range(const std::string& name, std::size_t start) {
    std::vector<RuleNode> bounds;
    const auto add = [&bounds, &name](Comparison comparison, const std::string& value) {
      RuleNode bound;
      bound.kind = Kind::kMetadata;
      bound.text = name;
      bound.comparison = comparison;
      bound.values = {value};
      if (value != "*") bounds.push_back(std::move(bound));
    };
    if (Here() == '<' || Here() == '>') {
      const bool is_less = Here() == '<';
      ++at_;
      const bool or_equal = Take("=");
      add(is_less ? (or_equal ? Comparison::kAtMost : Comparison::kLess)
                  : (or_equal ? Comparison::kAtLeast : Comparison::kGreater),
          RangeValue());
    } else {
      const bool from_open = Here() == '{';
      ++at_;
      const std::string from = RangeValue();
      if (!TakeWord("TO")) return Fail(start, at_ - start, "a range is written [a TO b]");
      const std::string to = RangeValue();
      const bool to_open = Here() == '}';
      if (!Take("]") && !Take("}")) return Fail(start, at_ - start, "this range is not closed");
      add(from_open ? Comparison::kGreater : Comparison::kAtLeast, from);
      add(to_open ? Comparison::kLess : Comparison::kAtMost, to);
    }
    for (const RuleNode& bound : bounds) {
      if (!IsNumber(bound.values[0])) {
        return CannotExpress(start, "a range of anything but numbers");
      }
    }
    if (bounds.empty()) return CannotExpress(start, "a range without bounds");
    if (IsBuiltInField(name)) return CannotExpress(start, "a range of a text");
    if (!IsRuleName(name) || IsReservedWord(name)) {
      return CannotExpress(start, "a field of this name");
    }
    if (!SkipBoost()) return std::nullopt;
    return AllOf(std::move(bounds));
  }

  std::string RangeValue() {
    SkipSpaces();
    std::string value;
    const bool is_quoted = Take("\"");
    while (!AtEnd() && (is_quoted ? Here() != '"' : !Holds(" \t]})", Here())))
      value += text_[at_++];
    if (is_quoted) Take("\"");
    SkipSpaces();
    return value;
  }

  std::optional<RuleNode> Regex() {
    const std::size_t start = at_++;
    std::string regex;
    while (!AtEnd() && Here() != '/') {
      if (Here() == '\\' && at_ + 1 < text_.size()) regex += text_[at_++];
      regex += text_[at_++];
    }
    if (!Take("/")) return Fail(start, 1, "this regex is not closed");
    if (regex.find_first_of("~@&<>#\"") != std::string::npos) {
      return CannotExpress(start, "an operator of Lucene's regexes (~ @ & < > # \")");
    }
    if (regex.find_first_of(kSpaces) != std::string::npos) {
      return CannotExpress(start, "a space in a regex for one word");
    }
    Imported imported = ImportRegex(AdaptWordRegex(regex));
    if (!imported.node) return CannotExpress(start, imported.reason);
    return std::move(imported.node);
  }

  // "a b c", perhaps with ~slop.
  std::optional<RuleNode> Phrase() {
    const std::size_t start = at_++;
    std::string phrase;
    while (!AtEnd() && Here() != '"') {
      if (Here() == '\\' && at_ + 1 < text_.size()) ++at_;
      phrase += text_[at_++];
    }
    if (!Take("\"")) return Fail(start, 1, "this string is not closed");
    const std::vector<std::string> words = SplitWords(phrase);
    if (words.empty()) return Fail(start, at_ - start, "this phrase holds no word");
    if (!Take("~")) return ImportTerm(words, WordForm::kPlain).node;
    std::int32_t slop = 0;
    const char* const first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), slop);
    if (error != std::errc() || slop < 0) return Fail(start, at_ - start, "\"~\" needs a number");
    at_ += static_cast<std::size_t>(end - first);
    if (slop == 0 || words.size() == 1) return ImportTerm(words, WordForm::kPlain).node;
    if (slop > kNearMax) {
      return CannotExpress(start, fmt::format("a distance of more than {} words", kNearMax));
    }
    return Sloppy(words, slop, start);
  }

  // Lucene counts by how many places words have to move. In order that is the words between, all
  // gaps together; two words the other way round take two moves more.
  RuleNode Sloppy(const std::vector<std::string>& words, std::int32_t slop, std::size_t start) {
    std::vector<RuleNode> terms;
    for (const std::string& word : words) {
      terms.push_back(*ImportTerm({word}, WordForm::kPlain).node);
    }
    if (terms.size() == 2) {
      RuleNode forwards = Pair(Kind::kBefore, terms[0], terms[1], slop);
      if (slop < 2) return forwards;
      std::vector<RuleNode> ways;
      ways.push_back(std::move(forwards));
      ways.push_back(Pair(Kind::kBefore, terms[1], terms[0], slop - 2));
      return AnyOf(std::move(ways));
    }
    std::vector<RuleNode> ways;
    AddOrders(terms, 1, slop, terms[0], ways);
    if (ways.size() > kOrdersMax) {
      report_.Warn(start, at_ - start,
                   fmt::format("each word may be {} words from those before it, in any order; in "
                               "Lucene that is the sum of all",
                               slop));
      RuleNode chain = terms[0];
      for (std::size_t i = 1; i < terms.size(); ++i) {
        chain = Pair(Kind::kNear, std::move(chain), terms[i], slop);
      }
      return chain;
    }
    if (slop >= 2) {
      report_.Warn(start, at_ - start,
                   "the words are found in this order only; Lucene also finds some others");
    }
    return AnyOf(std::move(ways));
  }

  // All ways to share `slop` among the gaps from word `next` on.
  static void AddOrders(const std::vector<RuleNode>& terms, std::size_t next, std::int32_t slop,
                        const RuleNode& before, std::vector<RuleNode>& ways) {
    if (ways.size() > kOrdersMax) return;
    if (next + 1 == terms.size()) {
      ways.push_back(Pair(Kind::kBefore, before, terms[next], slop));
      return;
    }
    for (std::int32_t gap = 0; gap <= slop; ++gap) {
      AddOrders(terms, next + 1, slop - gap, Pair(Kind::kBefore, before, terms[next], gap), ways);
    }
  }

  std::string_view text_;
  const ImportOptions& options_;
  ImportReport& report_;
  std::size_t at_ = 0;
  bool in_field_ = false;
};

// `query` or `name TAB query`.
ImportQuery ReadPlainLine(const ImportLine& line) {
  ImportQuery query;
  const std::size_t tab = line.text.find('\t');
  const std::size_t start = tab == std::string_view::npos ? 0 : tab + 1;
  query.raw = line.text.substr(start);
  query.text = std::string(query.raw);
  query.column = static_cast<int>(start) + 1;
  const std::string name(line.text.substr(0, start == 0 ? 0 : tab));
  query.id = name.empty() ? NumberedId(line.number) : name;
  query.label = name.empty() ? query.text : name;
  return query;
}

std::optional<ImportQuery> ReadJsonLine(const ImportLine& line) {
  ImportMembers members;
  if (!ReadImportMembers(line.text, members) || members.count("query") == 0) return std::nullopt;
  ImportQuery query;
  query.text = members["query"].text;
  query.raw = members["query"].raw;
  query.column = static_cast<int>(query.raw.data() - line.text.data()) + 1;
  query.is_json = true;
  const std::string& id = members["id"].text;
  const std::string& name = members["name"].text;
  query.id = !id.empty() ? id : !name.empty() ? name : NumberedId(line.number);
  query.label = !name.empty() ? name : query.id;
  return query;
}

}  // namespace

ImportResult ImportLucene(std::string_view text, const std::string& file,
                          const ImportOptions& options, Diagnostics& diagnostics) {
  ImportReport report(file, diagnostics);
  std::vector<ImportQuery> queries;
  std::size_t bad_lines = 0;
  for (const ImportLine& line : SplitLines(text)) {
    if (line.text.starts_with("# ")) continue;
    std::optional<ImportQuery> query =
        line.text.starts_with("{\"") ? ReadJsonLine(line) : ReadPlainLine(line);
    if (!query) {
      ++bad_lines;
      report.LineError(line.number, "this JSON object holds no query",
                       "write {\"id\": \"...\", \"query\": \"...\"}");
      continue;
    }
    query->line = line.number;
    query->whole = line.text;
    queries.push_back(*std::move(query));
  }
  ImportResult result = ImportQueries(queries, file, options, report,
                                      [&options](const ImportQuery& query, ImportReport& errors) {
                                        return LuceneConverter(query.text, options, errors).Run();
                                      });
  result.rules += bad_lines;
  result.left_out += bad_lines;
  return result;
}

}  // namespace wiredesk

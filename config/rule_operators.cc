#include "config/rule_operators.h"

#include <fmt/format.h>

namespace wiredesk {
namespace {

using Kind = RuleNode::Kind;

std::string_view NoPlacesHelp(Kind kind) {
  switch (kind) {
    case Kind::kAnd:
      return "for both near each other write X NEAR/n Y or X PARAGRAPH Y; for either of them, X | "
             "Y";
    case Kind::kNot:
      return "write not (X NEAR/n Y), or X OUTSIDE Y for the places of X that are not inside of Y";
    case Kind::kCount:
    case Kind::kAtLeast:
      return "it tells whether, not where: join it by &, in when";
    case Kind::kMetadata:
    case Kind::kTopic:
      return "it is true of the article, not at a place: join it by &, in when";
    default:
      return "all that stands in it must be found at places in the text: terms, sets, NEAR, "
             "OUTSIDE";
  }
}

}  // namespace

bool IsProximity(Kind kind) {
  return kind == Kind::kNear || kind == Kind::kBefore || kind == Kind::kSentence ||
         kind == Kind::kParagraph || kind == Kind::kOutside;
}

std::string WrittenOperator(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kNear:
      return fmt::format("NEAR/{}", node.number);
    case Kind::kBefore:
      return fmt::format("BEFORE/{}", node.number);
    case Kind::kSentence:
      return "SENTENCE";
    case Kind::kParagraph:
      return "PARAGRAPH";
    case Kind::kOutside:
      return "OUTSIDE";
    case Kind::kOr:
      return "|";
    case Kind::kAnd:
      return "&";
    case Kind::kNot:
      return "not";
    case Kind::kAtLeast:
      return "atleast";
    case Kind::kCount:
      return "count";
    default:
      return "";
  }
}

std::string DescribeOperator(const RuleNode& node) {
  switch (node.kind) {
    case Kind::kAnyOf:
      return "a set";
    case Kind::kField:
      return fmt::format("{}:", node.text);
    case Kind::kMacro:
    case Kind::kList:
      return fmt::format("@{}", node.text);
    case Kind::kCount:
      return "count(...)";
    case Kind::kMetadata:
      return fmt::format("a test of {}", node.text);
    case Kind::kTopic:
      return "@topic";
    default:
      return fmt::format("\"{}\"", WrittenOperator(node));
  }
}

std::string_view WrittenComparison(RuleNode::Comparison comparison) {
  switch (comparison) {
    case RuleNode::Comparison::kEqual:
      return "=";
    case RuleNode::Comparison::kNotEqual:
      return "!=";
    case RuleNode::Comparison::kLess:
      return "<";
    case RuleNode::Comparison::kAtMost:
      return "<=";
    case RuleNode::Comparison::kGreater:
      return ">";
    case RuleNode::Comparison::kAtLeast:
      return ">=";
  }
  return "";
}

void ReportNoPlaces(const RuleNode& node, std::string_view user, RuleErrors& errors) {
  errors.Error(
      node.position,
      fmt::format("{} has no places in the text, which {} needs", DescribeOperator(node), user),
      std::string(NoPlacesHelp(node.kind)));
}

}  // namespace wiredesk

#include "stages/rule_node_text.h"

#include <algorithm>

#include "config/rule_text_writer.h"

namespace wiredesk {

std::string ShortText(const RuleNode& node, std::size_t characters) {
  std::string text = WriteRuleText(node);
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_continued = (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    if (is_continued || ++count <= characters) continue;
    // The last character that fits gives way to the ellipsis.
    do {
      --at;
    } while ((static_cast<unsigned char>(text[at]) & 0xc0) == 0x80);
    text.resize(at);
    return text + "…";
  }
  return text;
}

std::string MatchedTerm(const RuleNode& term) {
  switch (term.kind) {
    case RuleNode::Kind::kInflected:
      return term.text + "~";
    case RuleNode::Kind::kPrefix:
      return term.text + "*";
    case RuleNode::Kind::kExact:
      return "=" + term.text;
    case RuleNode::Kind::kRegex:
      return "/" + term.text + "/";
    default:
      return term.text;
  }
}

}  // namespace wiredesk

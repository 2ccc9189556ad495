// What the tests of both importers compare with: rules in the text form.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "config/import_query.h"
#include "config/rule_parser.h"
#include "config/rule_text_writer.h"
#include "tests/rule_show.h"

namespace wiredesk {

// The expression `text` as nodes without positions; the test fails if it is none.
inline std::string ShownRule(std::string_view text) {
  Diagnostics diagnostics;
  const std::string pack =
      "pack p version 1 language en\ntopic t \"T\" {\n when " + std::string(text) + "\n}\n";
  const std::optional<RulePack> parsed = ParseRulePack(pack, "expected", diagnostics);
  EXPECT_TRUE(parsed) << text << "\n" << Render(diagnostics);
  return parsed ? ShowNode(*parsed->topics[0].when) : "";
}

// Both as nodes, and the nodes as text that is read back.
inline void ExpectRule(const ImportResult& result, std::string_view expected,
                       const std::string& what) {
  ASSERT_EQ(result.pack.topics.size(), 1U) << what;
  const RuleNode& when = *result.pack.topics[0].when;
  EXPECT_EQ(ShowNode(when), ShownRule(expected)) << what;
  EXPECT_EQ(ShownRule(WriteRuleText(when)), ShowNode(when)) << what;
}

// Queries put together from `pieces` at random: each is imported as a rule that can be written and
// read back, or there is an error that says why not.
template <typename ImportOne>
void ExpectRuleOrReason(const std::vector<std::string_view>& pieces, ImportOne import_one) {
  std::mt19937 random(1);  // The same every time.
  for (int round = 0; round < 20'000; ++round) {
    std::string query;
    const std::size_t count = 1 + random() % 12;
    for (std::size_t i = 0; i < count; ++i) query += pieces[random() % pieces.size()];
    Diagnostics diagnostics;
    const ImportResult result = import_one(query, diagnostics);
    EXPECT_EQ(result.left_out > 0, HasErrors(diagnostics)) << query;
    for (const Topic& topic : result.pack.topics) {
      EXPECT_EQ(ShownRule(WriteRuleText(*topic.when)), ShowNode(*topic.when)) << query;
    }
    if (::testing::Test::HasFailure()) return;
  }
}

// "severity line:column message" of each.
inline std::vector<std::string> Said(const Diagnostics& diagnostics) {
  std::vector<std::string> said;
  for (const Diagnostic& one : diagnostics) {
    said.push_back(
        std::string(one.severity == Diagnostic::Severity::kError ? "error " : "warning ") +
        std::to_string(one.position.line) + ":" + std::to_string(one.position.column) + " " +
        one.message);
  }
  return said;
}

}  // namespace wiredesk

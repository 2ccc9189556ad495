// What is wrong with a pack's statements and topics beside their expressions: names that are there
// twice, circles of parents, clauses that need each other. For packs in any form. One reader's, one
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/rule_ast.h"
#include "config/rule_errors.h"

namespace wiredesk {

// Reports that `text` has more than `bytes_max` bytes.
void CheckLength(const SourcePosition& position, std::string_view text, std::size_t bytes_max,
                 RuleErrors& errors);

void CheckLanguage(const SourcePosition& position, std::string_view code, RuleErrors& errors);

class TopicChecks {
 public:
  explicit TopicChecks(RuleErrors& errors) : errors_(errors) {}

  // The id of the next topic, which stands at `position`.
  void Begin(const SourcePosition& position, std::string_view id);
  void CheckLabel(const SourcePosition& position, std::string_view label);
  void AddParent(const SourcePosition& position, std::string_view parent);

  // The rule of a topic in which no error was found.
  void CheckRule(const Topic& topic, bool has_need);
  // A test's fields.
  void CheckTest(const RuleTest& test);

  // All topics, which are those of Begin().
  void CheckParents(const std::vector<Topic>& topics);

 private:
  void ReportCycle(std::size_t first, const std::vector<Topic>& topics,
                   const std::vector<std::size_t>& parents);

  RuleErrors& errors_;
  struct Known {
    std::size_t number;
    int line;
  };
  std::unordered_map<std::string, Known> topics_;
  std::vector<SourcePosition> parent_positions_;  // Of each topic.
};

}  // namespace wiredesk

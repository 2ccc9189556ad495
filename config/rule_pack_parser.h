// Parses the text form of a pack: its statements. One parser's, one thread.
#pragma once

#include <string>
#include <string_view>

#include "config/rule_ast.h"
#include "config/rule_checks.h"
#include "config/rule_cursor.h"
#include "config/rule_errors.h"
#include "config/rule_pack_checks.h"
#include "config/rule_parser.h"
#include "config/rule_topic_parser.h"

namespace wiredesk {

// What a text pack begins with, for messages.
inline constexpr std::string_view kPackHeaderHelp =
    "a pack begins with: pack NAME  version VERSION  language CODE";

class RulePackParser {
 public:
  // `text` is clean UTF-8 and, with the others, must outlive this. The faults of lists go to
  // `diagnostics`, all others to `errors`.
  RulePackParser(std::string_view text, const std::string& file, ListFiles list_files,
                 RuleErrors& errors, Diagnostics& diagnostics);

  // The pack; where there were errors, what could be read of it.
  RulePack Parse();

 private:
  // Each is false after a syntax error, with the cursor somewhere in the statement.
  void ParseHeader();
  bool ParseHeaderEntry(const RuleToken& entry);
  bool ParseLanguage();
  bool ParseStatement();
  bool RefuseStatement();
  bool ParseBoost();
  bool ParseBoostEntry();
  bool ParseFields();
  bool ParseFold();
  bool ParseFile();
  bool ParseLet();
  bool ParseExclude();
  bool ParseTopic();
  bool ParseTopicHead(Topic& topic);
  bool ParseParent(Topic& topic);
  bool TakeName(std::string_view what, std::string& name, SourcePosition& position);

  RuleErrors& errors_;
  RuleCursor cursor_;
  RuleChecks checks_;
  TopicChecks topic_checks_;
  RuleTopicParser topics_;
  PackLists lists_;
  RulePack pack_;
  bool has_boost_ = false;
  bool has_fields_ = false;
};

}  // namespace wiredesk

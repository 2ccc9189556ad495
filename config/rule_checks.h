// Whether an expression means something: its names are known, what must have places has places, its
// terms and numbers are within bounds. For rules in any form, once they are nodes. One reader's,
// one thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/rule_ast.h"
#include "config/rule_errors.h"

namespace wiredesk {

class RuleChecks {
 public:
  // `errors` must outlive this.
  explicit RuleChecks(RuleErrors& errors) : errors_(errors) {}

  // Language "any" has no inflections.
  void ForbidInflections() { inflections_allowed_ = false; }

  // A name of a `fields` statement; errors in it are reported.
  void DeclareField(const SourcePosition& position, std::string_view name);
  bool IsField(std::string_view name) const;
  // Reports an unknown field, with the known ones.
  void CheckField(const SourcePosition& position, std::string_view name);
  // A field that a test line may have: of the text, or metadata.
  bool IsTestField(std::string_view name) const;
  std::string SuggestTestField(std::string_view name) const;

  // Names that expressions use as @name, of a list or an expression. A bad name or one that is
  // there twice is reported.
  void AddList(const SourcePosition& position, std::string_view name);
  void AddLet(const SourcePosition& position, std::string_view name, const RuleNode& node);
  bool IsList(std::string_view name) const;

  // Reports what is wrong with an expression. With `places`, which says what for ("a score"), it
  // must have places.
  void Check(const RuleNode& node, std::string_view places = {});

 private:
  // What using an expression somewhere adds there.
  struct Shape {
    std::size_t nodes = 1;   // With names written out.
    int levels = 0;          // Operators, sets, fields and names inside each other.
    bool has_field = false;  // Names a field.
    bool has_places = true;
    bool of_article = false;  // Holds a test of metadata or another topic, which no field has.
  };
  struct Name {
    Shape shape;
    bool is_list = false;
    int line = 0;
  };

  Shape Visit(const RuleNode& node, bool in_field);
  void VisitTerm(const RuleNode& node);
  void VisitPhrase(const RuleNode& node);
  void CheckTermText(const RuleNode& node);
  void CheckPrefix(const RuleNode& node);
  Shape VisitChildren(const RuleNode& node, bool in_field, std::string_view places);
  void VisitField(const RuleNode& node, bool in_field);
  Shape VisitName(const RuleNode& node, bool in_field);
  void VisitMetadata(const RuleNode& node);
  void CheckNumbers(const RuleNode& node);
  void CheckArticleTest(const RuleNode& node, bool in_field);
  void Close(const RuleNode& node, Shape& shape);
  bool AddName(const SourcePosition& position, std::string_view name, bool is_list);
  std::string SuggestName(std::string_view name) const;

  RuleErrors& errors_;
  bool inflections_allowed_ = true;
  std::vector<std::string> further_fields_;
  std::map<std::string, Name, std::less<>> names_;
  std::map<std::string, int, std::less<>> metadata_names_;  // Of further fields, as used so far.
  std::size_t nodes_ = 0;                                   // Of the pack, as written.
  bool too_large_said_ = false;
};

// Whether a text is a decimal number, as comparisons read it.
bool IsDecimalNumber(std::string_view text);

}  // namespace wiredesk

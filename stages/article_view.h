// What rules ask of an article besides the hits of their terms: where its fields, zones, sentences
// and paragraphs are, and its metadata. Worked out when asked for, once an article; the buffers
// stay. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "stages/article.h"
#include "stages/compiled_rules.h"
#include "stages/places.h"

namespace wiredesk {

class ArticleView {
 public:
  // `article` and `rules` stay until the next Begin().
  void Begin(const Article& article, const CompiledRules& rules);

  const Article& article() const { return *article_; }
  UnitStarts sentences() const { return article_->sentences; }
  UnitStarts paragraphs() const { return article_->paragraphs; }
  // Runs of parts with the same field.
  UnitStarts zones();

  // Behind the last token of the lead: the first two paragraphs of the body that hold a word. 0 if
  // the rules don't ask.
  std::uint32_t lead_end() const { return lead_end_; }
  // The field that a token of field `field` counts for: the lead is a field of its own.
  FieldId SlotOf(std::uint32_t token, FieldId field) const {
    return field == kBodyField && token < lead_end_ ? kLeadField : field;
  }
  FieldId SlotOf(std::uint32_t token) const {
    return SlotOf(token, PartOf(*article_, token).field);
  }

  bool Holds(const MetadataTest& test);

 private:
  // The values of one name, folded.
  struct Values {
    bool is_known = false;
    std::size_t count = 0;
    std::vector<std::string> folded;  // The first `count`; others are kept for their memory.
    std::string& Next() {
      if (folded.size() == count) folded.emplace_back();
      return folded[count++];
    }
  };

  void FindLeadEnd();
  const Values& ValuesOf(const MetadataTest& test);
  void ReadValues(const MetadataTest& test, Values& values);
  void AddJson(std::string_view token, Values& values);
  bool IsEqual(const MetadataTest& test, const Values& values) const;

  const Article* article_ = nullptr;
  const CompiledRules* rules_ = nullptr;
  std::uint32_t lead_end_ = 0;
  bool has_zones_ = false;
  std::vector<std::uint32_t> zones_;
  std::vector<Values> values_;  // By kind of metadata, then by field.
  std::string unquoted_;
};

}  // namespace wiredesk

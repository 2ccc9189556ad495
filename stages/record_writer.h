// The output record: one tagged article as JSON. docs/RECORDS.md is its documentation,
// docs/output-record.schema.json its schema.
//
// No clock value, no random one: the same article and rules give the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "stages/arena.h"
#include "stages/article.h"
#include "stages/compiled_rules.h"

namespace wiredesk {

class JsonWriter;

inline constexpr std::string_view kRecordSchema = "wiredesk/tagged-article/1";

// How much of the evidence a record shows, where all of it would be too much.
struct EvidenceShown {
  std::size_t entries_max = std::numeric_limits<std::size_t>::max();  // A tag.
  bool snippets = true;
};

// Keeps what is the same in all records in its written form. One thread at a time.
class RecordWriter {
 public:
  explicit RecordWriter(const OutputSettings& settings);

  // What the articles to come are tagged by. Tag::topic is an index into `topics`, which stay as
  // long as articles are written by them; TextPart::field is one into `field_names`. Cheap: a
  // topic's text is made when it is first needed, so that new rules make no article wait.
  void SetRules(std::span<const CompiledTopic> topics, std::string_view hash,
                std::span<const std::string_view> field_names = kFieldNames);

  // The record of `article`, in `arena`; what was allocated last, so that it can be given back.
  // REQUIRES: article.ok(), and its tags are of the rules that were set.
  std::string_view Write(const Article& article, Arena& arena, const EvidenceShown& shown = {});

 private:
  // A tag as far as the rules decide it: {"id":...,"score": | ,"need":...,"evidence":[
  struct TopicText {
    std::string before_score;
    std::string after_score;
  };

  void WriteEvidence(const Article& article, const Evidence& evidence, JsonWriter& writer) const;
  const TopicText& TextOf(std::uint32_t topic);
  // Make the texts of the article's topics, too.
  std::size_t RecordBytesMax(const Article& article);
  std::size_t TagsBytesMax(const Article& article);
  void WriteTagged(const Article& article, JsonWriter& writer) const;
  void WriteEnrichedJson(const Article& article, JsonWriter& writer) const;
  void WriteEnrichedText(const Article& article, JsonWriter& writer) const;
  void WriteMember(const Article& article, JsonWriter& writer) const;
  void WriteFindings(const Article& article, JsonWriter& writer) const;
  void WriteId(const Article& article, JsonWriter& writer) const;
  void WriteCategories(const Article& article, JsonWriter& writer) const;
  void WriteTags(const Article& article, JsonWriter& writer) const;
  void WriteOrigin(const Article& article, JsonWriter& writer) const;

  const RecordForm form_;
  EvidenceShown shown_;      // Of the record at hand.
  std::string member_text_;  // "wiredesk":
  std::span<const CompiledTopic> topics_;
  std::vector<std::unique_ptr<const TopicText>> topic_texts_;  // Null: not made yet.
  std::vector<std::string> field_names_;                       // As in JSON strings.
  std::string end_text_;                                       // ,"rules":"..."}
};

}  // namespace wiredesk

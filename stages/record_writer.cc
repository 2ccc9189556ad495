#include "stages/record_writer.h"

#include <algorithm>
#include <cstdint>

#include "config/check.h"
#include "stages/json_writer.h"

namespace wiredesk {

namespace {

// Above all fixed text of a record, or of an entry of its lists, and the numbers in it.
constexpr std::size_t kRecordFixedBytes = 512;
constexpr std::size_t kEvidenceFixedBytes = 192;
constexpr std::size_t kOriginFixedBytes = 2 * kNumberBytesMax + 64;

std::string Quoted(std::string_view text) {
  std::string json(StringBytesMax(text.size()), '\0');
  JsonWriter writer(json.data(), json.size());
  writer.String(text);
  json.resize(writer.written().size());
  return json;
}

void WriteOr(std::string_view json, std::string_view instead, JsonWriter& writer) {
  writer.Raw(json.empty() ? instead : json);
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

RecordWriter::RecordWriter(const OutputSettings& settings)
    : form_(settings.record), member_text_(Quoted(settings.member) + ":") {}

void RecordWriter::SetRules(std::span<const CompiledTopic> topics, std::string_view hash,
                            std::span<const std::string_view> field_names) {
  field_names_.clear();
  for (const std::string_view name : field_names) {
    const std::string quoted = Quoted(name);
    field_names_.push_back(quoted.substr(1, quoted.size() - 2));
  }
  topics_ = topics;
  topic_texts_.clear();
  topic_texts_.resize(topics.size());
  end_text_ = R"(,"rules":)" + Quoted(hash) + "}";
}

const RecordWriter::TopicText& RecordWriter::TextOf(std::uint32_t index) {
  WIREDESK_CHECK(index < topic_texts_.size());
  std::unique_ptr<const TopicText>& text = topic_texts_[index];
  if (text != nullptr) return *text;
  const CompiledTopic& topic = topics_[index];
  std::string parents;
  for (const std::string_view parent : topic.parents) {
    if (!parents.empty()) parents += ',';
    parents += Quoted(parent);
  }
  text = std::make_unique<const TopicText>(
      TopicText{R"({"id":)" + Quoted(topic.id) + R"(,"label":)" + Quoted(topic.label) +
                    R"(,"parents":[)" + parents + R"(],"score":)",
                R"(,"need":)" + std::to_string(topic.need) + R"(,"pack":)" + Quoted(topic.pack) +
                    R"(,"evidence":[)"});
  return *text;
}

std::string_view RecordWriter::Write(const Article& article, Arena& arena,
                                     const EvidenceShown& shown) {
  shown_ = shown;
  const std::size_t bytes_max = RecordBytesMax(article);
  char* const block = arena.Allocate(bytes_max);
  JsonWriter writer(block, bytes_max);
  if (form_ == RecordForm::kTags) {
    WriteTagged(article, writer);
  } else if (article.is_json) {
    WriteEnrichedJson(article, writer);
  } else {
    WriteEnrichedText(article, writer);
  }
  arena.Shrink(block, writer.written().size());
  return writer.written();
}

std::size_t RecordWriter::RecordBytesMax(const Article& article) {
  // The topic occurs twice where it has to stand in for an id.
  std::size_t bytes = kRecordFixedBytes + end_text_.size() +
                      2 * (EscapedBytesMax(article.origin.topic.size()) + kOriginFixedBytes) +
                      TagsBytesMax(article);
  if (form_ == RecordForm::kEnriched) {
    return bytes + member_text_.size() + StringBytesMax(article.value.size());
  }
  for (const std::string_view category : article.categories) {
    bytes += StringBytesMax(category.size()) + 1;
  }
  return bytes + article.id_json.size() + article.language_json.size() + article.title_json.size() +
         article.published_at_json.size() + article.source_json.size();
}

std::size_t RecordWriter::TagsBytesMax(const Article& article) {
  std::size_t bytes = 0;
  for (const Tag& tag : article.tags) {
    const TopicText& topic = TextOf(tag.topic);
    bytes += topic.before_score.size() + topic.after_score.size() + kNumberBytesMax + 8;
    for (const Evidence& evidence : tag.evidence) {
      WIREDESK_CHECK(evidence.part < article.parts.size());
      const FieldId field = article.parts[evidence.part].field;
      WIREDESK_CHECK(field < field_names_.size());
      bytes += kEvidenceFixedBytes + field_names_[field].size() +
               StringBytesMax(evidence.term.size()) +
               StringBytesMax(evidence.end - evidence.start) +
               StringBytesMax(evidence.snippet_end - evidence.snippet_start);
    }
  }
  return bytes;
}

void RecordWriter::WriteTagged(const Article& article, JsonWriter& writer) const {
  writer.Raw(R"({"schema":")");
  writer.Raw(kRecordSchema);
  writer.Raw(R"(","id":)");
  WriteId(article, writer);
  writer.Raw(R"(,"language":)");
  WriteOr(article.language_json, "null", writer);
  writer.Raw(R"(,"title":)");
  WriteOr(article.title_json, "null", writer);
  writer.Raw(R"(,"published_at":)");
  WriteOr(article.published_at_json, "null", writer);
  writer.Raw(R"(,"source":)");
  WriteOr(article.source_json, "null", writer);
  WriteCategories(article, writer);
  WriteFindings(article, writer);
}

// What both forms end with: the tags, and where they come from.
void RecordWriter::WriteFindings(const Article& article, JsonWriter& writer) const {
  if (article.positions_in_record) writer.Raw(R"(,"positions":"record")");
  if (article.tags_truncated || article.evidence_truncated) {
    writer.Raw(R"(,"truncated":[)");
    if (article.tags_truncated) writer.Raw(R"("tags")");
    if (article.tags_truncated && article.evidence_truncated) writer.Raw(",");
    if (article.evidence_truncated) writer.Raw(R"("evidence")");
    writer.Raw("]");
  }
  writer.Raw(R"(,"tags":[)");
  WriteTags(article, writer);
  writer.Raw(R"(],"origin":)");
  WriteOrigin(article, writer);
  writer.Raw(end_text_);
}

// The object as it came, with one member more before its closing brace.
void RecordWriter::WriteEnrichedJson(const Article& article, JsonWriter& writer) const {
  const std::string_view value = article.value;
  const std::size_t brace = value.find_last_of('}');
  WIREDESK_CHECK(brace != std::string_view::npos);
  std::size_t end = brace;
  while (end > 0 && IsSpace(value[end - 1])) --end;
  WIREDESK_CHECK(end > 0);
  writer.Raw(value.substr(0, end));
  if (value[end - 1] != '{') writer.Raw(",");
  WriteMember(article, writer);
  writer.Raw(value.substr(end));
}

void RecordWriter::WriteEnrichedText(const Article& article, JsonWriter& writer) const {
  writer.Raw(R"({"text":)");
  writer.String(article.value);
  writer.Raw(",");
  WriteMember(article, writer);
  writer.Raw("}");
}

void RecordWriter::WriteMember(const Article& article, JsonWriter& writer) const {
  writer.Raw(member_text_);
  writer.Raw(R"({"schema":")");
  writer.Raw(kRecordSchema);
  writer.Raw("\"");
  WriteFindings(article, writer);
}

void RecordWriter::WriteId(const Article& article, JsonWriter& writer) const {
  if (!article.id_json.empty()) return writer.Raw(article.id_json);
  writer.Raw("\"");
  writer.Text(article.origin.topic);
  writer.Raw("/");
  writer.Number(article.origin.partition);
  writer.Raw("/");
  writer.Number(article.origin.offset);
  writer.Raw("\"");
}

void RecordWriter::WriteCategories(const Article& article, JsonWriter& writer) const {
  if (article.categories.empty()) return;
  std::string_view separator = R"(,"categories":[)";
  for (const std::string_view category : article.categories) {
    writer.Raw(separator);
    writer.String(category);
    separator = ",";
  }
  writer.Raw("]");
}

void RecordWriter::WriteTags(const Article& article, JsonWriter& writer) const {
  std::string_view separator;
  for (const Tag& tag : article.tags) {
    const TopicText& topic = *topic_texts_[tag.topic];
    writer.Raw(separator);
    writer.Raw(topic.before_score);
    writer.Number(tag.score);
    writer.Raw(topic.after_score);
    separator = "";
    for (const Evidence& evidence :
         tag.evidence.first(std::min(tag.evidence.size(), shown_.entries_max))) {
      writer.Raw(separator);
      WriteEvidence(article, evidence, writer);
      separator = ",";
    }
    writer.Raw("]}");
    separator = ",";
  }
}

void RecordWriter::WriteEvidence(const Article& article, const Evidence& evidence,
                                 JsonWriter& writer) const {
  const TextPart& part = article.parts[evidence.part];
  WIREDESK_CHECK(evidence.start <= evidence.end && evidence.end <= part.text.size());
  writer.Raw(R"({"term":)");
  writer.String(evidence.term);
  writer.Raw(R"(,"field":")");
  writer.Raw(field_names_[part.field]);
  if (part.index != TextPart::kNoIndex) {
    writer.Raw("/");
    writer.Number(part.index);
  }
  writer.Raw(R"(","start":)");
  writer.Number(std::uint64_t{part.start} + evidence.start);
  writer.Raw(R"(,"end":)");
  writer.Number(std::uint64_t{part.start} + evidence.end);
  writer.Raw(R"(,"text":)");
  writer.String(part.text.substr(evidence.start, evidence.end - evidence.start));
  if (shown_.snippets && evidence.snippet_end > evidence.snippet_start) {
    WIREDESK_CHECK(evidence.snippet_end <= part.text.size());
    writer.Raw(R"(,"snippet":)");
    writer.String(
        part.text.substr(evidence.snippet_start, evidence.snippet_end - evidence.snippet_start));
  }
  writer.Raw("}");
}

void RecordWriter::WriteOrigin(const Article& article, JsonWriter& writer) const {
  writer.Raw(R"({"topic":)");
  writer.String(article.origin.topic);
  writer.Raw(R"(,"partition":)");
  writer.Number(article.origin.partition);
  writer.Raw(R"(,"offset":)");
  writer.Number(article.origin.offset);
  writer.Raw("}");
}

}  // namespace wiredesk

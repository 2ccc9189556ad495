// One article on its way down a lane. Each member is written by the stage named beside it and only
// read by those after it. All views and spans point into the batch's arena, or at something that
// outlives the batch, and end with Batch::Clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace wiredesk {

// A field of the article that rules can name. Further fields, which settings map, follow the
// built-in ones; the compiled rules know their names.
using FieldId = std::uint8_t;
inline constexpr FieldId kTitleField = 0;
inline constexpr FieldId kHeadingField = 1;
inline constexpr FieldId kBodyField = 2;
inline constexpr std::string_view kFieldNames[] = {"title", "heading", "body"};
inline constexpr std::size_t kFieldCount = std::size(kFieldNames);

// Where an article came from. The topic's name outlives the batch.
struct Origin {
  std::string_view topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
};

// A header of the input record.
struct RecordHeader {
  std::string_view name;
  std::string_view value;
  bool is_null = false;  // Kafka tells a null value from an empty one.
};

// A run of the article's own text: the title, a heading, a paragraph of an array, or a whole body.
struct TextPart {
  static constexpr std::uint32_t kNoIndex = 0xffffffff;
  std::string_view text;  // Valid UTF-8, as in the original.
  FieldId field = kBodyField;
  std::uint32_t index = kNoIndex;  // Place in the field's array, where the field is an array.
  std::uint32_t start = 0;         // Byte position of text[0] in what evidence positions count in.
  std::uint32_t first_token = 0;   // Canonicaliser: this part's first entry of Article::tokens.
};

// A folded word of the canonical text, and its place in both texts. Half open, in bytes.
struct Token {
  std::uint32_t canonical;  // Start in Article::canonical.
  std::uint32_t start;      // In its TextPart's text.
  std::uint32_t end;
  std::uint32_t hash;  // HashToken() of its canonical bytes (token_hash.h).
};

// An occurrence of a term of the compiled rules: tokens [begin, end).
struct Match {
  std::uint32_t term;
  std::uint32_t begin;
  std::uint32_t end;
};

// One place that speaks for a tag. Positions are half open, in bytes of the original field.
struct Evidence {
  std::uint32_t part;  // Index into Article::parts.
  std::uint32_t start;
  std::uint32_t end;
  std::string_view term;  // As the rule's author wrote it; owned by the compiled rules.
  // The place and the text around it, where the rule asks for that; else empty. Whole characters.
  std::uint32_t snippet_start = 0;
  std::uint32_t snippet_end = 0;
};

// A subject that the rules found in the article.
struct Tag {
  std::uint32_t topic;  // Index into CompiledRules::topics().
  std::int32_t score;
  std::span<const Evidence> evidence;  // Strongest first.
};

// Why an article can't be tagged. Each has a fixed reason for people in article.cc.
enum class Failure : std::uint8_t {
  kNone,
  kEmptyRecord,
  kTooLarge,
  kInvalidUtf8,
  kInvalidJson,
  kNotAnObject,
  kWrongType,
  kTooDeep,
  kNoText,
  kTooManyFields,
  kTooManyMatches,
  kOutputTooLarge,
  kStageFailed,  // The last: counters.h goes by it.
};

struct Article {
  // Source: what arrived.
  Origin origin;
  std::uint64_t ack = 0;  // The source's own handle for this record; opaque to everyone else.
  std::int64_t timestamp_ms = -1;
  std::string_view value;      // The record's bytes; kPadding readable zero bytes follow.
  bool value_is_null = false;  // Kafka tells a null value (a tombstone) from an empty one.
  std::string_view key;
  bool has_key = false;
  std::span<const RecordHeader> headers;

  // Decoder. The raw members are JSON tokens as they stand in the input ("\"x\"", "12"), empty
  // where the article has none; for plain text the decoder writes them as JSON.
  bool is_json = false;
  bool positions_in_record = false;  // Evidence positions count in `value`, not in a field.
  std::string_view id_json;
  std::string_view title_json;
  std::string_view language_json;
  std::string_view source_json;
  std::string_view published_at_json;
  std::string_view language;                     // Unquoted; empty if unknown.
  std::span<const std::string_view> categories;  // Unquoted UTF-8.
  std::span<TextPart> parts;

  // Canonicaliser.
  std::string_view canonical;  // " tok tok \x1e tok "; kPadding readable bytes follow.
  std::span<const Token> tokens;
  std::span<const std::uint32_t> sentences;   // First token of each sentence, ascending.
  std::span<const std::uint32_t> paragraphs;  // Likewise of each paragraph.

  // Matcher: in order of their ends.
  std::span<const Match> matches;

  // Tagger: by falling score, then by topic id.
  std::span<const Tag> tags;
  bool tags_truncated = false;    // There were more, which scored less.
  std::uint32_t shadow_tags = 0;  // Topics in shadow whose rules hold: not among `tags`.

  // Encoder.
  std::string_view output;
  bool evidence_truncated = false;  // So that `output` fits.

  // First failure; later stages leave the article alone. `detail` says more where it is not empty.
  Failure failure = Failure::kNone;
  std::string_view failed_stage;
  std::string_view failure_detail;

  bool ok() const { return failure == Failure::kNone; }
  void Fail(std::string_view stage, Failure why, std::string_view detail = {}) {
    failure = why;
    failed_stage = stage;
    failure_detail = detail;
  }
};

// What Kafka stores of a record beside its value, at most: its key, its headers, and what it puts
// around them.
std::size_t BytesBesideValue(const Article& article);
std::size_t HeaderBytes(const Article& article);

// The part that holds token `token`.
// REQUIRES: token < article.tokens.size()
const TextPart& PartOf(const Article& article, std::uint32_t token);

// The canonical text of part `index`, from the space before its first word to the one behind its
// last; empty where it has none. A view into article.canonical.
std::string_view CanonicalOf(const Article& article, std::size_t index);

// A stable word for `failure`, for headers and metrics ("invalid_json"), and a sentence for people.
std::string_view FailureCode(Failure failure);
std::string_view FailureReason(Failure failure);

}  // namespace wiredesk

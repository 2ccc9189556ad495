#include "stages/article.h"

#include <algorithm>

#include "config/check.h"

namespace wiredesk {

namespace {

struct FailureText {
  std::string_view code;
  std::string_view reason;
};

constexpr FailureText Describe(Failure failure) {
  switch (failure) {
    case Failure::kNone:
      return {"none", "no failure"};
    case Failure::kEmptyRecord:
      return {"empty_record", "the record has no value"};
    case Failure::kTooLarge:
      return {"too_large", "the record is larger than input.article_bytes_max"};
    case Failure::kInvalidUtf8:
      return {"invalid_utf8", "the record is not valid UTF-8"};
    case Failure::kInvalidJson:
      return {"invalid_json", "the record is not valid JSON"};
    case Failure::kNotAnObject:
      return {"not_an_object", "the record is JSON, but not an object"};
    case Failure::kWrongType:
      return {"wrong_type", "a mapped field has a type that the article can't use"};
    case Failure::kTooDeep:
      return {"too_deep", "the record nests deeper than input.json_depth_max"};
    case Failure::kNoText:
      return {"no_text", "neither the title nor the body field is there; see input.fields"};
    case Failure::kTooManyFields:
      return {"too_many_fields", "the record has more members than input.json_fields_max"};
    case Failure::kTooManyMatches:
      return {"too_many_matches", "the rules' terms occur more often than match.matches_max"};
    case Failure::kOutputTooLarge:
      return {"output_too_large", "the output record is larger than the broker takes"};
    case Failure::kStageFailed:
      return {"stage_failed", "a stage failed on this record"};
  }
  WIREDESK_CHECK(!"a failure without a text");
  return {};
}

}  // namespace

std::size_t HeaderBytes(const Article& article) {
  constexpr std::size_t kHeaderOverhead = 16;
  std::size_t bytes = 0;
  for (const RecordHeader& header : article.headers) {
    bytes += header.name.size() + header.value.size() + kHeaderOverhead;
  }
  return bytes;
}

std::size_t BytesBesideValue(const Article& article) {
  constexpr std::size_t kRecordOverhead = 128;
  return kRecordOverhead + article.key.size() + HeaderBytes(article);
}

const TextPart& PartOf(const Article& article, std::uint32_t token) {
  const auto behind =
      std::upper_bound(article.parts.begin(), article.parts.end(), token,
                       [](std::uint32_t t, const TextPart& part) { return t < part.first_token; });
  WIREDESK_CHECK(behind != article.parts.begin());
  return *(behind - 1);
}

std::string_view CanonicalOf(const Article& article, std::size_t index) {
  const auto count = static_cast<std::uint32_t>(article.tokens.size());
  const std::uint32_t first = article.parts[index].first_token;
  const bool is_last = index + 1 == article.parts.size();
  const std::uint32_t behind = is_last ? count : article.parts[index + 1].first_token;
  if (first == behind) return {};
  const std::uint32_t start = article.tokens[first].canonical - 1;
  // The mark and the space between two parts stand before the word that comes next.
  const std::size_t end =
      behind == count ? article.canonical.size() : article.tokens[behind].canonical - 2;
  return article.canonical.substr(start, end - start);
}

std::string_view FailureCode(Failure failure) { return Describe(failure).code; }
std::string_view FailureReason(Failure failure) { return Describe(failure).reason; }

}  // namespace wiredesk

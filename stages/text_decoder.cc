#include "stages/text_decoder.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "stages/json_writer.h"

namespace wiredesk {

namespace {

constexpr std::string_view kStage = "decode";

// In characters. Headlines of agencies stay below 130, headings of sections are shorter.
constexpr std::size_t kTitleLengthMax = 200;
constexpr std::size_t kHeadingLengthMax = 80;
// A longer line has not been wrapped by hand, so that a line break before it means something.
constexpr std::size_t kWrappedLineMax = 120;

constexpr std::string_view kSentenceEnds[] = {".", "!", "?", "…", "。", "！", "？"};
constexpr std::string_view kHalfEnds[] = {":", ";", ",", "：", "；", "，", "、"};
constexpr std::string_view kClosing[] = {"\"", "'", ")", "]", "”", "’", "»", "」", "』", "）"};

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::size_t CountCharacters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

bool EndsWithOneOf(std::string_view text, std::span<const std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return text.ends_with(end); });
}

// A quotation mark or bracket may follow what ends a sentence.
std::string_view WithoutClosing(std::string_view text) {
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view closing : kClosing) {
      if (!text.ends_with(closing)) continue;
      text.remove_suffix(closing.size());
      more = true;
    }
  }
  return text;
}

bool EndsSentence(std::string_view text) {
  return EndsWithOneOf(WithoutClosing(text), kSentenceEnds);
}

bool EndsHalf(std::string_view text) { return EndsWithOneOf(WithoutClosing(text), kHalfEnds); }

bool IsOneLine(std::string_view text) { return text.find('\n') == std::string_view::npos; }

bool IsHeading(std::string_view text) {
  return IsOneLine(text) && !EndsSentence(text) && !EndsHalf(text) &&
         CountCharacters(text) <= kHeadingLengthMax;
}

// A line of which nothing else tells that it is a title.
bool IsTitleAlone(std::string_view line) {
  return !EndsSentence(line) && !EndsHalf(line) && CountCharacters(line) <= kTitleLengthMax;
}

// A line with a paragraph below it: a title may ask or exclaim.
bool IsTitleAbove(std::string_view line, bool has_categories) {
  return (has_categories || !line.ends_with('.')) && !EndsHalf(line) &&
         CountCharacters(line) <= kTitleLengthMax;
}

// Removes the first line and its end from `text`.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// If `line` begins with "Categories:" or "Category:" in whatever case: what follows, else nothing.
bool IsCategoryLine(std::string_view line, std::string_view* names) {
  for (const std::string_view start :
       {std::string_view("categories:"), std::string_view("category:")}) {
    if (line.size() < start.size()) continue;
    const bool same = std::equal(start.begin(), start.end(), line.begin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : b);
    });
    if (!same) continue;
    *names = line.substr(start.size());
    return true;
  }
  return false;
}

// "A / B; C". A slash without spaces and a comma are part of a name.
std::span<const std::string_view> SplitCategories(std::string_view names, Arena& arena) {
  const std::size_t count_max = names.size() / 2 + 1;
  const std::span categories = arena.AllocateArray<std::string_view>(count_max);
  std::size_t count = 0;
  while (!names.empty()) {
    const std::size_t slash = names.find(" / ");
    const std::size_t semicolon = names.find(';');
    const std::size_t end = std::min({slash, semicolon, names.size()});
    const std::string_view name = Trim(names.substr(0, end));
    if (!name.empty()) categories[count++] = name;
    const std::size_t skip = slash < semicolon ? 3 : 1;
    names.remove_prefix(std::min(end + skip, names.size()));
  }
  return categories.first(count);
}

std::string_view QuotedCopy(std::string_view text, Arena& arena) {
  const std::size_t bytes_max = StringBytesMax(text.size());
  char* const block = arena.Allocate(bytes_max);
  JsonWriter writer(block, bytes_max);
  writer.String(text);
  arena.Shrink(block, writer.written().size());
  return writer.written();
}

}  // namespace

void TextDecoder::Decode(std::string_view text, Article& article, Arena& arena) {
  value_ = article.value;
  parts_.clear();
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  std::string_view names;
  std::string_view rest = text;
  const bool has_categories = IsCategoryLine(TakeLine(rest), &names);
  if (has_categories) text = rest;
  AddParts(text, has_categories);
  if (parts_.empty()) {
    article.Fail(kStage, Failure::kNoText);
    return;
  }
  if (has_categories) article.categories = SplitCategories(names, arena);
  article.positions_in_record = true;
  if (parts_.front().field == kTitleField) {
    article.title_json = QuotedCopy(parts_.front().text, arena);
  }
  article.parts = arena.AllocateArray<TextPart>(parts_.size());
  std::copy(parts_.begin(), parts_.end(), article.parts.begin());
}

void TextDecoder::SplitParagraphs(std::string_view text) {
  paragraphs_.clear();
  Paragraph* open = nullptr;
  while (!text.empty()) {
    const std::string_view line = Trim(TakeLine(text));
    if (line.empty()) {
      open = nullptr;
    } else if (open == nullptr) {
      open = &paragraphs_.emplace_back(Paragraph{line, line});
    } else {
      const char* const begin = open->text.data();
      open->text = {begin, static_cast<std::size_t>(line.data() + line.size() - begin)};
    }
  }
}

void TextDecoder::AddParts(std::string_view text, bool has_categories) {
  SplitParagraphs(text);
  if (paragraphs_.empty()) return;
  const std::string_view title = TakeTitle(has_categories);
  if (!title.empty()) AddPart(title, kTitleField);
  for (std::size_t i = 0; i < paragraphs_.size(); ++i) {
    const std::string_view paragraph = paragraphs_[i].text;
    const bool is_heading = i + 1 < paragraphs_.size() && IsHeading(paragraph);
    AddPart(paragraph, is_heading ? kHeadingField : kBodyField);
  }
}

// Removes the title, and its repetition, from the paragraphs.
std::string_view TextDecoder::TakeTitle(bool has_categories) {
  const Paragraph& first = paragraphs_.front();
  const std::string_view line = first.first_line;
  std::string_view below = Trim(first.text.substr(line.size()));
  bool is_title = false;
  if (below.empty()) {
    const bool is_alone = paragraphs_.size() == 1;
    is_title = (!is_alone && paragraphs_[1].first_line == line) ||
               (is_alone ? IsTitleAlone(line) : IsTitleAbove(line, has_categories));
  } else {
    const std::string_view next = Trim(TakeLine(below));
    is_title = next == line || (CountCharacters(next) > kWrappedLineMax && IsTitleAlone(line));
  }
  if (!is_title) return {};
  DropFirstLine();
  if (!paragraphs_.empty() && paragraphs_.front().first_line == line) DropFirstLine();
  return line;
}

void TextDecoder::DropFirstLine() {
  Paragraph& first = paragraphs_.front();
  const std::string_view left = Trim(first.text.substr(first.first_line.size()));
  if (left.empty()) {
    paragraphs_.erase(paragraphs_.begin());
    return;
  }
  std::string_view rest = left;
  first = {left, Trim(TakeLine(rest))};
}

void TextDecoder::AddPart(std::string_view text, FieldId field) {
  TextPart& part = parts_.emplace_back();
  part.text = text;
  part.field = field;
  part.start = static_cast<std::uint32_t>(text.data() - value_.data());
}

}  // namespace wiredesk

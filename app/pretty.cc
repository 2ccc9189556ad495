#include "app/pretty.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace wiredesk {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kReset = "\033[0m";

std::string_view CodeOf(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\033[1m";
    case Style::kDim:
      return "\033[2m";
    case Style::kGood:
      return "\033[32m";
    case Style::kBad:
      return "\033[31m";
    case Style::kTag1:
      return "\033[1;30;103m";
    case Style::kTag2:
      return "\033[1;30;106m";
    case Style::kTag3:
      return "\033[1;30;102m";
    case Style::kTagOther:
      return "\033[1;4m";
  }
  return "";
}

Style StyleOfTag(std::size_t tag) {
  constexpr Style kStyles[] = {Style::kTag1, Style::kTag2, Style::kTag3};
  return tag < std::size(kStyles) ? kStyles[tag] : Style::kTagOther;
}

// The character at the start of `text`: its bytes and its code point. Broken UTF-8 gives single
// bytes.
std::pair<std::size_t, char32_t> FirstCharacter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t size = lead < 0xc2   ? 1
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                           : lead < 0xf5 ? 4
                                         : 1;
  if (size == 1 || size > text.size()) return {1, lead < 0x80 ? lead : 0xfffd};
  char32_t point = lead & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {1, 0xfffd};
    point = (point << 6) | (byte(i) & 0x3fu);
  }
  return {size, point};
}

bool IsControl(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x2069) || point == 0xfeff;
}

std::size_t WidthOf(char32_t point) {
  if (point >= 0x300 && point < 0x370) return 0;  // Combining marks.
  const bool wide = (point >= 0x1100 && point < 0x1160) || (point >= 0x2e80 && point < 0xa4d0) ||
                    (point >= 0xac00 && point < 0xd7a4) || (point >= 0xf900 && point < 0xfb00) ||
                    (point >= 0xfe30 && point < 0xfe70) || (point >= 0xff00 && point < 0xff61) ||
                    (point >= 0x1f300 && point < 0x1fa00) || (point >= 0x20000 && point < 0x3fffe);
  return wide ? 2 : 1;
}

std::string StringOf(const Json& record, const char* member) {
  const auto found = record.find(member);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A place to highlight, in a part's text.
struct Mark {
  std::size_t start;
  std::size_t end;
  std::size_t tag;
};

// Writes words into lines of a terminal, with marks around them.
class Wrapper {
 public:
  Wrapper(const Terminal& terminal, std::size_t indent) : terminal_(terminal), indent_(indent) {
    NewLine();
  }

  // Marks are in order and do not overlap.
  void Write(std::string_view text, std::span<const Mark> marks) {
    std::size_t at = 0;
    for (const Mark& mark : marks) {
      Words(text.substr(at, mark.start - at), Style::kPlain, false);
      Words(text.substr(mark.start, mark.end - mark.start), StyleOfTag(mark.tag), true);
      at = mark.end;
    }
    Words(text.substr(at), Style::kPlain, false);
    FlushWord();
  }

  std::string Take() && {
    out_ += '\n';
    return std::move(out_);
  }

 private:
  // Where there is no colour, evidence stands in [brackets].
  void Words(std::string_view text, Style style, bool marked) {
    const bool brackets = marked && !terminal_.color;
    if (brackets) Put("[", 1);
    bool styled = false;
    while (!text.empty()) {
      const auto [size, point] = FirstCharacter(text);
      if (point == ' ' || IsControl(point)) {
        if (styled) word_ += kReset;
        styled = false;
        FlushWord();
      } else {
        if (!styled && marked && terminal_.color) word_ += CodeOf(style);
        styled = marked && terminal_.color;
        Put(point == 0xfffd ? std::string_view("?") : text.substr(0, size), WidthOf(point));
      }
      text.remove_prefix(size);
    }
    if (styled) word_ += kReset;
    if (brackets) Put("]", 1);
  }

  void Put(std::string_view bytes, std::size_t columns) {
    word_ += bytes;
    word_columns_ += columns;
  }

  void FlushWord() {
    if (word_columns_ == 0) return;
    if (column_ > indent_ && column_ + 1 + word_columns_ > terminal_.width) {
      out_ += '\n';
      NewLine();
    }
    if (column_ > indent_) {
      out_ += ' ';
      ++column_;
    }
    out_ += word_;
    column_ += word_columns_;
    word_.clear();
    word_columns_ = 0;
  }

  void NewLine() {
    out_.append(indent_, ' ');
    column_ = indent_;
  }

  const Terminal& terminal_;
  const std::size_t indent_;
  std::size_t column_ = 0;
  std::string out_;
  std::string word_;
  std::size_t word_columns_ = 0;
};

std::string FieldNameOf(const TextPart& part) {
  std::string name(kFieldNames[part.field]);
  if (part.index != TextPart::kNoIndex) name += "/" + std::to_string(part.index);
  return name;
}

void AddMark(const Mark& mark, std::vector<Mark>& marks) {
  const bool overlaps = std::any_of(marks.begin(), marks.end(), [&](const Mark& other) {
    return mark.start < other.end && other.start < mark.end;
  });
  if (!overlaps) marks.push_back(mark);
}

void SortMarks(std::vector<Mark>& marks) {
  std::sort(marks.begin(), marks.end(),
            [](const Mark& a, const Mark& b) { return a.start < b.start; });
}

// The evidence of all shown tags that lies in `part`, in order; where it overlaps the stronger
// tag's counts.
std::vector<Mark> MarksIn(const TextPart& part, const Json& record, std::size_t tags_max) {
  const bool in_record = StringOf(record, "positions") == "record";
  const std::string field = FieldNameOf(part);
  std::vector<Mark> marks;
  const Json& tags = record.at("tags");
  for (std::size_t tag = 0; tag < std::min(tags.size(), tags_max); ++tag) {
    for (const Json& evidence : tags[tag].at("evidence")) {
      if (!in_record && evidence.at("field").get<std::string>() != field) continue;
      const auto start = evidence.at("start").get<std::size_t>();
      const auto end = evidence.at("end").get<std::size_t>();
      if (start < part.start || end > part.start + part.text.size() || start >= end) continue;
      AddMark({start - part.start, end - part.start, tag}, marks);
    }
  }
  SortMarks(marks);
  return marks;
}

// A window of `text` around its first mark, between words, and the marks inside it.
struct Excerpt {
  std::string_view text;
  std::vector<Mark> marks;
  bool cut_before = false;
  bool cut_after = false;
};

Excerpt MakeExcerpt(std::string_view text, const std::vector<Mark>& marks, std::size_t bytes_max) {
  Excerpt excerpt;
  std::size_t begin = 0;
  if (text.size() > bytes_max && !marks.empty() && marks[0].end > bytes_max) {
    // Some words before the mark, from the start of a line or sentence if there is one near.
    begin = marks[0].start - std::min(marks[0].start, bytes_max / 3);
    const std::size_t stop = text.find_first_of("\n.", begin);
    const std::size_t space = text.find(' ', begin);
    begin = stop < marks[0].start ? stop + 1 : space < marks[0].start ? space + 1 : marks[0].start;
  }
  std::size_t end = std::min(text.size(), begin + bytes_max);
  if (end < text.size()) {
    const std::size_t space = text.rfind(' ', end);
    if (space != std::string_view::npos && space > begin) end = space;
  }
  for (const Mark& mark : marks) {
    if (mark.start >= begin && mark.end <= end) {
      excerpt.marks.push_back({mark.start - begin, mark.end - begin, mark.tag});
    }
  }
  excerpt.text = text.substr(begin, end - begin);
  excerpt.cut_before = begin > 0;
  excerpt.cut_after = end < text.size();
  return excerpt;
}

std::string RenderText(std::string_view text, const std::vector<Mark>& marks,
                       const Terminal& terminal, std::size_t indent, std::size_t bytes_max) {
  const Excerpt excerpt = MakeExcerpt(text, marks, bytes_max);
  Wrapper wrapper(terminal, indent);
  if (excerpt.cut_before) wrapper.Write("…", {});
  wrapper.Write(excerpt.text, excerpt.marks);
  if (excerpt.cut_after) wrapper.Write("…", {});
  return std::move(wrapper).Take();
}

// "minister ×3, talks": the evidence of one tag as it stands in the text, the most frequent first.
std::string Words(const Json& evidence, std::size_t columns) {
  std::vector<std::pair<std::string, int>> words;
  for (const Json& entry : evidence) {
    std::string text = StringOf(entry, "text");
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const auto& word) { return word.first == text; });
    if (found == words.end()) {
      words.emplace_back(std::move(text), 1);
    } else {
      ++found->second;
    }
  }
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string line;
  for (const auto& [word, count] : words) {
    if (!line.empty()) line += ", ";
    line += count > 1 ? fmt::format("{} ×{}", word, count) : word;
  }
  return OneLine(line, columns);
}

std::string RenderTags(const Json& tags, const Terminal& terminal, std::size_t tags_max) {
  if (tags.empty()) return "  " + Styled(terminal, Style::kDim, "no tags") + "\n";
  constexpr std::size_t kBarColumns = 8;
  const std::size_t label_columns = std::clamp<std::size_t>(terminal.width / 3, 16, 34);
  const double score_max = tags[0].at("score").get<double>();
  std::string out;
  for (std::size_t i = 0; i < std::min(tags.size(), tags_max); ++i) {
    const Json& tag = tags[i];
    const std::string label = OneLine(StringOf(tag, "label"), label_columns);
    const std::string bar = Bar(tag.at("score").get<double>(), score_max, kBarColumns);
    const std::size_t used = 2 + label_columns + 3 + kBarColumns + 6;
    const std::size_t left = terminal.width > used + 12 ? terminal.width - used : 12;
    out += "  " + Styled(terminal, StyleOfTag(i), " " + label + " ");
    out.append(label_columns - std::min(DisplayWidth(label), label_columns), ' ');
    out +=
        " " + PadTo(bar, kBarColumns) + fmt::format(" {:>4} ", tag.at("score").get<std::int64_t>());
    out += Styled(terminal, Style::kDim, Words(tag.at("evidence"), left)) + "\n";
  }
  if (tags.size() > tags_max) {
    out += Styled(terminal, Style::kDim, fmt::format("  and {} more\n", tags.size() - tags_max));
  }
  return out;
}

// The paragraphs that hold marks.
template <typename MarksOf>
std::string RenderParagraphs(std::span<const TextPart> parts, MarksOf marks_of,
                             const Terminal& terminal, const PrettyOptions& options) {
  std::string out;
  std::size_t shown = 0;
  for (const TextPart& part : parts) {
    if (part.field == kTitleField || shown == options.paragraphs_max) continue;
    const std::vector<Mark> marks = marks_of(part);
    if (marks.empty()) continue;
    if (shown++ > 0) out += "\n";
    out += RenderText(part.text, marks, terminal, 4, options.paragraph_bytes_max);
  }
  return out;
}

}  // namespace

Terminal DescribeTerminal(int fd, ColorMode mode) {
  Terminal terminal;
  terminal.is_terminal = isatty(fd) != 0;
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  const bool can = terminal.is_terminal && term != nullptr && std::string_view(term) != "dumb" &&
                   (no_color == nullptr || *no_color == '\0');
  terminal.color = mode == ColorMode::kAlways || (mode == ColorMode::kAuto && can);
  winsize size = {};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = std::clamp<std::size_t>(size.ws_col, 40, 120);
  }
  return terminal;
}

ColorMode ParseColorMode(std::string_view name) {
  return name == "always"  ? ColorMode::kAlways
         : name == "never" ? ColorMode::kNever
                           : ColorMode::kAuto;
}

std::string Styled(const Terminal& terminal, Style style, std::string_view text) {
  if (!terminal.color || style == Style::kPlain) return std::string(text);
  return fmt::format("{}{}{}", CodeOf(style), text, kReset);
}

std::string OneLine(std::string_view text, std::size_t columns) {
  std::string line;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto [size, point] = FirstCharacter(text);
    const std::size_t width = IsControl(point) ? 1 : WidthOf(point);
    const bool last = text.size() == size;
    if (used + width > columns || (!last && used + width == columns)) return line + "…";
    line += IsControl(point) ? " " : point == 0xfffd ? "?" : text.substr(0, size);
    used += width;
    text.remove_prefix(size);
  }
  return line;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto [size, point] = FirstCharacter(text);
    width += WidthOf(point);
    text.remove_prefix(size);
  }
  return width;
}

std::string PadTo(std::string text, std::size_t columns) {
  const std::size_t width = DisplayWidth(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

std::string Bar(double value, double value_max, std::size_t columns) {
  static constexpr std::string_view kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const double share = value_max > 0 ? std::clamp(value / value_max, 0.0, 1.0) : 0.0;
  auto eighths = static_cast<std::size_t>(std::lround(share * static_cast<double>(columns) * 8));
  if (value > 0) eighths = std::max<std::size_t>(eighths, 1);
  std::string bar;
  for (std::size_t i = 0; i < eighths / 8; ++i) bar += "█";
  bar += kEighths[eighths % 8];
  return bar;
}

std::string RenderTaggedArticle(const Json& record, std::span<const TextPart> parts,
                                const Terminal& terminal, const PrettyOptions& options) {
  std::string out;
  std::string about;
  for (const char* member : {"source", "published_at", "language"}) {
    const std::string text = StringOf(record, member);
    if (!text.empty()) about += (about.empty() ? "" : " · ") + text;
  }
  const auto title = std::find_if(parts.begin(), parts.end(),
                                  [](const TextPart& part) { return part.field == kTitleField; });
  if (title != parts.end()) {
    out += RenderText(title->text, MarksIn(*title, record, options.tags_max), terminal, 2,
                      options.paragraph_bytes_max);
  }
  if (!about.empty()) {
    out += "  " + Styled(terminal, Style::kDim, OneLine(about, terminal.width - 2)) + "\n";
  }
  out += "\n" + RenderTags(record.at("tags"), terminal, options.tags_max) + "\n";
  const auto marks_of = [&](const TextPart& part) {
    return MarksIn(part, record, options.tags_max);
  };
  return out + RenderParagraphs(parts, marks_of, terminal, options);
}

std::string RenderMarkedParts(std::span<const TextPart> parts, std::span<const PartMark> marks,
                              const Terminal& terminal, const PrettyOptions& options) {
  const auto marks_of = [&](const TextPart& part) {
    std::vector<Mark> in_part;
    for (const PartMark& mark : marks) {
      if (&parts[mark.part] == &part) AddMark({mark.start, mark.end, mark.tag}, in_part);
    }
    SortMarks(in_part);
    return in_part;
  };
  std::string out;
  const auto title = std::find_if(parts.begin(), parts.end(),
                                  [](const TextPart& part) { return part.field == kTitleField; });
  if (title != parts.end()) {
    out += RenderText(title->text, marks_of(*title), terminal, 2, options.paragraph_bytes_max);
  }
  const std::string paragraphs = RenderParagraphs(parts, marks_of, terminal, options);
  return out + (out.empty() || paragraphs.empty() ? "" : "\n") + paragraphs;
}

}  // namespace wiredesk

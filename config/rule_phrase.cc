#include "config/rule_phrase.h"

#include <utility>

#include "config/rule_lexer.h"

namespace wiredesk {
namespace {

bool IsMark(char c) { return c == '*' || c == '~'; }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Surely belongs to a word, or may: which characters outside ASCII do is not known here.
bool IsWordChar(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || c == '%' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Not only marks and general punctuation (U+2000 to U+206F), such as dashes.
bool MayHoldWord(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at, 3);
    const bool punctuation =
        rest.size() == 3 &&
        (rest.starts_with("\xE2\x80") || (rest.starts_with("\xE2\x81") && (rest[2] & 0x7F) < 0x30));
    if (punctuation) {
      at += 2;
    } else if (IsWordChar(text[at])) {
      return true;
    }
  }
  return false;
}

class PhraseReader {
 public:
  explicit PhraseReader(std::string_view raw) : raw_(raw) {}

  PhraseText Read() {
    while (at_ < raw_.size()) {
      if (IsSpace(raw_[at_])) {
        result_.text += raw_[at_++];
      } else {
        ReadWord();
      }
    }
    if (has_mark_) {
      JoinWords();
    } else {
      result_.words.clear();
    }
    return std::move(result_);
  }

 private:
  void Fault(PhraseFault::Kind kind, std::size_t offset) {
    result_.faults.push_back({kind, offset});
  }

  void ReadWord() {
    RuleNode word;
    const std::size_t start = at_;
    for (; at_ < raw_.size() && !IsSpace(raw_[at_]); ++at_) ReadCharacter(word);
    result_.text += word.text;
    if (word.kind != RuleNode::Kind::kWord) {
      has_mark_ = true;
      word.text.resize(marked_bytes_);  // What follows the mark is only punctuation.
    } else if (!MayHoldWord(word.text)) {
      return;
    }
    word.position = {0, static_cast<int>(start), static_cast<int>(at_ - start)};
    result_.words.push_back(std::move(word));
  }

  void ReadCharacter(RuleNode& word) {
    const char c = raw_[at_];
    if (c == '\\') {
      if (at_ + 1 < raw_.size() && IsEscaped(raw_[at_ + 1], StringUse::kTerm)) {
        word.text += raw_[++at_];
      } else {
        Fault(PhraseFault::Kind::kBadEscape, at_);
        word.text += c;
      }
      return;
    }
    const bool ended = word.kind != RuleNode::Kind::kWord;
    if (!IsMark(c)) {
      if (ended && IsWordChar(c)) Fault(PhraseFault::Kind::kInnerMark, mark_);
      word.text += c;
    } else if (ended) {
      Fault(PhraseFault::Kind::kInnerMark, at_);
    } else if (word.text.empty() || !(IsWordChar(word.text.back()) || word.text.back() == '.')) {
      Fault(PhraseFault::Kind::kStrayMark, at_);
    } else {
      mark_ = at_;
      marked_bytes_ = word.text.size();
      word.kind = c == '*' ? RuleNode::Kind::kPrefix : RuleNode::Kind::kInflected;
    }
  }

  void JoinWords() {
    result_.text.clear();
    for (const RuleNode& word : result_.words) {
      if (!result_.text.empty()) result_.text += ' ';
      result_.text += word.text;
      if (word.kind == RuleNode::Kind::kPrefix) result_.text += '*';
      if (word.kind == RuleNode::Kind::kInflected) result_.text += '~';
    }
  }

  std::string_view raw_;
  std::size_t at_ = 0;
  // Of the word being read: where its mark is, and how much of it stands before.
  std::size_t mark_ = 0;
  std::size_t marked_bytes_ = 0;
  bool has_mark_ = false;
  PhraseText result_;
};

}  // namespace

PhraseText ReadPhrase(std::string_view raw) { return PhraseReader(raw).Read(); }

std::string WritePhrase(const RuleNode& phrase) {
  if (phrase.children.empty()) return EscapeTerm(phrase.text);
  std::string written;
  for (const RuleNode& word : phrase.children) {
    if (!written.empty()) written += ' ';
    written += EscapeTerm(word.text);
    if (word.kind == RuleNode::Kind::kPrefix) written += '*';
    if (word.kind == RuleNode::Kind::kInflected) written += '~';
  }
  return written;
}

std::string EscapeTerm(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size() + 2);
  for (const char c : text) {
    if (IsEscaped(c, StringUse::kTerm)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace wiredesk

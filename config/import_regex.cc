#include "config/import_regex.h"

#include <algorithm>

namespace wiredesk {

namespace {

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool IsRepeat(char c) { return c == '?' || c == '*' || c == '+' || c == '{'; }

// One character, escape, class or sign of a regex with its repeat.
struct Atom {
  std::string_view text;
  std::string_view repeat;

  bool optional() const { return repeat == "?" || repeat == "*" || repeat.starts_with("{0"); }
  bool is_gap() const {
    return text == " " || text == "-" || text == "\\-" || text == "\\s" || text == "[ -]" ||
           text == "[- ]" || text == "[\\s-]" || text == "[-\\s]" || text == "[\\s\\-]" ||
           text == "[\\-\\s]";
  }
};

std::size_t ClassEnd(std::string_view regex, std::size_t at) {
  for (++at; at < regex.size() && regex[at] != ']'; ++at) {
    if (regex[at] == '\\') ++at;
  }
  return std::min(at + 1, regex.size());
}

Atom NextAtom(std::string_view regex, std::size_t& at) {
  const std::size_t start = at;
  if (regex[at] == '\\') {
    at = std::min(at + 2, regex.size());
  } else if (regex[at] == '[') {
    at = ClassEnd(regex, at);
  } else {
    ++at;
  }
  Atom atom;
  atom.text = regex.substr(start, at - start);
  if (at < regex.size() && IsRepeat(regex[at])) {
    const std::size_t repeat = at;
    at = regex[at] == '{' ? std::min(regex.find('}', at), regex.size() - 1) + 1 : at + 1;
    atom.repeat = regex.substr(repeat, at - repeat);
    if (at < regex.size() && regex[at] == '?') ++at;  // Lazy: which of the matches is no matter.
  }
  return atom;
}

std::string Lowered(const Atom& atom) {
  std::string text(atom.text);
  // \D is not \d.
  if (!text.starts_with('\\')) std::transform(text.begin(), text.end(), text.begin(), ToLower);
  return text;
}

}  // namespace

std::string AdaptRegex(std::string_view regex) {
  std::string adapted;
  bool in_gap = false;
  bool gap_is_optional = true;
  const auto end_gap = [&] {
    if (in_gap) adapted += gap_is_optional ? " ?" : " ";
    in_gap = false;
    gap_is_optional = true;
  };
  for (std::size_t at = 0; at < regex.size();) {
    const Atom atom = NextAtom(regex, at);
    if (atom.is_gap()) {
      in_gap = true;
      gap_is_optional = gap_is_optional && atom.optional();
      continue;
    }
    end_gap();
    adapted.append(Lowered(atom)).append(atom.repeat);
  }
  end_gap();
  return adapted;
}

std::string AdaptWordRegex(std::string_view regex) {
  std::string adapted;
  bool has_alternatives = false;
  int depth = 0;
  for (std::size_t at = 0; at < regex.size();) {
    const Atom atom = NextAtom(regex, at);
    if (atom.text == "(") ++depth;
    if (atom.text == ")") --depth;
    has_alternatives = has_alternatives || (atom.text == "|" && depth == 0);
    adapted.append(atom.text == "." ? "\\S" : Lowered(atom)).append(atom.repeat);
  }
  if (has_alternatives) adapted = "(?:" + adapted + ")";
  // A regex may begin and end inside a word, so "any characters" there says nothing.
  adapted = adapted.ends_with("\\S*") ? adapted.substr(0, adapted.size() - 3) : adapted + " ";
  return adapted.starts_with("\\S*") ? adapted.substr(3) : " " + adapted;
}

}  // namespace wiredesk

package peers;

import java.util.Arrays;

/** Title and body, folded character for character: " title  body ". Reused. */
final class FoldedText {
  private static final char[] ASCII = new char[128];

  static {
    for (char c = 0; c < 128; ++c) {
      ASCII[c] = Character.isLetterOrDigit(c) ? Character.toLowerCase(c) : ' ';
    }
  }

  private char[] chars = new char[1 << 14];
  private int size;
  private int body;

  void set(Article article) {
    String title = article.title == null ? "" : article.title;
    String text = article.body == null ? "" : article.body;
    int needed = title.length() + text.length() + 4;
    if (chars.length < needed) chars = new char[2 * needed];
    chars[0] = ' ';
    size = 1;
    append(title);
    chars[size++] = ' ';
    chars[size++] = ' ';
    body = size;
    append(text);
    chars[size++] = ' ';
  }

  private void append(String text) {
    int length = text.length();
    text.getChars(0, length, chars, size);
    for (int end = size + length; size < end; ++size) {
      char c = chars[size];
      if (c < 128) {
        chars[size] = ASCII[c];
      } else if (c < 0xc0 || (c >= 0x2000 && c < 0x2040)) {
        chars[size] = ' ';
      }
    }
  }

  /** The text alone, as the automaton takes it. */
  char[] text() {
    return Arrays.copyOf(chars, size);
  }

  String title() {
    return new String(chars, 1, body - 3);
  }

  String body() {
    return new String(chars, body, size - 1 - body);
  }

  boolean isTitle(int at) {
    return at < body;
  }

  /** Place in its field of a place in the text. */
  int placeInField(int at) {
    return isTitle(at) ? at - 1 : at - body;
  }

  int placeInText(boolean isTitle, int at) {
    return isTitle ? at + 1 : at + body;
  }
}

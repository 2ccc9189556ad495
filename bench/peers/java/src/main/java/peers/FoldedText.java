package peers;

import java.util.Arrays;

/** Title and body, folded character for character: " title | body ". Reused. */
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
    int needed = title.length() + text.length() + 5;
    if (chars.length < needed) chars = new char[2 * needed];
    chars[0] = ' ';
    size = 1;
    append(title);
    chars[size++] = ' ';
    chars[size++] = '|';
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

  /** The text and nothing behind it, as the automaton takes it. */
  char[] chars() {
    return Arrays.copyOf(chars, size);
  }

  @Override
  public String toString() {
    return new String(chars, 0, size);
  }

  boolean isTitle(int at) {
    return at < body;
  }

  /** Place in its field of a place in the text. */
  int placeInField(int at) {
    return isTitle(at) ? at - 1 : at - body;
  }
}

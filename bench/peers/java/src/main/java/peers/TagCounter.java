package peers;

import java.util.Arrays;

/** Counts the different keywords of each topic in one article after the other. */
final class TagCounter {
  static final int EVIDENCE_MAX = 20;

  private final Keywords keywords;
  private final int[] lastSeen; // By keyword: the number of the article it was last found in.
  private final int[] scores; // By topic.
  private final int[][] hits; // By topic: keyword and place in turn.
  private final int[] found; // Topics with a score.
  private int foundCount;
  private int article;

  TagCounter(Keywords keywords) {
    this.keywords = keywords;
    lastSeen = new int[keywords.texts.size()];
    scores = new int[keywords.topics.size()];
    hits = new int[keywords.topics.size()][2 * EVIDENCE_MAX];
    found = new int[keywords.topics.size()];
  }

  void begin() {
    for (int i = 0; i < foundCount; ++i) scores[found[i]] = 0;
    foundCount = 0;
    ++article;
  }

  /** `at`: the place of the keyword's first letter in the folded text. */
  void add(int keyword, int at) {
    if (lastSeen[keyword] == article) return;
    lastSeen[keyword] = article;
    int topic = keywords.topicOf(keyword);
    int score = scores[topic]++;
    if (score == 0) found[foundCount++] = topic;
    if (score < EVIDENCE_MAX) {
      hits[topic][2 * score] = keyword;
      hits[topic][2 * score + 1] = at;
    }
  }

  /** Topics by falling score. */
  int[] topics() {
    long[] order = new long[foundCount];
    for (int i = 0; i < foundCount; ++i) order[i] = ((long) -scores[found[i]] << 32) + found[i];
    Arrays.sort(order);
    int[] topics = new int[foundCount];
    for (int i = 0; i < foundCount; ++i) topics[i] = (int) order[i];
    return topics;
  }

  int score(int topic) {
    return scores[topic];
  }

  int keywordOf(int topic, int evidence) {
    return hits[topic][2 * evidence];
  }

  int placeOf(int topic, int evidence) {
    return hits[topic][2 * evidence + 1];
  }
}

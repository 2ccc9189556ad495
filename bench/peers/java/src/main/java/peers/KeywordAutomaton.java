package peers;

import com.hankcs.algorithm.AhoCorasickDoubleArrayTrie;
import java.util.TreeMap;

/** A double-array Aho-Corasick automaton that finds keywords. It never changes: threads share it. */
final class KeywordAutomaton {
  final Keywords keywords;
  private final AhoCorasickDoubleArrayTrie<Integer> trie = new AhoCorasickDoubleArrayTrie<>();

  KeywordAutomaton(Keywords keywords) {
    this.keywords = keywords;
    TreeMap<String, Integer> patterns = new TreeMap<>();
    for (int i = 0; i < keywords.texts.size(); ++i) {
      patterns.put(" " + keywords.texts.get(i) + " ", i); // The spaces: whole words only.
    }
    trie.build(patterns);
  }

  void find(char[] text, AhoCorasickDoubleArrayTrie.IHit<Integer> hit) {
    trie.parseText(text, hit);
  }
}

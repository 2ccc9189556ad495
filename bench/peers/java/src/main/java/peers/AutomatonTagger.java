package peers;

import com.hankcs.algorithm.AhoCorasickDoubleArrayTrie;
import java.io.IOException;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tags articles by a double-array Aho-Corasick automaton. One thread's. */
final class AutomatonTagger {
  private final AhoCorasickDoubleArrayTrie<Integer> automaton = new AhoCorasickDoubleArrayTrie<>();
  private final FoldedText text = new FoldedText();
  private final TagCounter counter;
  private final RecordWriter writer;

  AutomatonTagger(Keywords keywords) {
    counter = new TagCounter(keywords);
    writer = new RecordWriter(keywords);
    TreeMap<String, Integer> patterns = new TreeMap<>();
    for (int i = 0; i < keywords.texts.size(); ++i) {
      patterns.put(" " + keywords.texts.get(i) + " ", i); // The spaces: whole words only.
    }
    automaton.build(patterns);
  }

  byte[] tag(byte[] json, String topic, int partition, long offset) throws IOException {
    Article article = Article.parse(json);
    text.set(article);
    counter.begin();
    AhoCorasickDoubleArrayTrie.IHit<Integer> add =
        (begin, end, keyword) -> counter.add(keyword, begin + 1);
    automaton.parseText(text.text(), add);
    return writer.write(article, text, counter, topic, partition, offset);
  }

  byte[] tag(ConsumerRecord<byte[], byte[]> record) throws IOException {
    return tag(record.value(), record.topic(), record.partition(), record.offset());
  }
}

package peers;

import com.hankcs.algorithm.AhoCorasickDoubleArrayTrie.IHit;
import java.io.IOException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Tags articles by the automaton. One thread's. */
final class AutomatonTagger implements Clients.Tagger {
  private final KeywordAutomaton automaton;
  private final FoldedText text = new FoldedText();
  private final TagCounter counter;
  private final IHit<Integer> count;
  private final RecordWriter writer;

  AutomatonTagger(KeywordAutomaton automaton) {
    this.automaton = automaton;
    counter = new TagCounter(automaton.keywords);
    count = (begin, end, keyword) -> counter.add(keyword, begin + 1);
    writer = new RecordWriter(automaton.keywords);
  }

  byte[] tag(byte[] json, String topic, int partition, long offset) throws IOException {
    Article article = Article.parse(json);
    text.set(article);
    counter.begin();
    automaton.find(text.chars(), count);
    return writer.write(article, text, counter, topic, partition, offset);
  }

  @Override
  public byte[] tag(ConsumerRecord<byte[], byte[]> record) throws IOException {
    return tag(record.value(), record.topic(), record.partition(), record.offset());
  }
}

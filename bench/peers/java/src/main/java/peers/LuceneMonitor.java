package peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.Term;
import org.apache.lucene.monitor.HighlightsMatch;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;

/** Kafka's consumer and producer around Lucene's Monitor: a query for each keyword. */
public final class LuceneMonitor implements Clients.Tagger {
  private static final String FIELD = "text";
  private static final int REGISTERED_AT_ONCE = 500; // More take memory that nothing else needs.

  private final Monitor monitor =
      new Monitor(new WhitespaceAnalyzer(), new TermFilteredPresearcher());
  private final FoldedText text = new FoldedText();
  private final TagCounter counter;
  private final RecordWriter writer;

  public static void main(String[] args) throws IOException {
    Arguments arguments = Arguments.of(args);
    Clients.run(arguments, new LuceneMonitor(new Keywords(arguments.rules())));
  }

  private LuceneMonitor(Keywords keywords) throws IOException {
    counter = new TagCounter(keywords);
    writer = new RecordWriter(keywords);
    List<MonitorQuery> queries = new ArrayList<>();
    for (int i = 0; i < keywords.texts.size(); ++i) {
      queries.add(new MonitorQuery(Integer.toString(i), query(keywords.texts.get(i).split(" "))));
      if (queries.size() == REGISTERED_AT_ONCE || i + 1 == keywords.texts.size()) {
        monitor.register(queries);
        queries.clear();
      }
    }
  }

  private static Query query(String[] words) {
    return words.length == 1
        ? new TermQuery(new Term(FIELD, words[0]))
        : new PhraseQuery(FIELD, words);
  }

  @Override
  public byte[] tag(ConsumerRecord<byte[], byte[]> record) throws IOException {
    Article article = Article.parse(record.value());
    text.set(article);
    Document document = new Document();
    document.add(new TextField(FIELD, text.toString(), Field.Store.NO));
    counter.begin();
    for (HighlightsMatch match : monitor.match(document, HighlightsMatch.MATCHER).getMatches()) {
      counter.add(Integer.parseInt(match.getQueryId()), first(match));
    }
    return writer.write(
        article, text, counter, record.topic(), record.partition(), record.offset());
  }

  private static int first(HighlightsMatch match) {
    int first = Integer.MAX_VALUE;
    for (HighlightsMatch.Hit hit : match.getHits(FIELD)) first = Math.min(first, hit.startOffset);
    return first;
  }
}

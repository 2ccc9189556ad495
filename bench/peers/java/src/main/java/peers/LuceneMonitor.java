package peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.monitor.HighlightsMatch;
import org.apache.lucene.monitor.Monitor;
import org.apache.lucene.monitor.MonitorConfiguration;
import org.apache.lucene.monitor.MonitorQuery;
import org.apache.lucene.monitor.MultiMatchingQueries;
import org.apache.lucene.monitor.TermFilteredPresearcher;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;

/** Kafka's consumer and producer around Lucene's Monitor: a query for each keyword. */
public final class LuceneMonitor implements Clients.Tagger {
  private static final int BATCH = 100;
  private static final int REGISTERED_AT_ONCE = 500; // More take memory that nothing else needs.
  private static final FieldType WITH_OFFSETS = new FieldType(TextField.TYPE_NOT_STORED);

  static {
    WITH_OFFSETS.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS);
  }

  private final Monitor monitor;
  private final TagCounter counter;
  private final RecordWriter writer;

  public static void main(String[] args) throws IOException {
    Arguments arguments = Arguments.of(args);
    Clients.run(arguments, new LuceneMonitor(new Keywords(arguments.rules())));
  }

  private LuceneMonitor(Keywords keywords) throws IOException {
    counter = new TagCounter(keywords);
    writer = new RecordWriter(keywords);
    monitor =
        new Monitor(
            new WhitespaceAnalyzer(), new TermFilteredPresearcher(), new MonitorConfiguration());
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
    return new BooleanQuery.Builder()
        .add(new PhraseQuery("title", words), Occur.SHOULD)
        .add(new PhraseQuery("body", words), Occur.SHOULD)
        .build();
  }

  @Override
  public List<byte[]> tag(List<ConsumerRecord<byte[], byte[]>> records) throws IOException {
    List<byte[]> tagged = new ArrayList<>(records.size());
    for (int from = 0; from < records.size(); from += BATCH) {
      tagBatch(records.subList(from, Math.min(from + BATCH, records.size())), tagged);
    }
    return tagged;
  }

  private void tagBatch(List<ConsumerRecord<byte[], byte[]>> records, List<byte[]> tagged)
      throws IOException {
    Article[] articles = new Article[records.size()];
    FoldedText[] texts = new FoldedText[records.size()];
    Document[] documents = new Document[records.size()];
    for (int i = 0; i < documents.length; ++i) {
      articles[i] = Article.parse(records.get(i).value());
      texts[i] = new FoldedText();
      texts[i].set(articles[i]);
      documents[i] = new Document();
      documents[i].add(new Field("title", texts[i].title(), WITH_OFFSETS));
      documents[i].add(new Field("body", texts[i].body(), WITH_OFFSETS));
    }
    MultiMatchingQueries<HighlightsMatch> matches =
        monitor.match(documents, HighlightsMatch.MATCHER);
    for (int i = 0; i < documents.length; ++i) {
      counter.begin();
      for (HighlightsMatch match : matches.getMatches(i)) count(match, texts[i]);
      ConsumerRecord<byte[], byte[]> from = records.get(i);
      tagged.add(
          writer.write(
              articles[i], texts[i], counter, from.topic(), from.partition(), from.offset()));
    }
  }

  private void count(HighlightsMatch match, FoldedText text) {
    boolean isTitle = !match.getHits("title").isEmpty();
    int first =
        match.getHits(isTitle ? "title" : "body").stream()
            .mapToInt(hit -> hit.startOffset)
            .min()
            .orElseThrow();
    counter.add(Integer.parseInt(match.getQueryId()), text.placeInText(isTitle, first));
  }
}

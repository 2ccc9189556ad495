package peers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Kafka's consumer and producer around the automaton. */
public final class PlainJava {
  public static void main(String[] args) throws IOException {
    Arguments arguments = Arguments.of(args);
    AutomatonTagger tagger = new AutomatonTagger(new Keywords(arguments.rules()));
    Clients.run(
        arguments,
        records -> {
          List<byte[]> tagged = new ArrayList<>(records.size());
          for (ConsumerRecord<byte[], byte[]> record : records) tagged.add(tagger.tag(record));
          return tagged;
        });
  }

  private PlainJava() {}
}

package peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Kafka Streams around the automaton, with one thread. */
public final class Streams {
  public static void main(String[] args) throws IOException {
    Arguments arguments = Arguments.of(args);
    KeywordAutomaton automaton = new KeywordAutomaton(new Keywords(arguments.rules()));
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            arguments.input(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .processValues(() -> new Tagging(automaton))
        .to(arguments.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    KafkaStreams streams = new KafkaStreams(builder.build(), properties(arguments));
    Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
    streams.start();
  }

  private static Properties properties(Arguments arguments) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments.group());
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.brokers());
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "1000");
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "1");
    properties.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    Clients.PRODUCER.forEach(
        (name, value) -> properties.put(StreamsConfig.producerPrefix(name), value));
    return properties;
  }

  private static final class Tagging
      extends ContextualFixedKeyProcessor<byte[], byte[], byte[]> {
    private final AutomatonTagger tagger;

    Tagging(KeywordAutomaton automaton) {
      tagger = new AutomatonTagger(automaton);
    }

    @Override
    public void process(FixedKeyRecord<byte[], byte[]> record) {
      RecordMetadata from = context().recordMetadata().orElseThrow();
      try {
        byte[] tagged =
            tagger.tag(record.value(), from.topic(), from.partition(), from.offset());
        context().forward(record.withValue(tagged));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }

  private Streams() {}
}

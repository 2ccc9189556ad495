package peers;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own clients, and a loop around them: at least once, since offsets are committed once a
 * second, when everything sent was delivered.
 */
final class Clients {
  static final Map<String, String> PRODUCER =
      Map.of(
          ProducerConfig.LINGER_MS_CONFIG, "5",
          ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4",
          ProducerConfig.BATCH_SIZE_CONFIG, "131072",
          ProducerConfig.ACKS_CONFIG, "all");

  private static final long COMMIT_INTERVAL_NS = 1_000_000_000;

  /** Makes an output record of an input record. */
  interface Tagger {
    byte[] tag(ConsumerRecord<byte[], byte[]> record) throws IOException;
  }

  static void run(Arguments arguments, Tagger tagger) throws IOException {
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(arguments);
        KafkaProducer<byte[], byte[]> producer = producer(arguments)) {
      consumer.subscribe(List.of(arguments.input()));
      long lastCommit = System.nanoTime();
      while (true) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          producer.send(
              new ProducerRecord<>(arguments.output(), record.key(), tagger.tag(record)),
              Clients::checkDelivery);
        }
        if (System.nanoTime() - lastCommit >= COMMIT_INTERVAL_NS) {
          producer.flush();
          consumer.commitAsync();
          lastCommit = System.nanoTime();
        }
      }
    }
  }

  private static void checkDelivery(RecordMetadata metadata, Exception error) {
    if (error == null) return;
    System.err.println("peers: an output was not delivered: " + error);
    Runtime.getRuntime().halt(1);
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Arguments arguments) {
    Properties properties = new Properties();
    properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.brokers());
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, arguments.group());
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static KafkaProducer<byte[], byte[]> producer(Arguments arguments) {
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.brokers());
    properties.putAll(PRODUCER);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private Clients() {}
}

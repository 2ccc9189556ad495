package peers;

import java.io.IOException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Flink in this one process, source, automaton and sink chained. */
public final class Flink {
  private static final long CHECKPOINT_MS = 1000;

  public static void main(String[] args) throws Exception {
    Arguments arguments = Arguments.of(args);
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, configuration());
    environment.getConfig().enableObjectReuse();
    environment.enableCheckpointing(CHECKPOINT_MS, CheckpointingMode.AT_LEAST_ONCE);
    environment
        .fromSource(source(arguments), WatermarkStrategy.noWatermarks(), "articles")
        .map(new Tagging(arguments.rules()))
        .sinkTo(sink(arguments));
    environment.execute();
  }

  /** All is chained, and nothing goes over the network, whose buffers would take 64 MiB. */
  private static Configuration configuration() {
    MemorySize network = MemorySize.ofMebiBytes(4);
    Configuration configuration = new Configuration();
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, network);
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, network);
    return configuration;
  }

  private static KafkaSource<Input> source(Arguments arguments) {
    return KafkaSource.<Input>builder()
        .setBootstrapServers(arguments.brokers())
        .setTopics(arguments.input())
        .setGroupId(arguments.group())
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setDeserializer(new Reading())
        .build();
  }

  private static KafkaSink<Tuple2<byte[], byte[]>> sink(Arguments arguments) {
    var builder =
        KafkaSink.<Tuple2<byte[], byte[]>>builder()
            .setBootstrapServers(arguments.brokers())
            .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
            .setRecordSerializer(new Writing(arguments.output()));
    Clients.PRODUCER.forEach(builder::setProperty);
    return builder.build();
  }

  /** A record of the input topic. */
  public static final class Input {
    public byte[] key;
    public byte[] value;
    public String topic;
    public int partition;
    public long offset;
  }

  private static final class Reading implements KafkaRecordDeserializationSchema<Input> {
    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Input> out) {
      Input input = new Input();
      input.key = record.key();
      input.value = record.value();
      input.topic = record.topic();
      input.partition = record.partition();
      input.offset = record.offset();
      out.collect(input);
    }

    @Override
    public TypeInformation<Input> getProducedType() {
      return TypeInformation.of(Input.class);
    }
  }

  private static final class Tagging extends RichMapFunction<Input, Tuple2<byte[], byte[]>> {
    private final String rules;
    private transient AutomatonTagger tagger;

    Tagging(String rules) {
      this.rules = rules;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      tagger = new AutomatonTagger(new KeywordAutomaton(new Keywords(rules)));
    }

    @Override
    public Tuple2<byte[], byte[]> map(Input input) throws IOException {
      byte[] tagged = tagger.tag(input.value, input.topic, input.partition, input.offset);
      return Tuple2.of(input.key, tagged);
    }
  }

  private static final class Writing
      implements KafkaRecordSerializationSchema<Tuple2<byte[], byte[]>> {
    private final String topic;

    Writing(String topic) {
      this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        Tuple2<byte[], byte[]> output, KafkaSinkContext context, Long timestamp) {
      return new ProducerRecord<>(topic, output.f0, output.f1);
    }
  }

  private Flink() {}
}

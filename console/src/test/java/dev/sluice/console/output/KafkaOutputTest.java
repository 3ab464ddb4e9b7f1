package dev.sluice.console.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Control;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class KafkaOutputTest {
  @Test
  void aRecordSaysWhatItIsAndWhose() {
    UUID campaign = UUID.randomUUID();
    Control control = new Control(Control.State.PAUSED, null);
    ProducerRecord<byte[], byte[]> command =
        KafkaOutput.record("t", campaign, EventType.CAMPAIGN_COMMAND, control);

    assertThat(header(command, "type")).isEqualTo("campaign-command");
    assertThat(header(command, "campaign")).isEqualTo(campaign.toString());
    assertThat(
            header(
                KafkaOutput.record("t", "sender/s", EventType.CONTROL.headers(), control), "type"))
        .isEqualTo("control");
  }

  /** Each would wait for Kafka as long as the first one has. */
  @Test
  void nothingIsWrittenAfterARecordThatKafkaDidNotTake() {
    List<ProducerRecord<byte[], byte[]>> written = new ArrayList<>();
    Producer<byte[], byte[]> away =
        new MockProducer<>() {
          @Override
          public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            written.add(record);
            return CompletableFuture.failedFuture(new TimeoutException("no metadata"));
          }
        };
    KafkaConfig kafka =
        new KafkaConfig("nowhere:1", new Topics(""), Map.of(), new OneProducer(away));
    ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("t", new byte[0]);

    try (KafkaOutput output = new KafkaOutput(kafka, new Health(), new SimpleMeterRegistry())) {
      assertThatThrownBy(() -> output.write(List.of(record, record, record)))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining("nowhere:1 did not take it");
    }

    assertThat(written).hasSize(1);
  }

  @Test
  void whatMayNotBeWrittenIsNoticedByTopicUntilItIsWritten() {
    Map<String, RuntimeException> denied = new HashMap<>();
    denied.put("a", new TopicAuthorizationException(Set.of("a")));
    // What a user without any right to write hears first.
    denied.put("b", new ClusterAuthorizationException("Cluster authorization failed."));
    Health health = new Health();

    try (KafkaOutput output = denying(denied, health)) {
      for (String topic : List.of("a", "b")) {
        assertThatThrownBy(() -> output.write(to(topic)))
            .isInstanceOf(ProblemException.class)
            .hasMessageContaining("Kafka at nowhere:1 does not let the console write to " + topic);
      }
      assertThat(health.notices()).containsOnlyKeys("topic a", "topic b");
      assertThat(health.notices().get("topic a"))
          .matches(
              "Kafka at nowhere:1 does not let the console write to a:"
                  + " Not authorized to access topics: \\[a] \\(at 20.*Z\\)");

      denied.remove("b");
      output.write(to("b"));
      assertThat(health.notices()).containsOnlyKeys("topic a");
    }
  }

  private static List<ProducerRecord<byte[], byte[]>> to(String topic) {
    return List.of(new ProducerRecord<>(topic, new byte[0]));
  }

  /** Returns an output to a Kafka that fails the topics' records with these. */
  private static KafkaOutput denying(Map<String, RuntimeException> denied, Health health) {
    Producer<byte[], byte[]> producer =
        new MockProducer<>() {
          @Override
          public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
            RuntimeException failure = denied.get(record.topic());
            return failure == null
                ? CompletableFuture.completedFuture(
                    new RecordMetadata(new TopicPartition(record.topic(), 0), 0, 0, 0, 0, 0))
                : CompletableFuture.failedFuture(failure);
          }
        };
    return new KafkaOutput(
        new KafkaConfig("nowhere:1", new Topics(""), Map.of(), new OneProducer(producer)),
        health,
        new SimpleMeterRegistry());
  }

  private record OneProducer(Producer<byte[], byte[]> one) implements KafkaClients {
    @Override
    public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
      return one;
    }

    @Override
    public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
      throw new UnsupportedOperationException();
    }

    @Override
    public StablePlaces places(KafkaConfig kafka) {
      throw new UnsupportedOperationException();
    }
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}

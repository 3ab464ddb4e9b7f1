package dev.sluice.worker;

import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * A client without controls, so that nothing is paused; further reads fail as if Kafka were gone.
 */
final class NoControls implements KafkaClients {
  private final Topics topics;

  private NoControls(Topics topics) {
    this.topics = topics;
  }

  static KafkaConfig kafka(Topics topics) {
    return new KafkaConfig("none", topics, Map.of(), new NoControls(topics));
  }

  /** Returns a view that has read everything: nothing. */
  static ControlsView view(Topics topics, Ticker time) {
    return new ControlsView(kafka(topics), new Health(), new SimpleMeterRegistry(), inline(time));
  }

  /** Returns a machine that runs a thread's task at once; it ends where it would wait. */
  private static Machine inline(Ticker time) {
    Ticker impatient =
        new Ticker() {
          @Override
          public long nanoTime() {
            return time.nanoTime();
          }

          @Override
          public Instant now() {
            return time.now();
          }

          @Override
          public void sleep(Duration wait) throws InterruptedException {
            throw new InterruptedException();
          }

          @Override
          public boolean await(CountDownLatch latch, Duration atMost) {
            return latch.getCount() == 0;
          }
        };
    return new Machine(
        impatient,
        (kind, task) -> {
          task.run();
          return Thread.currentThread();
        },
        new Random(1));
  }

  @Override
  public Consumer<byte[], byte[]> consumer(Map<String, Object> settings) {
    TopicPartition controls = new TopicPartition(topics.controls(), 0);
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
    consumer.updatePartitions(
        controls.topic(), List.of(new PartitionInfo(controls.topic(), 0, null, null, null)));
    consumer.updateBeginningOffsets(Map.of(controls, 0L));
    consumer.updateEndOffsets(Map.of(controls, 0L));
    consumer.scheduleNopPollTask();
    consumer.schedulePollTask(() -> consumer.setPollException(new KafkaException("the end")));
    return consumer;
  }

  @Override
  public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
    throw new UnsupportedOperationException();
  }

  @Override
  public StablePlaces places(KafkaConfig kafka) {
    throw new AssertionError("places are asked of the source");
  }
}

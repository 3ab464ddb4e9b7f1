package dev.sluice.runtime.kafka;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works with a consumer on its own thread. After a failure it waits for 2 s and starts again with
 * another consumer.
 */
public final class ConsumerLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConsumerLoop.class);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);

  private final KafkaConfig kafka;
  private final Map<String, Object> settings;
  private final Work work;
  private final Ticker ticker;
  private final MeterRegistry meters;
  private final Thread thread;
  private volatile boolean closing;
  private volatile @Nullable Consumer<byte[], byte[]> current;

  /** The work with a consumer. */
  public interface Work {
    /**
     * Begins to work with a new consumer.
     *
     * @return what is then done over and over, with a poll that waits
     */
    Runnable begin(Consumer<byte[], byte[]> consumer);

    /** Reports that it has failed; it starts again after the wait. */
    void failed(Throwable cause);
  }

  /**
   * Starts the loop.
   *
   * @param name the thread's, and its consumers' in Kafka and in the metrics
   * @param settings consumer settings besides the common ones
   */
  public ConsumerLoop(
      String name,
      KafkaConfig kafka,
      Map<String, Object> settings,
      Work work,
      Machine machine,
      MeterRegistry meters) {
    this.kafka = kafka;
    this.settings = new HashMap<>(settings);
    // Kafka's own choice would be a new name after each failure.
    this.settings.put(ConsumerConfig.CLIENT_ID_CONFIG, name.replace(' ', '-'));
    this.work = work;
    this.meters = meters;
    ticker = machine.ticker();
    thread = machine.threads().start(Thread.ofVirtual().name(name), this::run);
  }

  private void run() {
    while (!closing) {
      try (Consumer<byte[], byte[]> consumer = kafka.consumer(settings);
          KafkaClients.Meters _ = kafka.clients().meters(consumer, meters)) {
        current = consumer;
        Runnable turn = work.begin(consumer);
        while (!closing) {
          turn.run();
        }
      } catch (WakeupException e) {
        log.debug("closing", e);
      } catch (RuntimeException | Error e) {
        // Otherwise the thread would end unnoticed, and what is written later would not be seen.
        work.failed(e);
        pause();
      } finally {
        current = null;
      }
    }
  }

  private void pause() {
    try {
      ticker.sleep(AFTER_FAILURE);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  /** Ends the work, without waiting for it. */
  @Override
  public void close() {
    closing = true;
    Consumer<byte[], byte[]> polling = current;
    if (polling == null) {
      thread.interrupt();
    } else {
      polling.wakeup();
    }
  }

  /** Waits until the consumer has left its group, so that another one takes over at once. */
  public void awaitEnd(Duration atMost) {
    try {
      thread.join(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

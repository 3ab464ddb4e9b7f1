package dev.sluice.worker.output;

import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Reasons;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionAbortedException;

/** The records of one transaction, and what Kafka has answered to each. */
final class SentRecords {
  private final Producer<byte[], byte[]> producer;
  private final Ticker ticker;
  private final List<Sent> sent = new ArrayList<>();
  private final Queue<ProducerRecord<byte[], byte[]>> tooLarge = new ConcurrentLinkedQueue<>();
  private final Map<String, String> refusing = new ConcurrentHashMap<>();

  /** Whether Kafka has ended the transaction, which says nothing of the topics. */
  private volatile boolean fenced;

  private record Sent(String topic, Future<RecordMetadata> place) {}

  SentRecords(Producer<byte[], byte[]> producer, Ticker ticker) {
    this.producer = producer;
    this.ticker = ticker;
  }

  void send(ProducerRecord<byte[], byte[]> record) {
    Future<RecordMetadata> place =
        producer.send(
            record,
            (written, failure) -> {
              switch (failure) {
                case null -> {}
                case RecordTooLargeException e -> tooLarge.add(record);
                case TopicAuthorizationException e ->
                    e.unauthorizedTopics().forEach(topic -> refusing.put(topic, Reasons.of(e)));
                // Because of another record.
                case TransactionAbortedException e -> {}
                case InvalidProducerEpochException e -> fenced = true;
                case ProducerFencedException e -> fenced = true;
                default -> refusing.put(record.topic(), Reasons.of(failure));
              }
            });
    sent.add(new Sent(record.topic(), place));
  }

  /** Waits until the records of some topics are written, or one of them is refused. */
  void await(Predicate<String> topics, Duration atMost) {
    long deadline = ticker.nanoTime() + atMost.toNanos();
    try {
      for (Sent one : sent) {
        if (topics.test(one.topic)) {
          var _ = one.place.get(deadline - ticker.nanoTime(), TimeUnit.NANOSECONDS);
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      // See unwritten.
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  /**
   * Returns the topics that have refused a record, or else those that have not answered yet, and
   * why.
   */
  Map<String, String> unwritten() {
    return refusing.isEmpty() && tooLarge.isEmpty() && !fenced
        ? sent.stream()
            .filter(one -> !one.place.isDone())
            .collect(Collectors.toMap(Sent::topic, _ -> "no answer", (one, _) -> one))
        : refusing();
  }

  /** Returns the topics that have refused a record, and why. */
  Map<String, String> refusing() {
    return Map.copyOf(refusing);
  }

  /** Returns the records that were refused because of their size. */
  Queue<ProducerRecord<byte[], byte[]>> tooLarge() {
    return tooLarge;
  }
}

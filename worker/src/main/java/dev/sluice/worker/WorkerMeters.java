package dev.sluice.worker;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.DurationBuckets;
import dev.sluice.runtime.MetersBySender;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.Topics;
import dev.sluice.worker.Dispatcher.Finished;
import dev.sluice.worker.UnsentRecord.Cause;
import dev.sluice.worker.breaker.CircuitBreakers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The worker's meters. */
final class WorkerMeters {
  private static final String IN_DOUBT = "in_doubt";

  private final Timer transactions;
  private final SenderMeters lanes;
  private final Meter.MeterProvider<Counter> outcomes;
  private final Map<Cause, Counter> deadLetters = new EnumMap<>(Cause.class);
  private final MetersBySender<SenderOutcomes> outcomesBySender;
  private final Map<String, Counter> recordsByTopic = new HashMap<>();
  private volatile int closed;

  /** The counters of one sender's outcomes. */
  private final class SenderOutcomes {
    private final Map<String, Counter> byKind = new HashMap<>();
    private final Function<String, Counter> register;

    SenderOutcomes(String sender) {
      register = kind -> outcomes.withTags("sender", sender, "outcome", kind);
      byKind.computeIfAbsent(IN_DOUBT, register);
    }

    void count(String kind) {
      byKind.computeIfAbsent(kind, register).increment();
    }
  }

  WorkerMeters(
      MeterRegistry registry,
      NamedSenders senders,
      Topics topics,
      Dispatcher dispatcher,
      CircuitBreakers breakers,
      StallDetector stalls) {
    outcomes =
        Counter.builder("sluice.worker.outcomes")
            .description("Attempts to send, by sender and outcome")
            .withRegistry(registry);
    for (Cause cause : Cause.values()) {
      deadLetters.put(
          cause,
          Counter.builder("sluice.worker.dead.letters")
              .description("Records that cannot be sent as requests, by what is wrong")
              .tag("cause", cause.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    outcomesBySender = new MetersBySender<>(senders, SenderOutcomes::new);
    // Doubts are shown as 0 from a sender's first lane on, so that their increase is seen. Those of
    // a takeover are counted before there are lanes.
    lanes = new SenderMeters(registry, senders, outcomesBySender::of);
    for (String topic :
        List.of(
            topics.sendResults(),
            topics.sendRequests(),
            topics.returnedRequests(),
            topics.campaignCommands(),
            topics.controls(),
            topics.deadLetters())) {
      EventType type = Objects.requireNonNull(EventType.of(topic, topics));
      recordsByTopic.put(
          topic,
          Counter.builder("sluice.worker.records")
              .description("Records that were committed, by type")
              .tag("type", type.text())
              .register(registry));
    }
    transactions =
        Timer.builder("sluice.worker.transactions")
            .description("Transactions that record outcomes and picks")
            .serviceLevelObjectives(
                DurationBuckets.between(Duration.ofMillis(5), Duration.ofSeconds(5)))
            .register(registry);
    Gauge.builder("sluice.worker.in.flight", dispatcher, Dispatcher::inFlight)
        .description("Messages waiting for their time slot or for the provider's response")
        .register(registry);
    Gauge.builder("sluice.worker.partitions.closed", this, meters -> meters.closed)
        .description("Partitions whose offset window cannot be read, so that nothing is sent")
        .register(registry);
    Gauge.builder("sluice.worker.breakers.open", breakers, CircuitBreakers::open)
        .description("Senders held back because their provider gives no reliable responses")
        .register(registry);
    Gauge.builder("sluice.worker.oldest.waiting.seconds", stalls, StallDetector::longestSeconds)
        .description("How long the next message of a lane that nobody has stopped has waited")
        .register(registry);
  }

  void transaction(long nanos) {
    transactions.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * Updates the meters of the partitions.
   *
   * @param owned those with lanes and windows, whose meters are updated at most once a second
   * @param newClosed how many are assigned and closed
   */
  void review(List<PartitionState> owned, int newClosed, long nowNanos) {
    closed = newClosed;
    lanes.review(owned, nowNanos);
  }

  /** Counts the records of a committed transaction. */
  void committed(List<ProducerRecord<byte[], byte[]>> written) {
    for (ProducerRecord<byte[], byte[]> record : written) {
      Counter counter = recordsByTopic.get(record.topic());
      if (counter != null) {
        counter.increment();
      }
    }
  }

  /** Counts a dead letter of a committed transaction. */
  void deadLetter(Cause cause) {
    Objects.requireNonNull(deadLetters.get(cause)).increment();
  }

  void finished(Finished finished) {
    String kind =
        switch (finished.ending()) {
          case Ending.Answered(SendOutcome outcome) -> kind(outcome);
          case Ending.NotLaunched n -> "not_launched";
        };
    outcomesBySender.of(finished.task().request().sender().id()).count(kind);
  }

  private static String kind(SendOutcome answered) {
    return switch (answered) {
      case SendOutcome.Accepted a -> "accepted";
      case SendOutcome.Refused r -> "refused";
      case SendOutcome.OptedOut o -> "opted_out";
      case SendOutcome.BadRequest b -> "bad_request";
      case SendOutcome.TryAgain t -> "try_again";
      case SendOutcome.Unavailable u -> "unavailable";
      case SendOutcome.PairLimited p -> "pair_limited";
      case SendOutcome.SenderBlocked b -> "sender_blocked";
      case SendOutcome.CampaignStopped s -> "campaign_stopped";
      case SendOutcome.Throttled t -> "throttled";
      case SendOutcome.Disconnected d -> "disconnected";
      case SendOutcome.NotPrepared p -> "not_prepared";
      case SendOutcome.InDoubt d -> IN_DOUBT;
    };
  }
}

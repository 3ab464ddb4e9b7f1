package dev.sluice.producer;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.AnnouncedStore;
import dev.sluice.producer.state.FanOutState;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.producer.state.ReturnedRequests;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Ticker;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Control;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.helpers.NOPLogger;

/**
 * The warm-up of a new producer: a task is taken over and feeds made-up campaigns, without effect.
 * The first run loads classes, and code is slow until it is compiled; without it a producer that
 * has waited for its first task would feed lanes only after they have run dry.
 *
 * <p>It has stores, meters and a health of its own, which nobody is told of, and what it writes is
 * dropped. From the database it only reads.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final int CAMPAIGNS = 4;
  private static final int PARTITIONS = 8;

  /** After as many calls the optimizing compiler takes notice of a method. */
  private static final long REQUESTS = 10_000;

  /** Longer than it takes on a busy machine; a producer is not ready meanwhile. */
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Turns turns = new Turns();
  private final Health health = new Health(NOPLogger.NOP_LOGGER);
  private final RehearsalContext<byte[], byte[]> context = new RehearsalContext<>();
  private final Processor<byte[], byte[], byte[], byte[]> processor;

  Rehearsal(FanOutConfig config, FanOutRepositories sql) {
    processor =
        new FanOutProcessors(
                config.withTraces(Traces.OFF),
                sql::madeUp,
                this::emptyLanes,
                key -> new Control(Control.State.RUNNING, null),
                // At once, so that each turn feeds every campaign.
                Runnable::run,
                turns,
                health,
                new SimpleMeterRegistry())
            .get();
    fillStores();
  }

  private void fillStores() {
    KeyValueStore<String, byte[]> states = store(FanOutTopology.STORE);
    KeyValueStore<String, byte[]> returns = store(FanOutTopology.RETURNS);
    KeyValueStore<String, byte[]> announced = store(FanOutTopology.ANNOUNCED);
    store(FanOutTopology.INPUTS);
    FanOutStore fanOuts = new FanOutStore(states, new ReturnedRequests(returns));
    AnnouncedStore announcements = new AnnouncedStore(announced);
    for (int number = 0; number < CAMPAIGNS; number++) {
      UUID id = new UUID(1, number);
      FanOutState.Origin origin =
          new FanOutState.Origin(null, new byte[0], "", 0, number, null, null);
      fanOuts.put(id, FanOutState.requested(origin).started(id.toString(), null, false));
      announcements.put(id, new Announced(1, false, null, null));
    }
  }

  private KeyValueStore<String, byte[]> store(String name) {
    KeyValueStore<String, byte[]> store = new RehearsalStore(name);
    context.add(store);
    return store;
  }

  private LaneBacklog.Reading emptyLanes() {
    return new LaneBacklog.Reading(
        turns.nanoTime(),
        Map.of(),
        Map.of(),
        IntStream.range(0, PARTITIONS)
            .boxed()
            .collect(Collectors.toUnmodifiableMap(partition -> partition, partition -> 0L)));
  }

  /**
   * Feeds until code is compiled or the time is up.
   *
   * @return the number of requests written, and dropped
   * @throws IllegalStateException if it fails, is interrupted, or writes nothing in its time
   */
  long run() {
    long begun = System.nanoTime();
    processor.init(context);
    try {
      while (context.requests() < REQUESTS
          && health.problems().isEmpty()
          && !Thread.currentThread().isInterrupted()
          && System.nanoTime() - begun < LONGEST.toNanos()) {
        turns.next();
        context.punctuate();
      }
    } finally {
      processor.close();
    }
    if (!health.problems().isEmpty()) {
      throw new IllegalStateException(String.join("; ", health.problems().values()));
    }
    if (context.requests() == 0) {
      throw new IllegalStateException("the database is too slow");
    }
    log.debug(
        "rehearsed {} requests in {} ms",
        context.requests(),
        Duration.ofNanos(System.nanoTime() - begun).toMillis());
    return context.requests();
  }

  /** Time that passes between turns only, so that whatever is done now and then is due in each. */
  private static final class Turns implements Ticker {
    private static final Duration TURN = Duration.ofSeconds(5);
    private final Instant begun = Instant.now();
    private Duration passed = Duration.ZERO;

    private void next() {
      passed = passed.plus(TURN);
    }

    @Override
    public long nanoTime() {
      return passed.toNanos();
    }

    @Override
    public Instant now() {
      return begun.plus(passed);
    }

    @Override
    public void sleep(Duration time) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) {
      throw new UnsupportedOperationException();
    }
  }
}

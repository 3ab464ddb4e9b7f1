package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.runtime.database.Database;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FlushesTest {
  private static final Fixture FIXTURE = new Fixture();

  /** Without an outcome the campaign would wait until a restart and fill the room of others. */
  @Test
  void anErrorEndsAFlushLikeAnyOtherFailure() {
    List<SendResult> tooMuch =
        new AbstractList<>() {
          @Override
          public SendResult get(int index) {
            throw new OutOfMemoryError("Java heap space");
          }

          @Override
          public int size() {
            throw new OutOfMemoryError("Java heap space");
          }
        };
    List<Flush.Outcome> outcomes = new ArrayList<>();

    try (Database database =
        new Database(FIXTURE.environment().database(), 1, "flushes", new SimpleMeterRegistry())) {
      new Flushes(
              new StatusStatement(database.sql()),
              Runnable::run,
              2,
              InstantSource.system(),
              new SimpleMeterRegistry())
          .start(new Flush(UUID.randomUUID(), tooMuch, false), outcomes::add);
    }

    assertThat(outcomes).singleElement().extracting(Flush.Outcome::trouble).isNotNull();
  }

  @Test
  void campaignsWhoseFlushesAreSlowHaveAllPlacesAndLeaveAsManyToOthers() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    List<UUID> slow = Stream.generate(UUID::randomUUID).limit(7).toList();
    Queue<Flush.Outcome> outcomes = new ConcurrentLinkedQueue<>();
    CountDownLatch end = new CountDownLatch(1);
    try (Database database =
            new Database(
                FIXTURE.environment().database(), 7, "flushes", new SimpleMeterRegistry());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Flushes flushes =
          new Flushes(
              new StatusStatement(database.sql()), threads, 7, now::get, new SimpleMeterRegistry());
      Runnable takesLong = () -> now.updateAndGet(at -> at.plusSeconds(3));
      slow.forEach(id -> flushes.start(new Flush(id, during(takesLong), false), outcomes::add));
      await().until(() -> outcomes.size() == slow.size());
      outcomes.clear();
      CountDownLatch begun = new CountDownLatch(slow.size());
      Runnable takesLonger =
          () -> {
            begun.countDown();
            try {
              end.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          };
      try {
        slow.forEach(id -> flushes.start(new Flush(id, during(takesLonger), false), outcomes::add));
        await().until(() -> begun.getCount() == 0);
        flushes.start(new Flush(UUID.randomUUID(), List.of(), false), outcomes::add);
        await().until(() -> !outcomes.isEmpty());
      } finally {
        end.countDown();
      }
    }
  }

  /** Returns no results, after something else. */
  private static List<SendResult> during(Runnable something) {
    return new AbstractList<>() {
      @Override
      public SendResult get(int index) {
        throw new IndexOutOfBoundsException(index);
      }

      @Override
      public int size() {
        something.run();
        return 0;
      }
    };
  }
}

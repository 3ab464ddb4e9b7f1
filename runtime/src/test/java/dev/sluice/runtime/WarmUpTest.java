package dev.sluice.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WarmUpTest {
  private final Health health = new Health();
  private final AtomicInteger tries = new AtomicInteger();
  private final List<Duration> waits = new CopyOnWriteArrayList<>();

  @Test
  void oneThatFailsIsRepeatedUntilItSucceeds() {
    try (WarmUp _ = WarmUp.repeated("test", health, new Hasty(), () -> failBefore(3))) {
      awaitReady();
    }

    assertThat(tries).hasValue(3);
    assertThat(waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void oneThatAlwaysFailsKeepsNobodyFromBeingReady() {
    try (WarmUp _ =
        WarmUp.repeated("test", health, new Hasty(), () -> failBefore(Integer.MAX_VALUE))) {
      awaitReady();
    }

    assertThat(tries).hasValue(5);
    assertThat(waits.stream().reduce(Duration.ZERO, Duration::plus))
        .isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void theServiceIsNotReadyBetweenTwoTries() {
    CountDownLatch failed = new CountDownLatch(1);
    Ticker waiting =
        new Hasty() {
          @Override
          public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
            failed.countDown();
            latch.await();
            return true;
          }
        };
    try (WarmUp _ = WarmUp.repeated("test", health, waiting, () -> failBefore(2))) {
      await().until(() -> failed.getCount() == 0);

      assertThat(health.problems()).containsEntry("test warm-up", "starting");
    }
    awaitReady();
    assertThat(tries).as("tries, as it was closed before the second").hasValue(1);
  }

  @Test
  void closingItInterruptsTheWork() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    try (WarmUp _ =
        WarmUp.repeated(
            "test",
            health,
            Ticker.SYSTEM,
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.set(true);
                throw new IllegalStateException(e);
              } finally {
                tries.incrementAndGet();
              }
            })) {
      begun.await();
    }

    awaitReady();
    assertThat(interrupted).isTrue();
    assertThat(tries).hasValue(1);
  }

  private void failBefore(int number) {
    if (tries.incrementAndGet() < number) {
      throw new IllegalStateException("not yet");
    }
  }

  private void awaitReady() {
    await().until(() -> health.problems().isEmpty());
  }

  /** Waits end at once. */
  private class Hasty implements Ticker {
    @Override
    public long nanoTime() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Instant now() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sleep(Duration time) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
      waits.add(atMost);
      return false;
    }
  }
}

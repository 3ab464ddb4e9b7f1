package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Machine;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LanePacerTest {
  private final LatencyEstimator answers = new LatencyEstimator();

  /** Answers that take no time are usual. */
  @BeforeEach
  void theProviderHasAnsweredBefore() {
    for (int i = 0; i < 100; i++) {
      answers.lateness(0, System.nanoTime());
    }
  }

  @Test
  void letsEveryActionPassOnce() throws InterruptedException {
    LanePacer pacer = new LanePacer(5_000, Machine.REAL);
    AtomicInteger passed = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(500);
    for (int i = 0; i < 500; i++) {
      pacer.submit(
          place -> {
            place.answered(System.nanoTime());
            passed.incrementAndGet();
            all.countDown();
          },
          answers);
    }

    assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(passed).hasValue(500);
  }

  /** A lower bound, which holds on however slow a machine: the last may pass no sooner. */
  @Test
  void neverLetsMoreThanTheRatePass() throws InterruptedException {
    LanePacer pacer = new LanePacer(200, Machine.REAL);
    CountDownLatch all = new CountDownLatch(61);
    AtomicLong last = new AtomicLong();
    long begun = System.nanoTime();
    for (int i = 0; i < 61; i++) {
      pacer.submit(
          place -> {
            last.set(System.nanoTime());
            all.countDown();
          },
          answers);
    }

    assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    // 61 actions, less the two that the burst of 10 ms may let pass at once.
    assertThat(Duration.ofNanos(last.get() - begun)).isGreaterThan(Duration.ofMillis(59 * 5));
  }

  @Test
  void aNewLanesBucketIsEmpty() {
    assertThat(new LanePacer(0.5, Machine.REAL).room(Duration.ofMillis(400))).isZero();
  }

  @Test
  void hasRoomForWhatPassesWithinTheTimeAhead() {
    assertThat(new LanePacer(1_000, Machine.REAL).room(Duration.ofMillis(100)))
        .isBetween(90L, 101L);
  }

  /** The place of one that was not answered is kept for another second. */
  @Test
  void letsNobodyPassBesideSendsThatMayStillBeOnTheirWay() throws InterruptedException {
    LanePacer pacer = new LanePacer(50, Machine.REAL);
    AtomicLong first = new AtomicLong();
    AtomicLong last = new AtomicLong();
    CountDownLatch all = new CountDownLatch(52);
    for (int i = 0; i < 52; i++) {
      pacer.submit(
          place -> {
            first.compareAndSet(0, System.nanoTime());
            last.set(System.nanoTime());
            all.countDown();
          },
          answers);
    }

    assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    // 51 may be on their way in one second; the 52nd waits until the first is given up.
    assertThat(Duration.ofNanos(last.get() - first.get())).isGreaterThan(Duration.ofMillis(1_999));
  }
}

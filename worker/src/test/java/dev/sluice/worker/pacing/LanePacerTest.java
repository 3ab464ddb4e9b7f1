package dev.sluice.worker.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.runtime.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LanePacerTest {
  /** A lower bound, valid on any machine, however slow: the last may pass no sooner. */
  @Test
  void letsEverySendPassOnceAndNeverMoreThanTheRate() {
    LanePacer pacer = new LanePacer(200, Ticker.SYSTEM);
    long begun = System.nanoTime();
    LongAccumulator last = new LongAccumulator(Math::max, begun);
    AtomicInteger passed = new AtomicInteger();
    try (ExecutorService sends = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 61; i++) {
        LanePacer.Slot slot = pacer.reserve();
        sends.execute(() -> {
          slot.await(LanePacerTest::wanted);
          last.accumulate(System.nanoTime());
          passed.incrementAndGet();
        });
      }
    }

    assertThat(passed).hasValue(61);
    // 61 sends, less the two that the burst of 10 ms may let pass at once.
    assertThat(Duration.ofNanos(last.get() - begun)).isGreaterThan(Duration.ofMillis(59 * 5));
  }

  @Test
  void aSlotThatIsNoLongerWantedIsLeftToTheNext() {
    LanePacer pacer = new LanePacer(4, Ticker.SYSTEM);
    LanePacer.Slot withdrawn = pacer.reserve();
    LanePacer.Slot next = pacer.reserve();

    assertThatThrownBy(() ->
            withdrawn.await(() -> {
              throw new WithdrawnException("no");
            }))
        .hasMessage("no");
    withdrawn.release();
    next.await(LanePacerTest::wanted);

    // If the withdrawn send had taken its time slot, there would be no room within a quarter of a
    // second.
    assertThat(pacer.room(Duration.ofMillis(260))).isOne();
  }

  @Test
  void aSendWhoseThreadIsAwakenedLateHoldsUpNoneBehindIt() throws Exception {
    CountDownLatch awake = new CountDownLatch(1);
    LanePacer pacer = new LanePacer(8, new FirstSleepsUntil(awake));
    List<LanePacer.Slot> slots = Stream.generate(pacer::reserve).limit(6).toList();
    CountDownLatch others = new CountDownLatch(5);
    try (ExecutorService sends = Executors.newVirtualThreadPerTaskExecutor()) {
      slots.forEach(slot ->
          sends.execute(() -> {
            slot.await(LanePacerTest::wanted);
            others.countDown();
          }));

      boolean passed = others.await(10, TimeUnit.SECONDS);
      awake.countDown();

      assertThat(passed).isTrue();
    }
  }

  @Test
  void aNewLaneWaitsForItsFirstSlot() {
    assertThat(new LanePacer(0.5, Ticker.SYSTEM).room(Duration.ofMillis(400))).isZero();
  }

  private static void wanted() {}

  /** The first thread that sleeps is awakened late. */
  private record FirstSleepsUntil(CountDownLatch awake, AtomicBoolean slept) implements Ticker {
    FirstSleepsUntil(CountDownLatch awake) {
      this(awake, new AtomicBoolean());
    }

    @Override
    public void sleep(Duration time) throws InterruptedException {
      if (slept.compareAndSet(false, true)) {
        awake.await();
      } else {
        SYSTEM.sleep(time);
      }
    }

    @Override
    public long nanoTime() {
      return SYSTEM.nanoTime();
    }

    @Override
    public Instant now() {
      return SYSTEM.now();
    }

    @Override
    public boolean await(CountDownLatch latch, Duration atMost) throws InterruptedException {
      return SYSTEM.await(latch, atMost);
    }
  }
}

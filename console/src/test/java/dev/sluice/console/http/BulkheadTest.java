package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkheadTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final Bulkhead one = Bulkhead.computing(1, Duration.ZERO, "full");
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicInteger busy = new AtomicInteger();

  @AfterEach
  void stopComputing() {
    done.set(true);
  }

  /** As many as there are carriers, which none of them gives back before somebody else has run. */
  @Test
  void whatComputesLeavesTheCarriersToOthers() throws InterruptedException {
    Bulkhead many = Bulkhead.computing(CORES, Duration.ZERO, "full");
    for (int i = 0; i < CORES; i++) {
      Thread.startVirtualThread(() -> many.run(this::computeUntilDone));
    }
    await().until(() -> busy.get() == CORES);
    Thread other = Thread.startVirtualThread(() -> {});

    assertThat(other.join(Duration.ofSeconds(10))).isTrue();
  }

  @Test
  void theResultAndTheFailureAreThoseOfTheWork() {
    Supplier<String> failing =
        () -> {
          throw ProblemException.notFound("away");
        };

    assertThatThrownBy(() -> one.run(failing)).isInstanceOf(ProblemException.class);
    assertThat(one.run(() -> "there")).isEqualTo("there");
  }

  @Test
  void aPlaceIsTakenUntilTheWorkEndsEvenIfItsCallerHasGone() throws InterruptedException {
    Thread caller =
        Thread.startVirtualThread(() ->
            assertThatThrownBy(() -> one.run(this::computeUntilDone))
                .isInstanceOf(ProblemException.class));
    await().until(() -> busy.get() == 1);
    caller.interrupt();
    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();

    assertThat(one.runIfFree(() -> "in")).isEmpty();

    done.set(true);
    await().until(() -> one.runIfFree(() -> "in").isPresent());
  }

  private boolean computeUntilDone() {
    busy.incrementAndGet();
    while (!done.get()) {
      Thread.onSpinWait();
    }
    return true;
  }
}

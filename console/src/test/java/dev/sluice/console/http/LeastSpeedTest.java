package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeastSpeedTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private final LeastSpeed leastSpeed =
      new LeastSpeed(1_024, Duration.ofSeconds(10), Duration.ofHours(1));
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger begun = new AtomicInteger();

  @AfterEach
  void end() {
    ended.set(true);
  }

  /** As many as there are carriers, each with a client that never makes it wait. */
  @Test
  void aFastClientKeepsNoCoreFromOthers() throws InterruptedException {
    for (int i = 0; i < CORES; i++) {
      Thread.startVirtualThread(this::receive);
    }
    await().until(() -> begun.get() == CORES);
    Thread other = Thread.startVirtualThread(() -> {});

    assertThat(other.join(Duration.ofSeconds(10))).isTrue();
  }

  private void receive() {
    LeastSpeed.Watch watch = leastSpeed.watch();
    begun.incrementAndGet();
    while (!ended.get()) {
      watch.start();
      watch.isTooSlow(16 * 1024);
    }
  }
}

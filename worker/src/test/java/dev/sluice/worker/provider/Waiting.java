package dev.sluice.worker.provider;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** For what only time brings about. */
final class Waiting {
  private Waiting() {}

  static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
  }
}

package dev.sluice.providers.http;

import static org.awaitility.Awaitility.await;

import java.time.Duration;

/** Waits for effects that only time can cause. */
public final class Waiting {
  private Waiting() {}

  public static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusSeconds(10)).until(() -> true);
  }
}

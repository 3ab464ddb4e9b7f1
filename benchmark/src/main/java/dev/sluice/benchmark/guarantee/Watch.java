package dev.sluice.benchmark.guarantee;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Waits for conditions in a scenario while sampling the guarantees.
 *
 * @param guarantees what must hold
 * @param patience the longest wait for a condition
 */
public record Watch(List<Guarantee> guarantees, Duration patience) {
  private static final Duration LOOK_EVERY = Duration.ofMillis(250);

  /** Waits until the condition holds. */
  public void until(String moment, Callable<Boolean> condition) {
    await(moment)
        .atMost(patience)
        .pollInterval(LOOK_EVERY)
        .until(() -> {
          guarantees.forEach(Guarantee::sample);
          return condition.call();
        });
  }

  /** Waits until the campaign has completed, then verifies the guarantees. */
  public void untilCompleted(CampaignRun campaign) {
    until("the campaign completes", campaign::completed);
    guarantees.forEach(Guarantee::verify);
  }
}

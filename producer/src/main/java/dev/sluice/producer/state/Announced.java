package dev.sluice.producer.state;

import org.jspecify.annotations.Nullable;

/**
 * The last announced state of a campaign that has started and not ended.
 *
 * @param round the round that has started
 * @param paused whether a pause was announced after that
 * @param externalId the upstream's own key of the campaign
 * @param traceparent the trace that the campaign's records belong to
 */
public record Announced(
    int round, boolean paused, @Nullable String externalId, @Nullable String traceparent) {
  public Announced {
    if (round < 1) {
      throw new IllegalArgumentException("rounds begin with 1");
    }
  }

  public Announced paused(boolean nowPaused) {
    return new Announced(round, nowPaused, externalId, traceparent);
  }
}

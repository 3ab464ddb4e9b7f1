package dev.sluice.worker;

import dev.sluice.runtime.Health;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;

/**
 * Notices that requests look too old right after they were written. If this worker's clock is fast,
 * or the producer's is slow, all requests are returned and written again, and nothing is sent.
 */
final class ClockCheck {
  private static final String COMPONENT = "clock";

  /** The tolerated difference between clocks. */
  private static final Duration SLACK = Duration.ofMinutes(5);

  /**
   * The time after which another request is watched, as the recipient of this one may have been
   * settled.
   */
  private static final Duration AWAITED = Duration.ofMinutes(10);

  private static final int MOST_CAMPAIGNS = 1_000;

  private final Health health;
  private final Map<UUID, GoneBack> oneOfEach =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, GoneBack> eldest) {
          return size() > MOST_CAMPAIGNS;
        }
      };
  private boolean mayFail = true;

  private record GoneBack(
      long recipientId, TopicPartition partition, long offset, long returnedNanos) {
    private boolean isWrittenAnewAs(SendTask task) {
      return recipientId == task.request().recipientId()
          && !(offset == task.offset() && partition.equals(task.partition().topicPartition()));
    }
  }

  ClockCheck(Health health) {
    this.health = health;
  }

  /** Records that a request is returned because it looks this old. */
  void tooOld(SendTask task, Duration age, long nowNanos) {
    UUID campaign = task.request().campaignId();
    GoneBack before = oneOfEach.get(campaign);
    Duration since = Duration.ofNanos(before == null ? 0 : nowNanos - before.returnedNanos());
    if (before != null && before.isWrittenAnewAs(task)) {
      if (age.minus(since).compareTo(SLACK) > 0) {
        mayFail = true;
        health.failing(
            COMPONENT,
            "requests written in the last %d s appear %d min old and are returned unsent:"
                    .formatted(Math.max(1, since.toSeconds()), age.toMinutes())
                + " the clock of this machine or of the producer's is wrong");
      }
    } else if (before != null && since.compareTo(AWAITED) < 0) {
      return;
    }
    TopicPartition partition = task.partition().topicPartition();
    oneOfEach.put(
        campaign, new GoneBack(task.request().recipientId(), partition, task.offset(), nowNanos));
  }

  /** Records that a request does not look too old. */
  void inTime() {
    if (mayFail) {
      mayFail = false;
      health.working(COMPONENT);
    }
  }
}

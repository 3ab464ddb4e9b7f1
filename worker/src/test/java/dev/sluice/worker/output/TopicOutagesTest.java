package dev.sluice.worker.output;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.runtime.Health;
import dev.sluice.schema.Topics;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is known of topics that cannot be written to. */
class TopicOutagesTest {
  private static final Topics TOPICS = new Topics("test");
  private static final Map<String, String> CONTROLS = Map.of(TOPICS.controls(), "away");

  private final Health health = new Health();
  private Duration now = Duration.ZERO;
  private final TopicOutages outages = new TopicOutages(TOPICS, health, () -> now.toNanos());

  /** A message whose sender is to be blocked is tried every 30 s, and then answered. */
  @Test
  void aTopicThatIsTriedSeldomIsNotSaidToBeBackBetweenTwoFailures() {
    for (int i = 0; i < 10; i++) {
      if (outages.admits(TOPICS.controls())) {
        outages.failed(CONTROLS);
      }
      for (int second = 0; second < 34; second++) {
        now = now.plusSeconds(1);
        outages.review();
        assertThat(health.problems().toString()).contains("could not be written (away)");
      }
    }
  }

  @Test
  void aTopicForWhichNothingWaitsAnyMoreIsNotReportedForEver() {
    outages.failed(CONTROLS);
    now = now.plusMinutes(2);
    outages.review();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void resultsAreNeverLeftOut() {
    assertThat(outages.failed(Map.of(TOPICS.controls(), "", TOPICS.sendResults(), ""))).isFalse();
    assertThat(outages.admits(TOPICS.controls())).isTrue();
  }
}

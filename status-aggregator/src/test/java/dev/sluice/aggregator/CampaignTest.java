package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CampaignTest {
  private static final long NOW = Duration.ofDays(20_000).toMillis();
  private static final UUID ID = new UUID(0, 1);
  private static final StatusAggregatorConfig TWO_AT_ONCE =
      new StatusAggregatorConfig(
          KafkaConfig.of("none:1"),
          new DatabaseConfig("jdbc:none", "nobody", null),
          2,
          Duration.ofSeconds(10),
          100);

  private final Campaign campaign =
      new Campaign(ID, TWO_AT_ONCE, new Room(100, new SimpleMeterRegistry()));
  private long total;
  private long sent;
  private Duration took = Duration.ofMillis(1);

  @Test
  void aFullBatchIsWrittenAtOnceAndTheNextOnesTenTimesASecond() {
    loadCounts(10);
    add(1);
    assertThat(campaign.due(NOW)).isNull();
    add(2);
    write(2, NOW);
    add(3, 4, 5);

    assertThat(campaign.due(NOW + 99)).isNull();
    write(3, NOW + 100);
  }

  @Test
  void theLastOutcomesDoNotWait() {
    loadCounts(4);
    add(1, 2);
    write(2, NOW);
    add(3, 4);

    write(2, NOW + 1);
  }

  @Test
  void aCampaignThatIsWrittenTooSlowlyWhileOthersAreWrittenInTimeIsStuck() {
    loadCounts(100);
    add(1, 2, 3, 4, 5);
    long late = NOW + 30_000;
    RowTimes rowTimes = new RowTimes();
    campaign.checkLag(false, rowTimes, late);
    took = Duration.ofSeconds(1);
    write(2, late + 29_000);
    rowTimes.wrote(new UUID(0, 2), 10, Duration.ofMillis(5), late + 1);
    campaign.checkLag(false, rowTimes, late + 29_999);
    assertThat(campaign.stuckBecause()).isNull();

    campaign.checkLag(false, rowTimes, late + 30_000);
    assertThat(campaign.stuckBecause()).contains("come faster");
    add(6, 7);
    Flush.Outcome some = write(4, late + 30_000);
    assertThat(campaign.trouble(some)).isNotNull();
    Flush.Outcome rest = write(1, late + 30_000);
    assertThat(campaign.trouble(rest)).as("no flush follows that would end it").isNull();
    campaign.checkLag(false, rowTimes, late + 30_001);
    assertThat(campaign.stuckBecause()).isNull();
  }

  private void add(long... recipients) {
    for (long recipient : recipients) {
      campaign.add(Fixture.result(ID, recipient, 1, RecipientStatus.SENT), NOW);
    }
  }

  /** What is due is so many results, which are written at once. */
  private Flush.Outcome write(int results, long nowMillis) {
    Flush flush = campaign.due(nowMillis);
    assertThat(flush).isNotNull();
    assertThat(flush.results()).hasSize(results);
    return flush(flush, nowMillis);
  }

  /** Reads the campaign's row, as nothing is written before that. */
  private void loadCounts(long recipients) {
    total = recipients;
    flush(new Flush(ID, List.of(), false), NOW);
  }

  private Flush.Outcome flush(Flush flush, long nowMillis) {
    sent += flush.results().size();
    CampaignCounts counts =
        new CampaignCounts(
            CampaignStatus.SENDING,
            1,
            total,
            Map.of(RecipientStatus.SENT, sent),
            Instant.EPOCH,
            null);
    campaign.flushing(flush, nowMillis);
    Flush.Outcome outcome =
        new Flush.Outcome(ID, flush.results(), List.of(), counts, false, null, took);
    campaign.flushed(outcome, nowMillis, 0);
    return outcome;
  }
}

package dev.sluice.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.local.TestLoggers;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);

  private final Logger log = (Logger) TestLoggers.of(Progress.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final PendingBatch batch = new PendingBatch();

  @BeforeEach
  void listen() {
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    log.detachAppender(lines);
    log.setLevel(null);
  }

  @Test
  void saysHowFarItIs() {
    batch.loadCounts(counts(678, 0));
    Progress progress = new Progress(CAMPAIGN, 0, 0);
    send(1, 80);
    progress.report(batch, 1_000);

    assertThat(written())
        .containsExactly("[campaign 0000] 80/678 processed | 80.0 msg/s | sent 80 failed 0");
  }

  @Test
  void saysNothingOfReceiptsAfterTheEnd() {
    batch.loadCounts(counts(678, 678));
    Progress progress = new Progress(CAMPAIGN, batch.processed(), 0);
    for (int id = 1; id <= 678; id++) {
      batch.add(Fixture.receipt(CAMPAIGN, id, RecipientStatus.SENT), 0);
    }
    // A worker's late outcomes of recipients that were in doubt.
    send(1, 100);
    progress.report(batch, 1_000);

    assertThat(written()).isEmpty();
  }

  /** Returns what this test's thread has logged; others' may log here meanwhile. */
  private List<String> written() {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getThreadName().equals(Thread.currentThread().getName()))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private void send(int first, int last) {
    for (int id = first; id <= last; id++) {
      batch.add(Fixture.result(CAMPAIGN, id, 1, RecipientStatus.SENT), 0);
    }
  }

  private static CampaignCounts counts(long total, long sent) {
    return new CampaignCounts(
        CampaignStatus.SENDING, 1, total, Map.of(RecipientStatus.SENT, sent), Instant.EPOCH, null);
  }
}

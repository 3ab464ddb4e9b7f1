package dev.sluice.aggregator;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.aggregator.rows.CampaignCounts;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Runs what the documents give owners to run after a restore (docs/operations.md and
 * docs/after-losing-both.sql), and writes the results that come later.
 */
class RestoreTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final Path DOCS = Path.of("../docs");

  private final StatusStatement statement = new StatusStatement(FIXTURE.sql());

  @Test
  void afterBothAreLostWhoMayHaveBeenSentToIsInDoubtAndCountedSo() throws Exception {
    UUID sending = FIXTURE.campaign(3);
    write(sending, FIXTURE.recipients(sending).subList(0, 1), RecipientStatus.SENT);
    UUID paused = campaign("status = 'PAUSED'");
    UUID due = campaign("status = 'SCHEDULED', total = 0, scheduled_at = '2026-11-29T13:59:59Z'");
    UUID started = campaign("status = 'DRAFT', total = 0, started_at = NULL");

    loseBoth(started);

    assertThat(FIXTURE.rows(sending))
        .isEqualTo(Map.of(RecipientStatus.SENT, 1, RecipientStatus.UNCONFIRMED, 2));
    for (UUID campaign : List.of(paused, due, started)) {
      assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.UNCONFIRMED, 2));
    }
    for (UUID campaign : List.of(sending, paused, due, started)) {
      assertThat(FIXTURE.campaignStatus(campaign)).isEqualTo("COMPLETED");
      assertThat(total(campaign)).isEqualTo(FIXTURE.recipients(campaign).size());
      assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
    }
  }

  @Test
  void afterBothAreLostWhatNobodyHasStartedStaysAsItIs() throws Exception {
    UUID later = campaign("status = 'SCHEDULED', total = 0, scheduled_at = '2026-11-29T14:00:01Z'");
    UUID draft = campaign("status = 'DRAFT', total = 0");
    UUID cancelled = campaign("status = 'CANCELLED'");

    loseBoth(UUID.randomUUID());

    assertThat(FIXTURE.campaignStatus(later)).isEqualTo("SCHEDULED");
    assertThat(FIXTURE.campaignStatus(draft)).isEqualTo("DRAFT");
    assertThat(FIXTURE.campaignStatus(cancelled)).isEqualTo("CANCELLED");
    for (UUID campaign : List.of(later, draft, cancelled)) {
      assertThat(FIXTURE.rows(campaign)).isEqualTo(Map.of(RecipientStatus.PENDING, 2));
    }
  }

  /** A counter that the script left behind would become negative, which PostgreSQL refuses. */
  @Test
  void receiptsOfMessagesFromAfterTheBackupAreWrittenAndCounted() throws Exception {
    UUID campaign = FIXTURE.campaign(2);
    loseBoth(campaign);

    CampaignCounts counts =
        write(campaign, FIXTURE.recipients(campaign).subList(0, 1), RecipientStatus.DELIVERED);

    assertThat(counts.count(RecipientStatus.DELIVERED)).isOne();
    assertThat(counts.count(RecipientStatus.UNCONFIRMED)).isOne();
    assertThat(counts.status()).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  /** Kafka is still there, and with it the outcomes, which are written once more. */
  @Test
  void aCampaignThatIsADraftInTheRestoredRowsCompletesWithItsResults() throws Exception {
    UUID campaign = campaign("status = 'DRAFT', total = 0, started_at = NULL");

    execute(block().replace("ID", campaign.toString()));
    CampaignCounts counts = write(campaign, FIXTURE.recipients(campaign), RecipientStatus.SENT);

    assertThat(counts.status()).isEqualTo(CampaignStatus.COMPLETED);
    assertThat(total(campaign)).isEqualTo(2);
    assertThat(FIXTURE.wrongCounters(campaign)).isEmpty();
  }

  /** Creates a campaign of two recipients as the backup has it. */
  private static UUID campaign(String changes) {
    UUID id = FIXTURE.campaign(2);
    FIXTURE.asOwner("UPDATE sluice.campaign SET " + changes + " WHERE id = '" + id + "'");
    return id;
  }

  private CampaignCounts write(UUID campaign, List<Long> recipients, RecipientStatus status) {
    return statement
        .write(
            campaign,
            recipients.stream().map(id -> Fixture.result(campaign, id, 1, status)).toList())
        .orElseThrow();
  }

  private static long total(UUID campaign) {
    return FIXTURE
        .sql()
        .select(CAMPAIGN.TOTAL)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaign))
        .fetchSingle(CAMPAIGN.TOTAL);
  }

  private static void loseBoth(UUID started) throws IOException, SQLException {
    execute(
        Files.readString(DOCS.resolve("after-losing-both.sql"))
            .replace(":'lost'", "'2026-11-29 14:00:00+00'")
            .replace(":'started'", "'{" + started + "}'"));
  }

  /** Returns the statement of the runbook, which stands there alone. */
  private static String block() throws IOException {
    Matcher block =
        Pattern.compile("(?s)```sql\n(.*?)```")
            .matcher(Files.readString(DOCS.resolve("operations.md")));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  private static void execute(String sql) throws SQLException {
    DatabaseConfig owner = FIXTURE.environment().owner();
    try (var db = DriverManager.getConnection(owner.url(), owner.user(), owner.password());
        var statement = db.createStatement()) {
      statement.execute(sql);
    }
  }
}

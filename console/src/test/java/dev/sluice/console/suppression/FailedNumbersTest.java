package dev.sluice.console.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Suppressing who failed, as the console may. */
class FailedNumbersTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final Database DATABASE =
      new Database(ENVIRONMENT.as(ServiceRole.CONSOLE), 1, "test", new SimpleMeterRegistry());
  private static final DSLContext SQL = DATABASE.sql();
  private static final UUID CAMPAIGN = UUID.randomUUID();

  /**
   * Seven who are not on WhatsApp, one of whom has opted out; two of another reason, one got it.
   */
  @BeforeAll
  static void fill() {
    try (Database owner = new Database(ENVIRONMENT.owner(), 1, "test", new SimpleMeterRegistry())) {
      owner.sql().execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
      owner
          .sql()
          .execute(
              "INSERT INTO sluice.campaign (id, name, sender_id, message)"
                  + " VALUES (?, 'c', 's', '{}')",
              CAMPAIGN);
      owner
          .sql()
          .execute(
              """
              INSERT INTO sluice.campaign_recipient (campaign_id, phone, status, error_code)
              SELECT ?, '+491510000000' || n,
                     CASE WHEN n = 9 THEN 'SENT' ELSE 'FAILED' END,
                     CASE WHEN n < 7 THEN '131026' WHEN n < 9 THEN '131049' END
              FROM generate_series(0, 9) AS n
              """,
              CAMPAIGN);
      owner
          .sql()
          .execute(
              "INSERT INTO sluice.suppression (phone, reason)"
                  + " VALUES ('+4915100000003', 'opt-out message')");
    }
  }

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void whoFailedForAReasonIsSuppressedSomeAtATimeAndWhoWasAlreadyStaysAsTheyAre() {
    FailedNumbers fourAtATime = new FailedNumbers(SQL, 2, 4);

    FailedNumbers.Report first = fourAtATime.suppress(CAMPAIGN, "131026", 0);
    assertThat(first).isEqualTo(new FailedNumbers.Report(4, true, recipient("+4915100000004")));
    // Who is before that is not looked at again.
    SQL.execute("UPDATE sluice.suppression SET lifted_at = now() WHERE phone = '+4915100000000'");
    assertThat(fourAtATime.suppress(CAMPAIGN, "131026", first.next()))
        .isEqualTo(new FailedNumbers.Report(2, false, null));
    assertThat(fourAtATime.suppress(CAMPAIGN, "131026", 0))
        .isEqualTo(new FailedNumbers.Report(1, false, null));
    assertThat(
            SQL.fetch("SELECT right(phone, 1) || reason FROM sluice.suppression ORDER BY phone")
                .map(row -> row.get(0, String.class)))
        .containsExactly(
            "0failed: 131026",
            "1failed: 131026",
            "2failed: 131026",
            "3opt-out message",
            "4failed: 131026",
            "5failed: 131026",
            "6failed: 131026");
  }

  private static Long recipient(String phone) {
    return SQL.fetchSingle("SELECT id FROM sluice.campaign_recipient WHERE phone = ?", phone)
        .get(0, Long.class);
  }
}

package dev.sluice.console.reply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.sql.Briefly;
import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.whatsapp.Person;
import dev.sluice.providers.whatsapp.WebhookEvent.Business;
import dev.sluice.providers.whatsapp.WebhookEvent.Incoming;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Reply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.conf.ParamType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is asked about replies, where there are many. */
class ReplyQueriesTest {
  private static final int MANY = 20_000;
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final Database DATABASE =
      new Database(ENVIRONMENT.database(), 1, "test", new SimpleMeterRegistry());
  private static final DSLContext SQL = DATABASE.sql();
  private static final UUID LARGE = new UUID(0, 1);

  @BeforeAll
  static void fill() {
    SQL.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1'), ('other', '2')");
    SQL.execute(
        """
        INSERT INTO sluice.campaign (id, name, sender_id, message, status, started_at)
        SELECT ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, 'c',
          CASE n % 10 WHEN 0 THEN 's' ELSE 'other' END, '{}', 'SENDING',
          now() - interval '1 hour' * n
        FROM generate_series(1, 20000) AS n
        """);
    SQL.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone)
        SELECT ('00000000-0000-0000-0000-00000000000' || one)::uuid, '+55' || (1196000000 + n)
        FROM generate_series(1, ?) AS n, generate_series(1, 2) AS one
        """,
        MANY);
    SQL.execute(
        """
        INSERT INTO sluice.reply (message_id, campaign_id, recipient_id, kind, text, at)
        SELECT 'wamid.' || id, campaign_id, id, CASE id / 2 % 2 WHEN 0 THEN 'text' ELSE 'button' END,
          'Yes', now()
        FROM sluice.campaign_recipient
        """);
    // PostgreSQL refuses it to any other role, by a warning alone.
    try (Database owner =
        new Database(ENVIRONMENT.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner
          .sql()
          .execute("VACUUM (ANALYZE) sluice.campaign, sluice.campaign_recipient, sluice.reply");
    }
  }

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void aSearchReadsTheRepliesOfThosePeopleAlone() {
    assertThat(plan(SQL, ReplyPages.search(SQL, LARGE, "+5511960001", Long.MAX_VALUE)))
        .contains("campaign_recipient_campaign_id_phone_key", "reply_recipient")
        .doesNotContain("Seq Scan", "Rows Removed by Filter");
  }

  @Test
  void repliesAreCountedByIndexesAlone() {
    String plan =
        Briefly.read(
                SQL,
                Duration.ofMinutes(1),
                ReplyCounts.BY_INDEX,
                inside -> plan(inside, ReplyCounts.query(inside, LARGE)))
            .orElseThrow();
    assertThat(plan)
        .contains("Index Only Scan using reply_recipient", "Index Only Scan using reply_button");
  }

  @Test
  void aSendersNewestCampaignsAreFoundWithoutAllOthers() {
    Incoming message =
        new Incoming(
            new Business("", "1"),
            "wamid.free",
            "",
            new Person("+551196000001", null),
            Reply.Kind.TEXT,
            "Hi",
            List.of("Hi"),
            Instant.now());
    String plan =
        plan(SQL, Answered.people(SQL, List.of(new Answered.Named(message, "+551196000001"))));

    assertThat(plan)
        .contains("Index Scan Backward using campaign_started")
        .doesNotContain("Seq Scan on campaign");
  }

  @Test
  void countsAreKeptForFiveSeconds() {
    AtomicLong clock = new AtomicLong();
    ReplyCounts counts = new ReplyCounts(clock::get);
    UUID campaign = UUID.randomUUID();
    assertThat(counts.of(SQL, campaign)).contains(ReplyCounts.Counts.NONE);
    SQL.execute(
        "INSERT INTO sluice.reply (message_id, campaign_id, recipient_id, kind, text, at)"
            + " SELECT 'wamid.kept' || n, ?, 1, 'button', repeat('No', n), now()"
            + " FROM unnest(ARRAY[1, 101]) AS n",
        campaign);

    clock.addAndGet(Duration.ofSeconds(5).toNanos() - 1);
    assertThat(counts.of(SQL, campaign)).contains(ReplyCounts.Counts.NONE);
    clock.incrementAndGet();
    assertThat(counts.of(SQL, campaign))
        .as("nobody has a button with so long a text")
        .contains(new ReplyCounts.Counts(1, List.of(new ReplyCounts.Click("No", 1))));
  }

  private static String plan(DSLContext sql, Query query) {
    return String.join(
        "\n",
        sql.fetch("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + query.getSQL(ParamType.INLINED))
            .getValues(0, String.class));
  }
}

package dev.sluice.benchmark.chaos;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;

/** Faults in a campaign's rows, and in the writing of them. */
final class CampaignFaults {
  private CampaignFaults() {}

  static Incident timeZone(Scene scene) {
    CampaignRun victim = scene.victim(500, 80);
    return Incident.lasting(() -> {
      scene.withoutChecks("campaign");
      scene.sql(
          "UPDATE sluice.campaign SET time_zone = 'Mars/Olympus', window_start = '00:00',"
              + " window_end = '23:59' WHERE id = ?",
          victim.id());
      victim.start();
    });
  }

  static Incident hugeVariables(Scene scene) {
    CampaignRun victim = scene.victim(20, 80);
    return Incident.lasting(() -> {
      scene.withoutChecks("campaign_recipient");
      scene.sql(
          "UPDATE sluice.campaign_recipient SET variables = jsonb_build_object('name',"
              + " repeat('x', 2600000)) WHERE campaign_id = ?",
          victim.id());
      victim.start();
    });
  }

  static Incident exploding(Scene scene) {
    CampaignRun victim = scene.victim(20, 80);
    return Incident.lasting(() -> {
      scene.withoutChecks("campaign");
      scene.withoutChecks("campaign_recipient");
      scene.sql(
          "UPDATE sluice.campaign SET message = jsonb_build_object('type', 'text', 'text',"
              + " jsonb_build_object('body', repeat('{{name}}', 4000))) WHERE id = ?",
          victim.id());
      scene.sql(
          "UPDATE sluice.campaign_recipient SET variables = jsonb_build_object('name',"
              + " repeat('x', 300000)) WHERE campaign_id = ?",
          victim.id());
      victim.start();
    });
  }

  static Incident missingRow(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 80);
    return Incident.lasting(() -> {
      victim.start();
      Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> scene.taken(victim) > 0);
      scene.sql("DELETE FROM sluice.campaign_recipient WHERE campaign_id = ?", victim.id());
      scene.sql("DELETE FROM sluice.campaign WHERE id = ?", victim.id());
    });
  }

  static Incident importing(Scene scene) {
    CampaignRun victim = scene.victim(500, 80);
    return new Held(
        scene,
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
            + " VALUES (?, '+5511950000001', '{\"name\":\"Ana\"}')",
        victim,
        true);
  }

  static Incident locked(Scene scene) {
    // Where times count, it sends for as long as they are taken.
    CampaignRun victim = scene.victim(scene.measured() ? 4_000 : 2_400, 80);
    return new Held(
        scene,
        "SELECT 1 FROM sluice.campaign_recipient WHERE campaign_id = ? FOR UPDATE",
        victim,
        false);
  }

  /** A transaction that is held open. */
  private static final class Held implements Incident {
    private final Scene scene;
    private final String statement;
    private final CampaignRun victim;
    private final boolean beforeTheStart;
    private Connection holder;

    // Connected in hold().
    @SuppressWarnings("NullAway.Init")
    Held(Scene scene, String statement, CampaignRun victim, boolean beforeTheStart) {
      this.scene = scene;
      this.statement = statement;
      this.victim = victim;
      this.beforeTheStart = beforeTheStart;
    }

    @Override
    public void begin() throws Exception {
      if (beforeTheStart) {
        hold();
        victim.start();
      } else {
        victim.start();
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> scene.taken(victim) > 0);
        hold();
      }
    }

    private void hold() throws SQLException {
      holder = scene.connection();
      holder.setAutoCommit(false);
      try (var prepared = holder.prepareStatement(statement)) {
        prepared.setObject(1, victim.id());
        prepared.execute();
      }
    }

    @Override
    public void end() throws Exception {
      holder.commit();
      holder.close();
      Awaitility.await("the campaign that was held up goes on by itself")
          .atMost(Duration.ofMinutes(2))
          .until(victim::completed);
      new EverybodySettled(victim).verify();
    }
  }

  static Incident resend(Scene scene) {
    return new Resend(scene, scene.victim(1_000, 200));
  }

  /** Half of a completed campaign is resent while receipts of the other half arrive. */
  private record Resend(Scene scene, CampaignRun victim) implements Incident {
    @Override
    public void prepare() throws Exception {
      scene.sql(
          """
          WITH older AS (
            INSERT INTO sluice.campaign (name, sender_id, message, status)
            VALUES ('older', ?, '{"type":"text"}', 'CANCELLED') RETURNING id)
          INSERT INTO sluice.campaign_recipient (campaign_id, phone, status)
          SELECT older.id, '+55118' || (10000000 + n), 'FAILED'
          FROM older, generate_series(1, 300000) AS n
          """,
          victim.sender());
      victim.start();
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(victim::completed);
      scene.sql(
          "UPDATE sluice.campaign_recipient SET status = 'FAILED' WHERE campaign_id = ?"
              + " AND id % 2 = 0",
          victim.id());
      scene.sql(
          "UPDATE sluice.campaign SET failed = total - total / 2, sent = total / 2 WHERE id = ?",
          victim.id());
    }

    @Override
    public void begin() throws Exception {
      scene.command(CampaignCommand.Action.RESEND, victim);
      victim.statuses().entrySet().stream()
          .filter(entry -> entry.getValue() == RecipientStatus.SENT)
          .forEach(entry ->
              scene.result(
                  new SendResult(
                      entry.getKey(),
                      victim.id(),
                      1,
                      RecipientStatus.DELIVERED,
                      null,
                      null,
                      null,
                      1,
                      Instant.now())));
      scene.flush();
    }

    @Override
    public void end() {
      Awaitility.await("everybody concerned is sent to once more")
          .atMost(Duration.ofMinutes(1))
          .until(() -> victim.completed() && !victim.counts().containsKey(RecipientStatus.PENDING));
    }
  }

  /** Each page of recipients takes 5 s to admit, because the sender has a daily limit. */
  static Incident slowPages(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 80);
    return Incident.passing(
        () -> {
          // Its sender's other campaigns have the same numbers, which are slow for them too.
          scene.sql(
              "UPDATE sluice.campaign_recipient SET phone = '+55118' || substr(phone, 7)"
                  + " WHERE campaign_id = ?",
              victim.id());
          scene.sql("UPDATE sluice.sender SET daily_limit = 1000000 WHERE id = ?", victim.sender());
          scene.sql(
              """
              CREATE FUNCTION sluice.slow_page() RETURNS trigger LANGUAGE plpgsql AS $$
              BEGIN
                IF EXISTS (SELECT 1 FROM fresh JOIN sluice.campaign_recipient r USING (phone)
                           WHERE r.campaign_id = '%s') THEN
                  PERFORM pg_sleep(5);
                END IF;
                RETURN NULL;
              END $$
              """
                  .formatted(victim.id()));
          scene.sql(
              """
              CREATE TRIGGER slow_page AFTER INSERT ON sluice.sender_recipient
                REFERENCING NEW TABLE AS fresh
                FOR EACH STATEMENT EXECUTE FUNCTION sluice.slow_page()
              """);
          victim.start();
        },
        () -> scene.sql("DROP TRIGGER slow_page ON sluice.sender_recipient"));
  }

  static Incident refusedResults(Scene scene) {
    return new Refused(scene, scene.victim(2_000, 80));
  }

  /** PostgreSQL refuses results with a certain code. */
  private record Refused(Scene scene, CampaignRun victim) implements Incident {
    /** Done beforehand, because it waits for every transaction that has written to the table. */
    @Override
    public void prepare() throws Exception {
      scene.sql(
          "ALTER TABLE sluice.campaign_recipient ADD CONSTRAINT poison"
              + " CHECK (error_code <> 'poison') NOT VALID");
    }

    @Override
    public void begin() throws Exception {
      victim.start();
      Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> scene.taken(victim) > 0);
      victim.statuses().keySet().stream()
          .limit(50)
          .forEach(recipient ->
              scene.result(
                  new SendResult(
                      recipient,
                      victim.id(),
                      1,
                      RecipientStatus.FAILED,
                      null,
                      "poison",
                      null,
                      1,
                      Instant.now())));
      scene.flush();
    }

    @Override
    public void end() throws Exception {
      scene.command(CampaignCommand.Action.CANCEL, victim);
    }
  }
}

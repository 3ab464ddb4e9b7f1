package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.postgresql.PGConnection;

/** Faults in a campaign's rows, and in the writing of them. */
final class CampaignFaults {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int FEW = 20;

  /** More than the status aggregator writes at a time. */
  private static final int LOCKED = 20;

  private static final int PEOPLE = 1_000;
  private static final int REFUSED = 50;

  private CampaignFaults() {}

  static Incident timeZone(Scene scene) {
    CampaignRun victim = scene.victim(500, 80);
    return Incident.lasting(
        () -> {
          scene.withoutChecks("campaign");
          scene.sql(
              "UPDATE sluice.campaign SET time_zone = 'Mars/Olympus', window_start = '00:00',"
                  + " window_end = '23:59' WHERE id = ?",
              victim.id());
          victim.start();
        },
        () ->
            await("it is paused")
                .atMost(PATIENCE)
                .until(() -> victim.status() == CampaignStatus.PAUSED));
  }

  static Incident hugeVariables(Scene scene) {
    CampaignRun victim = scene.victim(FEW, 80);
    return Incident.lasting(
        () -> {
          scene.withoutChecks("campaign_recipient");
          setName(scene, victim, 2_600_000);
          victim.start();
        },
        () -> allFailed(scene, victim, "variables_too_large"));
  }

  /** The variables are within their bound, and the message would have 240 million characters. */
  static Incident exploding(Scene scene) {
    CampaignRun victim = scene.victim(FEW, 80);
    return Incident.lasting(
        () -> {
          scene.withoutChecks("campaign");
          scene.sql(
              "UPDATE sluice.campaign SET message = jsonb_build_object('type', 'text', 'text',"
                  + " jsonb_build_object('body', repeat('{{name}}', 4000))) WHERE id = ?",
              victim.id());
          setName(scene, victim, 60_000);
          victim.start();
        },
        () -> allFailed(scene, victim, "message_too_long"));
  }

  private static void setName(Scene scene, CampaignRun victim, int length) throws SQLException {
    scene.sql(
        "UPDATE sluice.campaign_recipient SET variables = jsonb_build_object('name',"
            + " repeat('x', ?)) WHERE campaign_id = ?",
        length,
        victim.id());
  }

  private static void allFailed(Scene scene, CampaignRun victim, String code) {
    await("all fail with " + code)
        .atMost(PATIENCE)
        .until(() ->
            scene.ask(
                "SELECT bool_and(error_code IS NOT DISTINCT FROM ?)"
                    + " FROM sluice.campaign_recipient WHERE campaign_id = ?",
                code,
                victim.id()));
  }

  static Incident missingRow(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 80);
    Tail letters = scene.deadLetters();
    return Incident.lasting(
        () -> {
          victim.start();
          await().atMost(PATIENCE).until(() -> scene.taken(victim) > 0);
          scene.sql("DELETE FROM sluice.campaign_recipient WHERE campaign_id = ?", victim.id());
          scene.sql("DELETE FROM sluice.campaign WHERE id = ?", victim.id());
        },
        () ->
            letters.awaitLetters(
                1,
                scene.environment().kafka().topics().sendResults(),
                "unknown campaign " + victim.id()));
  }

  static Incident importing(Scene scene) {
    return new Held(
        scene,
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
            + " SELECT unnest(?), '+5511950000001', '{\"name\":\"Ana\"}'",
        List.of(scene.victim(500, 80)),
        true);
  }

  static Incident lockedRecipients(Scene scene) {
    return locked(scene, "campaign_recipient WHERE campaign_id", manyOf(scene));
  }

  static Incident lockedCampaign(Scene scene) {
    return locked(scene, "campaign WHERE id", manyOf(scene));
  }

  static Incident lockedCampaigns(Scene scene) {
    return locked(scene, "campaign WHERE id", scene.victims(LOCKED, 4_000 / LOCKED, 80));
  }

  /** Where times count, it sends for as long as they are taken. */
  private static List<CampaignRun> manyOf(Scene scene) {
    return List.of(scene.victim(scene.measured() ? 4_000 : 2_400, 80));
  }

  private static Incident locked(Scene scene, String rows, List<CampaignRun> victims) {
    String statement = "SELECT 1 FROM sluice." + rows + " = ANY(?) FOR UPDATE";
    return new Held(scene, statement, victims, false);
  }

  /** A transaction that is held open. */
  private static final class Held implements Incident {
    private final Scene scene;
    private final String statement;
    private final List<CampaignRun> victims;
    private final boolean beforeTheStart;
    private Connection holder;
    private int process;

    // Connected in hold().
    @SuppressWarnings("NullAway.Init")
    Held(Scene scene, String statement, List<CampaignRun> victims, boolean beforeTheStart) {
      this.scene = scene;
      this.statement = statement;
      this.victims = victims;
      this.beforeTheStart = beforeTheStart;
    }

    @Override
    public void begin() throws Exception {
      if (beforeTheStart) {
        hold();
        start();
      } else {
        start();
        await()
            .atMost(PATIENCE)
            .until(() -> victims.stream().allMatch(victim -> scene.taken(victim) > 0));
        hold();
      }
    }

    private void start() throws Exception {
      for (CampaignRun victim : victims) {
        victim.start();
      }
    }

    private void hold() throws SQLException {
      holder = scene.connection();
      holder.setAutoCommit(false);
      process = holder.unwrap(PGConnection.class).getBackendPID();
      try (var prepared = holder.prepareStatement(statement)) {
        Object[] ids = victims.stream().map(CampaignRun::id).toArray();
        prepared.setArray(1, holder.createArrayOf("uuid", ids));
        prepared.execute();
      }
    }

    /** A start passes over a locked row; results have to wait for one. */
    @Override
    public void tookPlace() {
      if (beforeTheStart) {
        assertThat(victims).allMatch(victim -> victim.status() == CampaignStatus.DRAFT);
      } else {
        await("somebody waits for the lock")
            .atMost(PATIENCE)
            .until(() ->
                scene.ask(
                    "SELECT count(*) > 0 FROM pg_locks"
                        + " WHERE NOT granted AND ? = ANY(pg_blocking_pids(pid))",
                    process));
      }
    }

    @Override
    public void end() throws Exception {
      holder.commit();
      holder.close();
      for (CampaignRun victim : victims) {
        await("the campaign that was held up goes on by itself")
            .atMost(PATIENCE)
            .until(victim::completed);
        new EverybodySettled(victim).verify();
      }
    }
  }

  static Incident resend(Scene scene) {
    return new Resend(scene, scene.victim(PEOPLE, 200));
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
      await().atMost(PATIENCE).until(victim::completed);
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
                  SendResult.of(
                          entry.getKey(), victim.id(), 1, RecipientStatus.DELIVERED, Instant.now())
                      .attempts(1)
                      .build()));
      scene.flush();
    }

    @Override
    public void tookPlace() {
      await("everybody concerned is sent to once more")
          .atMost(PATIENCE)
          .until(() ->
              scene.taken(victim) == PEOPLE + PEOPLE / 2
                  && victim.counts().containsKey(RecipientStatus.DELIVERED));
    }

    @Override
    public void end() {
      await("it completes")
          .atMost(PATIENCE)
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
          // A sequence, as what else a page that is given up has written is undone.
          scene.sql("CREATE SEQUENCE sluice.slow_pages");
          scene.sql(
              """
              CREATE FUNCTION sluice.slow_page() RETURNS trigger SECURITY DEFINER
              LANGUAGE plpgsql AS $$
              BEGIN
                IF EXISTS (SELECT 1 FROM fresh JOIN sluice.campaign_recipient r USING (phone)
                           WHERE r.campaign_id = '%s') THEN
                  PERFORM nextval('sluice.slow_pages');
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
        () ->
            await("a page is slow")
                .atMost(PATIENCE)
                .until(() -> scene.ask("SELECT is_called FROM sluice.slow_pages")),
        () -> {
          scene.sql("DROP TRIGGER slow_page ON sluice.sender_recipient");
          scene.command(CampaignCommand.Action.CANCEL, victim);
        });
  }

  static Incident refusedResults(Scene scene) {
    return new Refused(scene, scene.victim(2_000, 80), scene.deadLetters());
  }

  /** PostgreSQL refuses results with a certain code. */
  private record Refused(Scene scene, CampaignRun victim, Tail letters) implements Incident {
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
      await().atMost(PATIENCE).until(() -> scene.taken(victim) > 0);
      victim.statuses().keySet().stream()
          .limit(REFUSED)
          .forEach(recipient ->
              scene.result(
                  SendResult.of(recipient, victim.id(), 1, RecipientStatus.FAILED, Instant.now())
                      .error("poison", null)
                      .attempts(1)
                      .build()));
      scene.flush();
    }

    @Override
    public void tookPlace() {
      letters.awaitLetters(REFUSED, scene.environment().kafka().topics().sendResults(), "poison");
    }

    @Override
    public void end() throws Exception {
      scene.command(CampaignCommand.Action.CANCEL, victim);
    }
  }
}

package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.database.DatabaseConfig;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Takes away what every service depends on in the middle of a campaign, one after another:
 * PostgreSQL, the broker, the provider, space on PostgreSQL's disk. All must recover without
 * intervention.
 */
public final class Outages {
  /**
   * The most lines that a role may log about all of it: it logs when something fails, not every
   * failed attempt.
   */
  private static final int FEW_LINES = 60;

  private static final String DISK_FULL =
      """
      CREATE FUNCTION sluice.disk_full() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device'
         USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER disk_full BEFORE UPDATE ON sluice.campaign_recipient
        FOR EACH STATEMENT EXECUTE FUNCTION sluice.disk_full();
      """;

  /** The part that fails. */
  public enum Kind {
    POSTGRESQL("PostgreSQL"),
    BROKER("the broker"),
    PROVIDER("the provider"),
    DISK("room on PostgreSQL's disk");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  private final int recipients;
  private final double rate;
  private final Duration away;
  private final List<Kind> kinds;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param rate messages/s; there must be enough recipients for the time that the run takes
   * @param away how long each dependency is away
   * @param kinds what is taken away, in this order
   * @param story receives a line for each event
   */
  public Outages(
      int recipients, double rate, Duration away, List<Kind> kinds, Consumer<String> story) {
    this.recipients = recipients;
    this.rate = rate;
    this.away = away;
    this.kinds = List.copyOf(kinds);
    this.story = story;
  }

  /**
   * Runs it.
   *
   * @throws AssertionError if a recipient is lost, sent to twice or counted wrongly
   */
  public void run() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      TestEnvironment environment = TestEnvironment.create(servers, 4);
      try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(rate * 2));
          CampaignRun campaign = new CampaignRun(environment, recipients, rate, 2);
          Fleet fleet = new Fleet(environment, simulator.url(), Fleet.WRITING_SOON)) {
        run(servers, environment, simulator, campaign, fleet);
      }
    }
  }

  private void run(
      SeparateInfrastructure servers,
      TestEnvironment environment,
      WhatsAppSimulator simulator,
      CampaignRun campaign,
      Fleet fleet)
      throws Exception {
    Watch watch =
        new Watch(
            List.of(
                new SentOnce(simulator, campaign),
                new CountersEqualRows(campaign),
                new EverybodySettled(campaign)),
            away.plus(Duration.ofMinutes(3)));
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 2);
    watch.until("everybody is ready", fleet::ready);
    campaign.start();
    for (int i = 0; i < kinds.size(); i++) {
      sent(watch, simulator, 0.05 + 0.2 * i);
      Kind kind = kinds.get(i);
      switch (kind) {
        case POSTGRESQL -> trouble(kind, fleet, servers::stopDatabase, servers::startDatabase);
        // Frozen instead of restarted: the only broker of a cluster may lose a transaction's marker
        // in a restart (docs/operations.md, "A transaction that hangs"). ClusterIT kills one of
        // three.
        case BROKER ->
            trouble(kind, fleet, () -> servers.kafka().freeze(), () -> servers.kafka().thaw());
        case PROVIDER -> trouble(kind, fleet, simulator::goAway, simulator::comeBack);
        case DISK ->
            trouble(
                kind,
                fleet,
                () -> execute(environment.owner(), DISK_FULL),
                () ->
                    execute(
                        environment.owner(),
                        "DROP TRIGGER disk_full ON sluice.campaign_recipient"));
      }
    }
    watch.untilCompleted(campaign);
    story.accept("everybody was sent to once; " + campaign.counts());
    for (String name : fleet.names()) {
      assertThat(fleet.get(name).log()).as("what %s logged", name).hasSizeLessThan(FEW_LINES);
    }
  }

  private void sent(Watch watch, WhatsAppSimulator simulator, double share) {
    watch.until(
        "%.0f %% are accepted".formatted(share * 100),
        () -> simulator.accepted().count() >= share * recipients);
  }

  private interface Step {
    void run() throws Exception;
  }

  private void trouble(Kind kind, Fleet fleet, Step take, Step giveBack) throws Exception {
    String what = kind.words;
    take.run();
    await(what + " is missed").atMost(Duration.ofMinutes(1).plus(away)).until(() -> !fleet.ready());
    await().pollDelay(away).atMost(away.plusMinutes(1)).until(() -> true);
    giveBack.run();
    long backNanos = System.nanoTime();
    await("everybody goes on after " + what)
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> assertThat(fleet.notReady()).as("not ready").isEmpty());
    story.accept(
        String.format(
            Locale.ROOT,
            "%s was away for %d s; everybody went on by themselves after %.1f s",
            what,
            away.toSeconds(),
            (System.nanoTime() - backNanos) / 1e9));
  }

  private static void execute(DatabaseConfig owner, String sql) throws SQLException {
    try (var connection = DriverManager.getConnection(owner.url(), owner.user(), owner.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}

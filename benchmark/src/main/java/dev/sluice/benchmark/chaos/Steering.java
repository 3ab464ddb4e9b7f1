package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.CampaignStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Measures how soon commands take effect: pause, cancel, a new rate, a small campaign's start. */
public final class Steering {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Infrastructure servers;
  private final Duration atOnce;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param atOnce how long after a pause or cancel was acknowledged the last message may arrive
   * @param story receives a line for each measurement
   */
  public Steering(Infrastructure servers, Duration atOnce, Consumer<String> story) {
    this.servers = servers;
    this.atOnce = atOnce;
    this.story = story;
  }

  /**
   * Pauses a campaign halfway and resumes it, then cancels another one halfway.
   *
   * @param recipients the number of recipients of each
   * @param rate messages/s
   */
  public void pauseAndCancel(int recipients, double rate) throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 2);
    try (WhatsAppSimulator simulator = simulator(rate);
        CampaignRun paused = new CampaignRun(environment, "a", "1", recipients, rate, 1);
        CampaignRun cancelled = new CampaignRun(environment, "b", "2", recipients, rate, 1);
        Fleet fleet = new Fleet(environment, simulator.url())) {
      RoleJvm console = start(fleet);
      command(console, paused, "start");
      stop("pause", "1", console, paused, simulator, recipients);
      long before = simulator.accepted().count("1");
      command(console, paused, "resume");
      await().atMost(PATIENCE).until(paused::completed);
      new SentOnce(simulator, paused).verify();
      new EverybodySettled(paused).verify();
      new CountersEqualRows(paused).verify();
      story.accept(
          "resumed after "
              + before
              + " and completed: "
              + simulator.report().accepted()
              + " accepted, "
              + simulator.report().duplicates()
              + " twice");

      command(console, cancelled, "start");
      stop("cancel", "2", console, cancelled, simulator, recipients);
      await().atMost(PATIENCE).until(() -> cancelled.status() == CampaignStatus.CANCELLED);
      new CountersEqualRows(cancelled).verify();
      assertThat(simulator.report().duplicates()).isZero();
    }
  }

  private void stop(
      String command,
      String number,
      RoleJvm console,
      CampaignRun campaign,
      WhatsAppSimulator simulator,
      int recipients)
      throws Exception {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> simulator.accepted().count(number) >= recipients / 2);
    command(console, campaign, command);
    Instant acknowledged = Instant.now();
    long then = simulator.accepted().count(number);
    // Waits until nothing has come for twice the limit.
    await()
        .atMost(PATIENCE)
        .until(() -> simulator.accepted().idleFor(number, atOnce.multipliedBy(2)));
    Duration last = Duration.between(acknowledged, simulator.accepted().lastAt(number));
    story.accept(
        String.format(
            Locale.ROOT,
            "%s acknowledged at %d; %d more were accepted, the last %d ms after",
            command,
            then,
            simulator.accepted().count(number) - then,
            last.toMillis()));
    assertThat(last).as("the last one after the %s", command).isLessThanOrEqualTo(atOnce);
    assertThat(simulator.accepted().count(number))
        .as("those sent to in spite of the %s", command)
        .isLessThan(recipients);
  }

  /**
   * Starts a small campaign beside a large one of the same sender.
   *
   * @param large recipients of the large campaign
   * @param small recipients of the small one
   * @param rate messages/s
   */
  public void smallBesideLarge(int large, int small, double rate) throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 2);
    try (WhatsAppSimulator simulator = simulator(rate);
        CampaignRun first = new CampaignRun(environment, large, rate, 1);
        Fleet fleet = new Fleet(environment, simulator.url())) {
      RoleJvm console = start(fleet);
      command(console, first, "start");
      await().atMost(PATIENCE).until(() -> simulator.accepted().count() >= 5 * rate);
      try (CampaignRun second = first.another(small)) {
        Instant started = Instant.now();
        command(console, second, "start");
        String prefix = second.id() + ":";
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(200))
            .until(() -> simulator.accepted().countOf(prefix) > 0);
        double waited = Duration.between(started, Instant.now()).toMillis() / 1e3;
        long before = simulator.accepted().count();
        long ofSecond = simulator.accepted().countOf(prefix);
        await().atMost(PATIENCE).until(() -> simulator.accepted().countOf(prefix) >= small / 2);
        story.accept(
            String.format(
                Locale.ROOT,
                "%,d people beside %,d of the same sender: the first message after %.1f s, then"
                    + " %.0f %% of the rate",
                small,
                large,
                waited,
                100.0
                    * (simulator.accepted().countOf(prefix) - ofSecond)
                    / (simulator.accepted().count() - before)));
        command(console, first, "cancel");
        await().atMost(PATIENCE).until(second::completed);
        new EverybodySettled(second).verify();
      }
    }
  }

  /**
   * Changes a sender's rate while it sends.
   *
   * @param slow the first rate, messages/s
   * @param fast the second rate, messages/s
   */
  public void newRate(double slow, double fast) throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 2);
    try (WhatsAppSimulator simulator = simulator(fast);
        CampaignRun campaign = new CampaignRun(environment, (int) (40 * fast), slow, 1);
        Fleet fleet = new Fleet(environment, simulator.url())) {
      RoleJvm console = start(fleet);
      command(console, campaign, "start");
      await().atMost(PATIENCE).until(() -> simulator.accepted().count() >= 5 * slow);
      for (double rate : List.of(fast, slow)) {
        put(console, rate);
        long begun = System.nanoTime();
        await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(100))
            .until(() ->
                Math.abs(simulator.accepted().countWithin(Duration.ofSeconds(2)) / 2.0 - rate)
                    <= rate / 10);
        story.accept(
            String.format(
                Locale.ROOT,
                "a new rate of %.0f/s was kept after %.1f s",
                rate,
                (System.nanoTime() - begun) / 1e9));
      }
      command(console, campaign, "cancel");
    }
  }

  private static WhatsAppSimulator simulator(double rate) {
    return new WhatsAppSimulator(
        SimulatorConfig.friendly(rate * 2)
            .withLatency(Duration.ofMillis(30), Duration.ofMillis(100)));
  }

  private static RoleJvm start(Fleet fleet) throws IOException {
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 1);
    RoleJvm console = fleet.start("console 1");
    await().atMost(PATIENCE).until(fleet::ready);
    return console;
  }

  private static void command(RoleJvm console, CampaignRun campaign, String command)
      throws Exception {
    send(
        HttpRequest.newBuilder(
                URI.create(console.url() + "/api/campaigns/" + campaign.id() + "/" + command))
            .POST(BodyPublishers.noBody()));
  }

  private static void put(RoleJvm console, double rate) throws Exception {
    send(
        HttpRequest.newBuilder(URI.create(console.url() + "/api/senders/s"))
            .header("Content-Type", "application/json")
            .PUT(
                BodyPublishers.ofString(
                    "{\"address\":\"106540352242922\",\"ratePerSecond\":" + rate + "}")));
  }

  private static void send(HttpRequest.Builder request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }
  }
}

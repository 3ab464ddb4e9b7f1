package dev.sluice.benchmark.chaos;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A large campaign at the machine's full speed: memory must not grow, and statements must be few.
 */
public final class Soak {
  private static final int SAMPLES = 40;

  /**
   * A role's heap use after a full collection.
   *
   * @param accepted messages accepted by then
   */
  private record Sample(long accepted, long liveBytes) {}

  private final int recipients;
  private final double rate;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param rate the sender's rate, messages/s; more than the machine can do
   * @param story receives a line for each measurement
   */
  public Soak(int recipients, double rate, Consumer<String> story) {
    this.recipients = recipients;
    this.rate = rate;
    this.story = story;
  }

  /** Runs it. */
  public void run() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      TestEnvironment environment = TestEnvironment.create(servers, 4);
      SimulatorConfig provider =
          SimulatorConfig.friendly(rate * 2)
              .withLatency(Duration.ofMillis(20), Duration.ofMillis(80));
      try (WhatsAppSimulator simulator = new WhatsAppSimulator(provider);
          CampaignRun campaign = new CampaignRun(environment, recipients, rate, 2);
          Fleet fleet = new Fleet(environment, simulator.url())) {
        run(simulator, campaign, fleet);
      }
    }
  }

  private void run(WhatsAppSimulator simulator, CampaignRun campaign, Fleet fleet)
      throws Exception {
    fleet.start("producer", 1);
    fleet.start("status-aggregator", 1);
    fleet.start("worker", 2);
    await().atMost(Duration.ofMinutes(2)).until(fleet::ready);
    double statementsBefore = statements(fleet);
    campaign.start();
    long begun = System.nanoTime();
    Map<String, List<Sample>> live = new LinkedHashMap<>();
    for (int sample = 1; sample <= SAMPLES; sample++) {
      long wanted = (long) recipients * sample / (SAMPLES + 1);
      if (simulator.accepted().count() >= recipients) {
        // Collections took longer than the campaign; samples of idle roles would mean nothing.
        break;
      }
      await()
          .atMost(Duration.ofHours(1))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> simulator.accepted().count() >= wanted);
      for (String name : fleet.names()) {
        live.computeIfAbsent(name, role -> new ArrayList<>())
            .add(new Sample(simulator.accepted().count(), fleet.get(name).liveBytes()));
      }
      if (sample % 4 == 0) {
        story.accept(String.format(Locale.ROOT, "%,d accepted", simulator.accepted().count()));
      }
    }
    await().atMost(Duration.ofMinutes(10)).until(campaign::completed);
    double seconds = (System.nanoTime() - begun) / 1e9;
    double statements = statements(fleet) - statementsBefore;
    new SentOnce(simulator, campaign).verify();
    new CountersEqualRows(campaign).verify();
    new EverybodySettled(campaign).verify();
    story.accept(
        String.format(
            Locale.ROOT,
            "%,d recipients in %.0f s (%.0f/s), %s; %.0f SQL statements, one for %.0f recipients",
            recipients,
            seconds,
            recipients / seconds,
            campaign.counts(),
            statements,
            recipients / statements));
    live.forEach(this::tell);
  }

  private void tell(String role, List<Sample> live) {
    double first = mean(live, sample -> sample.accepted() <= recipients * 0.1);
    double last = mean(live, sample -> sample.accepted() >= recipients * 0.9);
    story.accept(
        String.format(
            Locale.ROOT,
            "%s: %.1f MiB in use after collection in the first tenth, %.1f in the last (%+.0f %%);"
                + " all along: %s",
            role,
            first,
            last,
            100 * (last / first - 1),
            live.stream().map(sample -> sample.liveBytes() / (1024 * 1024)).toList()));
  }

  private static double mean(List<Sample> live, Predicate<Sample> some) {
    double bytes =
        live.stream().filter(some).mapToLong(Sample::liveBytes).average().orElse(Double.NaN);
    return bytes / (1024 * 1024);
  }

  private static double statements(Fleet fleet) throws InterruptedException {
    double sum = 0;
    for (String name : fleet.names()) {
      sum += fleet.get(name).metric("sluice_sql_statements_total");
    }
    return sum;
  }
}

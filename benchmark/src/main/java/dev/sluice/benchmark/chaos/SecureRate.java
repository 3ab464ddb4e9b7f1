package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.NobodyInDoubt;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.SimulatorReport;
import dev.sluice.local.TemporaryFolder;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** A fast sender over TLS with a slow provider. */
public final class SecureRate {
  /**
   * How long the worker sends before it is measured. On two cores that run everything, young JVMs
   * leave to compilation what TLS at this rate needs for half a minute.
   */
  private static final Duration WARM_UP = Duration.ofSeconds(40);

  private final int recipients;
  private final double rate;
  private final Duration answers;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param rate messages/s
   * @param answers how long the provider takes to respond
   * @param story receives a line for each measurement
   */
  public SecureRate(int recipients, double rate, Duration answers, Consumer<String> story) {
    this.recipients = recipients;
    this.rate = rate;
    this.answers = answers;
    this.story = story;
  }

  /**
   * Runs it with one worker.
   *
   * @throws AssertionError if a recipient is in doubt or the rate is not reached
   */
  public void run() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1);
        TemporaryFolder folder = new TemporaryFolder("certificate")) {
      TestEnvironment environment = TestEnvironment.create(servers, 2);
      SelfSignedCertificate certificate =
          SelfSignedCertificate.writtenTo(folder.path().resolve("provider.pem"));
      try (WhatsAppSimulator simulator =
              new WhatsAppSimulator(
                  SimulatorConfig.friendly(rate * 2)
                      .withLatency(answers, answers.plusMillis(1))
                      .withTls(certificate));
          CampaignRun campaign = new CampaignRun(environment, recipients, rate, 1);
          CampaignRun warmUp =
              campaign.another((int) Math.max(recipients, rate * WARM_UP.toSeconds()));
          Fleet fleet =
              new Fleet(
                  environment,
                  simulator.url(),
                  Map.of(
                      "WHATSAPP_CA_FILE",
                      certificate.file().toString(),
                      // Without the optimizing compiler a handshake takes ten times as long, and
                      // hundreds of them exceed the connect timeout together.
                      "SLUICE_JAVA_OPTIONS",
                      "-XX:TieredStopAtLevel=4"))) {
        Watch watch =
            new Watch(
                List.of(
                    new SentOnce(simulator, campaign),
                    new CountersEqualRows(campaign),
                    new EverybodySettled(campaign),
                    new NobodyInDoubt(campaign)),
                Duration.ofMinutes(5));
        fleet.start("producer", 1);
        fleet.start("status-aggregator", 1);
        fleet.start("worker", 1);
        watch.until("everybody is ready", fleet::ready);
        warmUp.start();
        watch.until("the worker sends", () -> simulator.accepted().count() >= recipients);
        double cold = reached(simulator);
        watch.until("the worker is warm", warmUp::completed);
        simulator.reset();
        campaign.start();
        watch.untilCompleted(campaign);
        double reached = reached(simulator);
        story.accept(
            String.format(
                Locale.ROOT,
                "%d over TLS at %.0f/s, responses after %d ms: %.1f/s (%.1f %%; by a cold worker"
                    + " before, %.1f/s), at most %d in a second; %s",
                recipients,
                rate,
                answers.toMillis(),
                reached,
                100 * reached / rate,
                cold,
                simulator.report().maxInOneSecond(),
                campaign.counts()));
        assertThat(reached).isGreaterThanOrEqualTo(0.95 * rate);
      }
    }
  }

  private double reached(WhatsAppSimulator simulator) {
    SimulatorReport report = simulator.report();
    return (report.accepted() - 1)
        * 1e3
        / Duration.between(report.firstAt(), report.lastAt()).toMillis();
  }
}

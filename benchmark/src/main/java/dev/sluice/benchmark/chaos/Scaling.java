package dev.sluice.benchmark.chaos;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.Guarantee;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Measures how exactly the rate is kept while workers join, leave and die, and how soon others take
 * over. Times are gaps in what the provider accepted.
 */
public final class Scaling {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final double RATE = 80;

  /** Samples no guarantees: auditing eight campaigns four times a second takes half a core. */
  private static final Watch UNDISTURBED = new Watch(List.of(), PATIENCE);

  private final Infrastructure servers;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param servers preferably separate processes, so that a broker's pause is not mistaken for a
   *     worker's
   * @param story receives a line for each measurement
   */
  public Scaling(Infrastructure servers, Consumer<String> story) {
    this.servers = servers;
    this.story = story;
  }

  /** The parts of the measurement. */
  public enum Part {
    /** One sender with four lanes: one worker, then four, then two, then one of them is killed. */
    ONE_SENDER,
    /** Eight senders on four workers; one worker is stopped as planned, another is killed. */
    EIGHT_SENDERS,
    /** Four senders, and every role restarted, one process at a time. */
    ROLLING_RESTART
  }

  /** Runs one part. */
  public void run(Part part) throws Exception {
    switch (part) {
      case ONE_SENDER -> oneSender();
      case EIGHT_SENDERS -> eightSenders();
      case ROLLING_RESTART -> new RollingRestart(servers, story).run();
    }
  }

  private void oneSender() throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 8);
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
        CampaignRun campaign = new CampaignRun(environment, 12_000, RATE, 4);
        Fleet fleet = new Fleet(environment, simulator.url())) {
      Watch watch = watch(simulator, campaign);
      fleet.start("producer", 1);
      fleet.start("status-aggregator", 1);
      fleet.start("worker", 1);
      watch.until("ready", fleet::ready);
      campaign.start();
      steady("1 worker", 1, watch, simulator, 400, 800);
      for (int i = 2; i <= 4; i++) {
        // One after another, as in a rollout: a starting JVM needs a core to itself.
        fleet.start("worker " + i);
        watch.until(i + " workers are ready", fleet::ready);
      }
      steady("4 workers", 1, watch, simulator, 400, 1_200);
      int before = (int) simulator.accepted().count();
      fleet.stop("worker 4");
      fleet.stop("worker 3");
      steady("2 workers", 1, watch, simulator, 400, 1_200);
      story.accept(gap("two workers stopped as planned", simulator, "106540352242922", before));
      fleet.kill("worker 2");
      steady("1 worker after a SIGKILL", 1, watch, simulator, 1_000, 800);
      watch.untilCompleted(campaign);
      story.accept(
          String.format(
              Locale.ROOT,
              "one sender at %.0f/s over 1, 4, 2, 1 workers, one killed: at most %d in any second;"
                  + " %s",
              RATE,
              simulator.report().maxInOneSecond(),
              campaign.counts()));
    }
  }

  private void eightSenders() throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 24);
    List<CampaignRun> campaigns = new ArrayList<>();
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
        Fleet fleet = new Fleet(environment, simulator.url())) {
      List<Guarantee> guarantees = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        CampaignRun campaign =
            new CampaignRun(environment, "sender" + i, number(i), 10_000, RATE, 1);
        campaigns.add(campaign);
        guarantees.add(new CountersEqualRows(campaign));
        guarantees.add(new SentOnce(simulator, campaign));
        guarantees.add(new EverybodySettled(campaign));
      }
      Watch watch = new Watch(guarantees, PATIENCE);
      fleet.start("producer", 1);
      fleet.start("status-aggregator", 1);
      fleet.start("worker", 4);
      watch.until("ready", fleet::ready);
      for (CampaignRun campaign : campaigns) {
        campaign.start();
      }
      steady("8 senders, 4 workers", 8, watch, simulator, 9_600, 12_800);
      fleet.stop("worker 4");
      steady("8 senders, 3 workers", 8, watch, simulator, 6_400, 12_800);
      tellGaps("after a planned stop", simulator);
      fleet.kill("worker 3");
      steady("8 senders, 2 workers", 8, watch, simulator, 9_600, 12_800);
      tellGaps("after a SIGKILL as well", simulator);
      for (CampaignRun campaign : campaigns) {
        watch.until("everybody has completed", campaign::completed);
      }
      guarantees.forEach(Guarantee::verify);
      for (int i = 0; i < 8; i++) {
        story.accept(
            String.format(
                Locale.ROOT,
                "sender %d: at most %d in any second, best 10 s %.1f/s",
                i,
                simulator.accepted().maxIn(number(i), Duration.ofSeconds(1)),
                simulator.accepted().maxIn(number(i), Duration.ofSeconds(10)) / 10.0));
      }
    } finally {
      campaigns.forEach(CampaignRun::close);
    }
  }

  /**
   * Measures what the provider accepts while no worker joins or leaves, after {@code settling}
   * messages.
   */
  private void steady(
      String who,
      int senders,
      Watch watch,
      WhatsAppSimulator simulator,
      int settling,
      int measured) {
    long settled = simulator.accepted().count() + settling;
    watch.until(who + " settles", () -> simulator.accepted().count() >= settled);
    long from = simulator.accepted().count();
    long begunNanos = System.nanoTime();
    UNDISTURBED.until(who + " goes on", () -> simulator.accepted().count() >= from + measured);
    long sent = simulator.accepted().count() - from;
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    story.accept(
        String.format(
            Locale.ROOT,
            "%s: %.1f/s over %.0f s undisturbed, at most %d of a sender in any second",
            who,
            sent / seconds,
            seconds,
            simulator
                .accepted()
                .maxInOneSecond((int) from / senders, (int) (from + sent) / senders)));
  }

  private static Watch watch(WhatsAppSimulator simulator, CampaignRun campaign) {
    return new Watch(
        List.of(
            new SentOnce(simulator, campaign),
            new CountersEqualRows(campaign),
            new EverybodySettled(campaign)),
        PATIENCE);
  }

  private void tellGaps(String when, WhatsAppSimulator simulator) {
    for (int i = 0; i < 8; i++) {
      story.accept(gap("sender " + i + " " + when, simulator, number(i), 500));
    }
  }

  private static String gap(String what, WhatsAppSimulator simulator, String number, int from) {
    return String.format(
        Locale.ROOT,
        "%s: the longest pause so far was %.2f s",
        what,
        simulator.accepted().longestPause(number, from).toMillis() / 1e3);
  }

  private static String number(int sender) {
    return "10654035224292" + sender;
  }
}

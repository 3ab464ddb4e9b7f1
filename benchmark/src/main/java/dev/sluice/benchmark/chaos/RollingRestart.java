package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.Guarantee;
import dev.sluice.benchmark.guarantee.NobodyInDoubt;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Restarts every role, one process at a time, as a rollout does, while four senders of one lane
 * each send. No message may be lost, duplicated or in doubt, and no lane may pause for long.
 */
final class RollingRestart {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int SENDERS = 4;
  private static final int RECIPIENTS = 40_000;

  /** Of each sender, messages/s. */
  private static final double RATE = 250;

  /** Not much more than a worker needs to stop and another one to take its partitions over. */
  private static final double LONGEST_PAUSE_SECONDS = 2;

  /** Acceptances of a sender before the first restart: a rollout meets processes that have run. */
  private static final int SETTLING = 5_000;

  private final Infrastructure servers;
  private final Consumer<String> story;

  RollingRestart(Infrastructure servers, Consumer<String> story) {
    this.servers = servers;
    this.story = story;
  }

  /**
   * Restarts three workers, two producers, two aggregators and a console.
   *
   * @throws AssertionError if a guarantee was broken or a process did not end in time
   */
  void run() throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 8);
    List<CampaignRun> campaigns = new ArrayList<>();
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(SimulatorConfig.friendly(2 * RATE * SENDERS));
        Fleet fleet = new Fleet(environment, simulator.url(), Fleet.WRITING_SOON)) {
      List<Guarantee> guarantees = new ArrayList<>();
      for (int i = 0; i < SENDERS; i++) {
        CampaignRun campaign =
            new CampaignRun(environment, "sender" + i, number(i), RECIPIENTS, RATE, 1);
        campaigns.add(campaign);
        guarantees.add(new SentOnce(simulator, campaign));
        guarantees.add(new EverybodySettled(campaign));
        guarantees.add(new NobodyInDoubt(campaign));
      }
      Watch watch = new Watch(guarantees, PATIENCE);
      fleet.start("worker", 3);
      fleet.start("producer", 2);
      fleet.start("status-aggregator", 2);
      fleet.start("console", 1);
      watch.until("all roles are ready", fleet::ready);
      for (CampaignRun campaign : campaigns) {
        campaign.start();
      }
      watch.until("the lanes settle", () -> least(simulator) >= SETTLING);
      for (String name : fleet.names()) {
        replace(name, fleet, watch, simulator);
      }
      for (CampaignRun campaign : campaigns) {
        watch.until("all campaigns complete", campaign::completed);
      }
      guarantees.forEach(Guarantee::verify);
      double longest = longestPause(simulator, Collections.nCopies(SENDERS, SETTLING));
      story.accept(
          String.format(
              Locale.ROOT,
              "%,d messages of %d senders at %.0f/s each while every role was restarted: none lost,"
                  + " none duplicated, none in doubt; the longest pause of a lane %.2f s",
              simulator.accepted().count(),
              SENDERS,
              RATE,
              longest));
      assertThat(longest).as("the longest pause, s").isLessThanOrEqualTo(LONGEST_PAUSE_SECONDS);
    } finally {
      campaigns.forEach(CampaignRun::close);
    }
  }

  /** The next one is restarted when this one is ready and every lane has sent for a second. */
  private void replace(String name, Fleet fleet, Watch watch, WhatsAppSimulator simulator)
      throws Exception {
    List<Integer> before = accepted(simulator);
    assertThat(fleet.stop(name)).as("%s ends in time", name).isTrue();
    fleet.start(name);
    watch.until(name + " is ready again", fleet::ready);
    long ready = least(simulator);
    watch.until("the lanes go on", () -> sent(simulator, ready));
    assertThat(least(simulator)).as("sent when %s was back", name).isLessThan(RECIPIENTS);
    story.accept(
        String.format(
            Locale.ROOT,
            "%s was restarted; the longest pause of a lane since %.2f s",
            name,
            longestPause(simulator, before)));
  }

  private static boolean sent(WhatsAppSimulator simulator, long ready) {
    return least(simulator) >= ready + (long) RATE;
  }

  /** Acceptances of the sender with the fewest. */
  private static long least(WhatsAppSimulator simulator) {
    return Collections.min(accepted(simulator));
  }

  /** Acceptances of each sender. */
  private static List<Integer> accepted(WhatsAppSimulator simulator) {
    return IntStream.range(0, SENDERS)
        .mapToObj(i -> (int) simulator.accepted().count(number(i)))
        .toList();
  }

  /** In seconds, after so many acceptances of each sender. */
  private static double longestPause(WhatsAppSimulator simulator, List<Integer> from) {
    Duration longest = Duration.ZERO;
    for (int i = 0; i < SENDERS; i++) {
      Duration pause = simulator.accepted().longestPause(number(i), from.get(i));
      longest = pause.compareTo(longest) > 0 ? pause : longest;
    }
    return longest.toMillis() / 1e3;
  }

  private static String number(int sender) {
    return "10654035224292" + sender;
  }
}

package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EventsTold;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.Guarantee;
import dev.sluice.benchmark.guarantee.InDoubtWereInFlight;
import dev.sluice.benchmark.guarantee.NobodyInDoubt;
import dev.sluice.benchmark.guarantee.RateHeld;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.benchmark.guarantee.StatusOnlyRises;
import dev.sluice.benchmark.guarantee.Watch;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.SimulatorReport;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A campaign that is paused and resumed, during which workers are then replaced as planned, and
 * random roles are killed or frozen at random moments, under every guarantee. The seed determines
 * which and when; moments are counted in messages, so that they are the same on a slower machine.
 */
public final class Chaos {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int LANES = 3;

  /** Longer than the second in which more than the rate might be written after a resume. */
  private static final Duration PAUSED = Duration.ofMillis(1_500);

  private final Plan plan;
  private final Consumer<String> story;
  private final Random random;
  private final AtomicInteger samples = new AtomicInteger();
  private final Map<String, Long> thawAtNanos = new HashMap<>();
  private int frozenSoFar;

  /**
   * The plan of a run.
   *
   * @param recipients the number of recipients
   * @param ratePerSecond the sender's rate, messages/s
   * @param kills how many roles are killed, each restarted at once
   * @param freezes how many roles are frozen, each while another of its kind runs
   * @param frozen how long each is frozen
   * @param seed determines which roles, and when
   * @param alone whether nothing else runs on the machine
   */
  public record Plan(
      int recipients,
      int ratePerSecond,
      int kills,
      int freezes,
      Duration frozen,
      long seed,
      boolean alone) {}

  /**
   * Creates a run.
   *
   * @param story receives a line for each event
   */
  public Chaos(Plan plan, Consumer<String> story) {
    this.plan = plan;
    this.story = story;
    random = new Random(plan.seed());
  }

  /**
   * Runs the plan with three workers, two producers and two aggregators.
   *
   * @throws AssertionError if a guarantee is broken
   */
  public void run() throws Exception {
    TestEnvironment environment = TestEnvironment.create(6);
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(SimulatorConfig.friendly(plan.ratePerSecond() * 2.0));
        CampaignRun campaign =
            new CampaignRun(environment, plan.recipients(), plan.ratePerSecond(), LANES);
        Fleet fleet =
            new Fleet(environment, simulator.url(), Fleet.sayingWhen(Fleet.WRITING_SOON))) {
      RateHeld exact = new RateHeld(simulator, CampaignRun.ADDRESS, plan.ratePerSecond(), LANES);
      RateHeld rate = plan.alone() ? exact : exact.onABusyMachine();
      InDoubtWereInFlight inDoubt = new InDoubtWereInFlight(environment.kafka(), campaign);
      Watch watch =
          new Watch(
              List.of(
                  counting(),
                  new SentOnce(simulator, campaign),
                  new CountersEqualRows(campaign),
                  new StatusOnlyRises(campaign),
                  new EverybodySettled(campaign),
                  new EventsTold(environment.kafka(), campaign),
                  inDoubt,
                  rate),
              PATIENCE);
      fleet.start("producer", 2);
      fleet.start("status-aggregator", 2);
      fleet.start("worker", 3);
      watch.until("everybody is ready", fleet::ready);
      campaign.start();
      pauseAndResume(campaign, watch, simulator);
      for (String worker : List.of("worker 1", "worker 2")) {
        replace(worker, watch, simulator, fleet);
      }
      long sent = simulator.accepted().count();
      watch.until("what those sent is written", () -> written(campaign) >= sent);
      new NobodyInDoubt(campaign).verify();
      trouble(simulator, fleet, watch, inDoubt);
      watch.until("everybody is thawed", () -> thawed(fleet));
      watch.untilCompleted(campaign);
      tell(campaign, simulator.report(), inDoubt);
      story.accept(rate.toString());
      inDoubt.doubts(simulator.accepted()).lines().forEach(story);
    }
  }

  private void pauseAndResume(CampaignRun campaign, Watch watch, WhatsAppSimulator simulator)
      throws Exception {
    watch.until("it sends", () -> simulator.accepted().count() > plan.ratePerSecond() / 2);
    campaign.command("pause");
    watch.until(
        "the pause holds",
        () ->
            campaign.status() == CampaignStatus.PAUSED
                && simulator.accepted().idleFor(CampaignRun.ADDRESS, PAUSED));
    story.accept("at " + simulator.accepted().count() + ": paused and resumed");
    campaign.command("resume");
  }

  private void replace(String worker, Watch watch, WhatsAppSimulator simulator, Fleet fleet)
      throws Exception {
    long before = simulator.accepted().count();
    watch.until("it goes on", () -> simulator.accepted().count() > before);
    assertThat(fleet.stop(worker)).as("%s ends in time", worker).isTrue();
    fleet.start(worker);
    story.accept("at " + simulator.accepted().count() + ": " + worker + " was replaced");
  }

  private long written(CampaignRun campaign) {
    return plan.recipients() - campaign.counts().getOrDefault(RecipientStatus.PENDING, 0L);
  }

  private Guarantee counting() {
    return new Guarantee() {
      @Override
      public void sample() {
        samples.incrementAndGet();
      }

      @Override
      public void verify() {}
    };
  }

  private void trouble(
      WhatsAppSimulator simulator, Fleet fleet, Watch watch, InDoubtWereInFlight inDoubt)
      throws Exception {
    int events = plan.kills() + plan.freezes();
    for (int event = 0; event < events; event++) {
      int share = plan.recipients() * 9 / 10 / events;
      int moment = event * share + random.nextInt(Math.max(1, share));
      boolean freeze = random.nextInt(events - event) < plan.freezes() - frozenSoFar;
      watch.until(
          "seed " + plan.seed() + ": " + moment + " messages are accepted",
          () -> {
            thawed(fleet);
            return simulator.accepted().count() >= moment;
          });
      if (freeze) {
        watch.until("somebody can be spared", () -> freezeSomebody(fleet, moment, inDoubt));
      } else {
        kill(fleet, moment, inDoubt);
      }
    }
  }

  private void kill(Fleet fleet, int moment, InDoubtWereInFlight inDoubt) throws Exception {
    List<String> living =
        fleet.names().stream().filter(name -> !thawAtNanos.containsKey(name)).toList();
    String victim = living.get(random.nextInt(living.size()));
    String event = "at " + moment + ": SIGKILL " + victim;
    story.accept(event);
    fleet.kill(victim);
    fleet.start(victim);
    if (victim.startsWith("worker")) {
      inDoubt.remember(victim, event);
    }
  }

  private boolean freezeSomebody(Fleet fleet, int moment, InDoubtWereInFlight inDoubt)
      throws Exception {
    thawed(fleet);
    List<String> spare =
        fleet.names().stream()
            .filter(name -> !thawAtNanos.containsKey(name))
            .filter(name -> awake(fleet, name.split(" ", 2)[0]) > 1)
            .toList();
    if (spare.isEmpty()) {
      return false;
    }
    String victim = spare.get(random.nextInt(spare.size()));
    String event = "at " + moment + ": SIGSTOP " + victim;
    story.accept(event);
    fleet.get(victim).freeze();
    thawAtNanos.put(victim, System.nanoTime() + plan.frozen().toNanos());
    frozenSoFar++;
    if (victim.startsWith("worker")) {
      inDoubt.remember(victim, event);
    }
    return true;
  }

  private long awake(Fleet fleet, String role) {
    return fleet.names().stream()
        .filter(name -> name.startsWith(role))
        .filter(name -> !thawAtNanos.containsKey(name))
        .count();
  }

  /** Thaws the roles that are due; returns whether none is left frozen. */
  private boolean thawed(Fleet fleet) throws Exception {
    for (Map.Entry<String, Long> entry : Map.copyOf(thawAtNanos).entrySet()) {
      if (System.nanoTime() >= entry.getValue()) {
        story.accept("SIGCONT " + entry.getKey());
        fleet.get(entry.getKey()).thaw();
        thawAtNanos.remove(entry.getKey());
      }
    }
    return thawAtNanos.isEmpty();
  }

  private void tell(CampaignRun campaign, SimulatorReport report, InDoubtWereInFlight inDoubt) {
    Map<RecipientStatus, Long> counts = campaign.counts();
    story.accept(
        String.format(
            Locale.ROOT,
            "seed %d: %d accepted, %d twice; %s; %d in flight at kills and freezes; at most %d in"
                + " a second; %d samples",
            plan.seed(),
            report.accepted(),
            report.duplicates(),
            counts,
            inDoubt.inFlight(),
            report.maxInOneSecond(),
            samples.get()));
  }
}

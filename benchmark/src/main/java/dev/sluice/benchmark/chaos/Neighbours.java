package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.NeighboursUnharmed;
import dev.sluice.benchmark.guarantee.NeighboursUnharmed.Neighbour;
import dev.sluice.benchmark.guarantee.Share;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TemporaryFolder;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.assertj.core.api.SoftAssertions;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Causes a fault of one sender, campaign or record while others send: a steady campaign and twelve
 * small ones. The services are not restarted between faults, so that lasting effects are noticed
 * too. The provider is reached over TLS.
 */
public final class Neighbours {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration WARM_UP = Duration.ofSeconds(15);

  /** How long a fault takes to begin at most, while everybody sends. */
  private static final Duration ALONE = Duration.ofSeconds(15);

  /** The same behind what the steady campaign has queued. */
  private static final Duration BEHIND = Duration.ofSeconds(30);

  /** How long several take, on a busy machine. */
  private static final Duration TOGETHER = Duration.ofSeconds(15);

  /** How long they are watched before the fault, where that counts instead of their rate. */
  private static final Duration BEFORE = Duration.ofSeconds(4);

  private static final int SMALL_ONES = 12;
  private static final double SMALL_RATE = 5;

  private final Infrastructure servers;
  private final double rate;
  private final Duration lasting;
  private final Share share;
  private final Set<Fault> sameSender;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param rate the steady campaign's rate, messages/s
   * @param lasting how long each fault lasts
   * @param share what each neighbour must keep
   * @param sameSender the faults whose campaigns belong to the steady sender, whose whole rate is
   *     then measured; only {@link Fault#ofCampaigns}
   * @param story receives a line for each event
   */
  public Neighbours(
      Infrastructure servers,
      double rate,
      Duration lasting,
      Share share,
      Set<Fault> sameSender,
      Consumer<String> story) {
    this.servers = servers;
    this.rate = rate;
    this.lasting = lasting;
    this.share = share;
    this.sameSender = Set.copyOf(sameSender);
    this.story = story;
  }

  /**
   * Causes these faults one after another.
   *
   * @throws AssertionError if an unrelated campaign was affected
   */
  public void oneByOne(List<Fault> faults) throws Exception {
    run(faults.stream().map(List::of).toList());
  }

  /**
   * Causes these faults at the same time.
   *
   * @throws AssertionError if an unrelated campaign was affected
   */
  public void together(List<Fault> faults) throws Exception {
    run(List.of(faults));
  }

  private void run(List<List<Fault>> groups) throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, Scene.PARTITIONS);
    List<Neighbour> senders = new ArrayList<>();
    try (TemporaryFolder folder = new TemporaryFolder("certificate")) {
      SelfSignedCertificate certificate =
          SelfSignedCertificate.writtenTo(folder.path().resolve("provider.pem"));
      run(
          groups,
          environment,
          senders,
          certificate,
          new ProviderFiles(folder.path(), certificate.file()));
    } finally {
      senders.forEach(one -> one.campaign().close());
    }
  }

  private void run(
      List<List<Fault>> groups,
      TestEnvironment environment,
      List<Neighbour> senders,
      SelfSignedCertificate certificate,
      ProviderFiles files)
      throws Exception {
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(SimulatorConfig.friendly(2_000).withTls(certificate));
        Gate gate = new Gate(simulator.port());
        Fleet fleet =
            new Fleet(
                environment,
                simulator.url(),
                Fleet.sayingWhen(
                    Map.of(
                        "WHATSAPP_CA_FILE",
                        files.certificates().toString(),
                        ProviderFiles.VARIABLE,
                        files.write(Gate.PROVIDER, gate.url())
                            + ","
                            + files.write(ConnectionFaults.NOWHERE, "https://nowhere.invalid"))));
        Scene scene = new Scene(environment, simulator, fleet, share.ofRate())) {
      fleet.start("producer", 1);
      fleet.start("status-aggregator", 1);
      fleet.start("worker", 2);
      await("everybody is ready").atMost(PATIENCE).until(fleet::ready);
      senders.add(neighbour(environment, "steady", rate));
      for (int i = 0; i < SMALL_ONES; i++) {
        senders.add(neighbour(environment, "small" + i, SMALL_RATE));
      }
      if (share.ofRate()) {
        warmUp(senders);
      }
      Map<List<Fault>, String> harmed = new LinkedHashMap<>();
      for (List<Fault> group : groups) {
        group.forEach(fault -> story.accept(fault + ": " + fault.words()));
        try {
          run(group, scene, gate, senders);
        } catch (AssertionError | ConditionTimeoutException e) {
          harmed.put(group, String.valueOf(e.getMessage()));
          story.accept("  HARMED: " + e.getMessage());
        }
      }
      assertThat(harmed).as("faults that harmed others").isEmpty();
    }
  }

  private static Neighbour neighbour(TestEnvironment environment, String name, double rate) {
    return new Neighbour(new CampaignRun(environment, name, name, 1, rate, 1), name, 1, rate);
  }

  /** Warms the processes up, as the cost of cold ones is not an effect of the first fault. */
  private void warmUp(List<Neighbour> senders) throws Exception {
    story.accept("everybody sends for a while, undisturbed");
    List<CampaignRun> campaigns =
        senders.stream()
            .map(one -> one.campaign().another((int) (one.rate() * WARM_UP.toSeconds())))
            .toList();
    try {
      for (CampaignRun campaign : campaigns) {
        campaign.start();
      }
      await("everybody is warm")
          .atMost(PATIENCE)
          .until(() -> campaigns.stream().allMatch(CampaignRun::completed));
    } finally {
      campaigns.forEach(CampaignRun::close);
    }
  }

  private void run(List<Fault> faults, Scene scene, Gate gate, List<Neighbour> senders)
      throws Exception {
    List<Incident> incidents = new ArrayList<>();
    for (Fault fault : faults) {
      scene.victimsBeside(sameSender.contains(fault) ? senders.getFirst().campaign() : null);
      incidents.add(fault.in(scene, gate, story));
    }
    for (Incident incident : incidents) {
      incident.prepare();
    }
    List<Neighbour> neighbours = new ArrayList<>();
    try {
      for (Neighbour one : senders) {
        if (incidents.stream().anyMatch(incident -> incident.concerns(one.address()))) {
          continue;
        }
        int recipients = (int) Math.ceil(one.rate() * lasting.plus(beginning(faults)).toSeconds());
        neighbours.add(
            new Neighbour(
                one.campaign().another(recipients), one.address(), recipients, one.rate()));
      }
      NeighboursUnharmed unharmed =
          new NeighboursUnharmed(scene.simulator(), neighbours, share, story);
      for (Neighbour one : neighbours) {
        one.campaign().start();
      }
      await("everybody sends")
          .atMost(PATIENCE)
          .until(() ->
              neighbours.stream()
                  .allMatch(
                      one -> scene.simulator().accepted().countOf(one.campaign().id() + ":") > 5));
      if (!share.ofRate()) {
        unharmed.begin();
        pass(BEFORE);
        unharmed.calm();
      }
      verifyUnharmed(incidents, unharmed);
      assertThat(scene.simulator().accepted().perRecipient().values())
          .as("acceptances of each")
          .allMatch(count -> count == 1);
    } finally {
      neighbours.forEach(one -> one.campaign().close());
      scene.clear();
    }
  }

  private Duration beginning(List<Fault> faults) {
    if (!share.ofRate()) {
      return BEFORE.plus(TOGETHER);
    }
    return faults.stream().anyMatch(sameSender::contains) ? BEHIND : ALONE;
  }

  private static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
  }

  private void verifyUnharmed(List<Incident> incidents, NeighboursUnharmed unharmed) {
    List<Incident> begun = new ArrayList<>();
    SoftAssertions.assertSoftly(all -> {
      collect(all, () -> measure(incidents, begun, unharmed));
      begun.forEach(incident -> collect(all, incident::end));
    });
  }

  private static void collect(SoftAssertions all, Incident.Step step) {
    try {
      step.run();
    } catch (Exception | AssertionError e) {
      all.fail(e.toString(), e);
    }
  }

  private void measure(List<Incident> incidents, List<Incident> begun, NeighboursUnharmed unharmed)
      throws Exception {
    unharmed.begin();
    for (Incident incident : incidents) {
      begun.add(incident);
      incident.begin();
    }
    if (share.ofRate()) {
      // The time to begin is not attributed to the fault.
      unharmed.begin();
    }
    pass(lasting);
    unharmed.measure();
    await("everybody else completes while it lasts")
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(unharmed.unfinished()).isEmpty());
    unharmed.verify();
    for (Incident incident : incidents) {
      incident.tookPlace();
    }
  }
}

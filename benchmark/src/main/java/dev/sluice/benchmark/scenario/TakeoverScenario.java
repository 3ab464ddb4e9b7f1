package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.local.Moments;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.LaneKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How long lanes send nothing when a role is killed, stopped as planned or restarted. */
final class TakeoverScenario implements Scenario {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final double RATE = 80;

  /** Each sender has one lane, and a partition for itself. */
  private static final int SENDERS = 8;

  /** A sender's messages before anything happens, when its lanes are at their pace. */
  private static final int SETTLED = 400;

  @Override
  public String name() {
    return "takeover";
  }

  @Override
  public String description() {
    return "longest pause of a lane when a worker or a producer is killed, stopped or restarted";
  }

  /** Seconds that are looked at after each event. */
  @Override
  public int usualSize() {
    return 12;
  }

  /** An event at a role. */
  enum Event {
    NOTHING("nothing happens", Duration.ofMillis(500)),
    PRODUCERS_KILLED("both producers killed in turn and started again", Duration.ofMillis(500)),
    PRODUCERS_STOPPED("both producers stopped in turn and started again", Duration.ofMillis(500)),
    WORKER_STOPPED("a worker stopped as planned", Duration.ofSeconds(1)),
    WORKER_KILLED("a worker killed", Duration.ofSeconds(8));

    private final String words;
    private final Duration most;

    Event(String words, Duration most) {
      this.words = words;
      this.most = most;
    }
  }

  /**
   * The pauses after an event.
   *
   * @param pauses the longest one of each lane
   */
  record Seen(Event event, List<Duration> pauses) {
    private static final Duration LONG = Duration.ofSeconds(1);

    Seen {
      pauses = List.copyOf(pauses);
    }

    private Duration longest() {
      return pauses.stream().max(Duration::compareTo).orElseThrow();
    }

    private long longOnes() {
      return pauses.stream().filter(pause -> pause.compareTo(LONG) > 0).count();
    }

    Report.Row row() {
      return Report.Row.of(
          event.words,
          longest().toMillis() / 1e3,
          event.most.toMillis() / 1e3,
          (double) longOnes());
    }

    boolean missed() {
      return longest().compareTo(event.most) > 0;
    }

    @Override
    public String toString() {
      return event.words + ": no lane pauses for more than " + event.most.toMillis() + " ms";
    }
  }

  @Override
  public Report run(int size) throws Exception {
    List<Seen> seen = new ArrayList<>();
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(SimulatorConfig.friendly(RATE * 2));
        Servers servers = new Servers(SENDERS);
        Fleet fleet = MeasuredRoles.of(servers, simulator.url(), Fleet.SAYING_WHEN)) {
      for (String role :
          List.of(
              "producer 1",
              "producer 2",
              "status-aggregator 1",
              "worker 1",
              "worker 2",
              "worker 3")) {
        fleet.start(role);
      }
      await().atMost(PATIENCE).until(fleet::ready);
      List<String> senders = senders(SENDERS);
      // Each event takes two sizes, and JVMs start meanwhile.
      int recipients = (int) (RATE * Event.values().length * (2 * size + 60));
      for (String sender : senders) {
        WaitingCampaign.insertSender(servers, sender, sender, RATE, 1);
        WaitingCampaign.draft(servers, sender, recipients).start(servers);
      }
      await()
          .atMost(PATIENCE)
          .until(() -> senders.stream().allMatch(one -> simulator.accepted().count(one) > SETTLED));
      for (Event event : Event.values()) {
        long before = Moments.now();
        happen(event, fleet, Duration.ofSeconds(size));
        long after = Moments.now();
        seen.add(
            new Seen(
                event,
                senders.stream()
                    .map(one -> simulator.written().written(one).longestPause(before, after))
                    .toList()));
        restore(event, fleet, Duration.ofSeconds(size));
      }
    }
    return new Report(
        List.of("longest pause, s", "expected, s", "lanes > 1 s"),
        seen.stream().map(Seen::row).toList(),
        seen.stream().filter(Seen::missed).map(Seen::toString).toList());
  }

  private static void happen(Event event, Fleet fleet, Duration watched) throws Exception {
    switch (event) {
      case NOTHING -> pass(watched);
      case PRODUCERS_KILLED -> {
        for (String producer : List.of("producer 1", "producer 2")) {
          fleet.kill(producer);
          fleet.start(producer);
          passWithAll(fleet, watched);
        }
      }
      case PRODUCERS_STOPPED -> {
        for (String producer : List.of("producer 1", "producer 2")) {
          fleet.stop(producer);
          fleet.start(producer);
          passWithAll(fleet, watched);
        }
      }
      case WORKER_STOPPED -> {
        fleet.stop("worker 3");
        pass(watched);
      }
      case WORKER_KILLED -> {
        fleet.kill("worker 2");
        pass(watched);
      }
    }
  }

  /** Brings back what the event has left away, before the next one. */
  private static void restore(Event event, Fleet fleet, Duration settling) throws Exception {
    if (event == Event.WORKER_STOPPED) {
      fleet.start("worker 3");
    }
    passWithAll(fleet, settling);
  }

  /** Waits this long once all processes are ready: with both producers dead nobody feeds lanes. */
  private static void passWithAll(Fleet fleet, Duration time) {
    await().atMost(PATIENCE).until(fleet::ready);
    pass(time);
  }

  private static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
  }

  /** Returns names of senders whose lanes lie in as many partitions. */
  static List<String> senders(int partitions) {
    List<String> senders = new ArrayList<>();
    for (int number = 0; senders.size() < partitions; number++) {
      String sender = "sender" + number;
      if (new LaneKey(sender, 0).partition(partitions) == senders.size()) {
        senders.add(sender);
      }
    }
    return senders;
  }
}

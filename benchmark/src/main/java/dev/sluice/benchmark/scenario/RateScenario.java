package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.RateHeld;
import dev.sluice.local.Moments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How exactly a sender's rate is reached and kept, with one worker and with three that share it,
 * before a pause and after the resume.
 */
final class RateScenario implements Scenario {
  private static final int[] RATES = {80, 400, 800, 1_000, 5_000};
  private static final int[] WORKERS = {1, 3};
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration QUIET = Duration.ofSeconds(2);

  /** How long a worker may take to get to its rate. */
  private static final Duration SLOW_START = Duration.ofSeconds(2);

  private static final double LEAST_SHARE = 0.99;
  private static final double BUNCHING = 0.02;

  /** Sent first, at the highest rate, until the processes have compiled their code. */
  private static final int WARM_UP = 50_000;

  @Override
  public String name() {
    return "rate";
  }

  @Override
  public String description() {
    return "share of a rate and worst second, 80 to 5,000/s, 1 and 3 workers, around a pause";
  }

  /** Seconds before the pause, and as many after the resume. */
  @Override
  public int usualSize() {
    return 10;
  }

  @Override
  public Report run(int size) throws Exception {
    List<Measured> measured = new ArrayList<>();
    for (int workers : WORKERS) {
      // As many partitions as workers, so that each has one of the lanes.
      try (ProviderJvm provider = ProviderJvm.plainFirst(LATENCY);
          Servers servers = new Servers(workers);
          Fleet fleet = MeasuredRoles.of(servers, provider.url(), Fleet.SAYING_WHEN)) {
        fleet.start("producer 1");
        fleet.start("status-aggregator 1");
        for (int worker = 1; worker <= workers; worker++) {
          fleet.start("worker " + worker);
        }
        await().atMost(PATIENCE).until(fleet::ready);
        WaitingCampaign.insertSender(servers, "s", "106540352242922", 1, workers);
        warmUp(servers, provider);
        for (int rate : RATES) {
          measured.add(measure(rate, workers, Duration.ofSeconds(size), servers, provider));
        }
      }
    }
    return new Report(
        List.of("% of the rate", "after a pause", "written in 1 s", "arrived in 1 s"),
        measured.stream().map(Measured::row).toList(),
        measured.stream().flatMap(one -> one.missed().stream()).toList());
  }

  private static void warmUp(Servers servers, ProviderJvm provider) throws Exception {
    setRate(servers, RATES[RATES.length - 1]);
    WaitingCampaign.draft(servers, WARM_UP).start(servers);
    await().atMost(PATIENCE).until(() -> provider.count() >= WARM_UP);
  }

  private static Measured measure(
      int rate, int workers, Duration time, Servers servers, ProviderJvm provider)
      throws Exception {
    Duration sending = time.plus(SLOW_START);
    setRate(servers, rate);
    // With some to spare, as it is still sending when it is cancelled.
    WaitingCampaign campaign =
        WaitingCampaign.draft(servers, (int) (3L * rate * sending.toSeconds()));
    servers.settle();
    long begun = Moments.now();
    Span before = sending(campaign, "start", sending, servers, provider);
    campaign.command(servers, "pause");
    awaitQuiet(provider);
    Span after = sending(campaign, "resume", sending, servers, provider);
    campaign.command(servers, "cancel");
    awaitQuiet(provider);
    Moments arrivals = provider.arrivals().between(begun, Long.MAX_VALUE);
    return new Measured(
        rate,
        workers,
        before.share(arrivals, rate),
        after.share(arrivals, rate),
        provider.writes().between(begun, Long.MAX_VALUE).worstSecond(),
        arrivals.worstSecond());
  }

  private static void setRate(Servers servers, int rate) throws Exception {
    servers.execute("UPDATE sluice.sender SET rate_per_second = ?", (double) rate);
  }

  /** Lets it send for this time from its first message on. */
  private static Span sending(
      WaitingCampaign campaign,
      String command,
      Duration time,
      Servers servers,
      ProviderJvm provider)
      throws Exception {
    int count = provider.count();
    campaign.command(servers, command);
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> provider.count() > count);
    long first = Moments.now();
    pass(time);
    return new Span(first + SLOW_START.toNanos() / 1_000, Moments.now());
  }

  private static void awaitQuiet(ProviderJvm provider) throws Exception {
    int before;
    do {
      before = provider.count();
      pass(QUIET);
    } while (provider.count() > before);
  }

  private static void pass(Duration time) {
    await().pollDelay(time).atMost(time.plusMinutes(1)).until(() -> true);
  }

  /** A time in which a campaign should send at its full rate, µs. */
  private record Span(long from, long to) {
    double share(Moments arrivals, int rate) {
      return arrivals.perSecond(from, to) / rate;
    }
  }

  /**
   * The measurements at one rate.
   *
   * @param before the share of the rate before the pause, from the third second on
   * @param after the same after the resume
   * @param written the most written within a second
   * @param arrived the most that arrived within a second
   */
  record Measured(int rate, int workers, double before, double after, int written, int arrived) {
    Report.Row row() {
      return Report.Row.of(name(), 100 * before, 100 * after, (double) written, (double) arrived);
    }

    private String name() {
      return String.format(
          Locale.ROOT, "%,d/s, %d worker%s", rate, workers, workers == 1 ? "" : "s");
    }

    List<String> missed() {
      List<String> missed = new ArrayList<>();
      if (Math.min(before, after) < LEAST_SHARE) {
        missed.add(name() + ": at least 99 % of the rate");
      }
      int mostWritten = RateHeld.most(rate, workers);
      if (written > mostWritten) {
        missed.add(name() + ": at most " + mostWritten + " written in a second");
      }
      int mostArrived = rate + Math.max(2, (int) (rate * BUNCHING));
      if (arrived > mostArrived) {
        missed.add(name() + ": at most " + mostArrived + " arriving in a second");
      }
      return missed;
    }
  }
}

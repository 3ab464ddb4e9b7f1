package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.local.Moments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The cost of a message in campaigns of a hundredth, a tenth and all of a size, and beside ten
 * times as many older rows, at a high rate and with small heaps.
 */
final class ScaleScenario implements Scenario {
  private static final double RATE = 2_500;
  private static final String HEAP = "-Xmx256m";
  private static final List<String> ROLES =
      List.of("producer 1", "worker 1", "status-aggregator 1", "console 1");
  private static final Duration LATENCY = Duration.ofMillis(50);
  private static final Duration SLOW_START = Duration.ofSeconds(2);

  /** How long a campaign must take for its rate to mean something. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

  private static final double LEAST_SHARE = 0.99;
  private static final double MOST_COST = 1.1;

  /** How many campaigns of the smallest size are measured together, as one is over too soon. */
  private static final int SMALL_ONES = 10;

  /** Older rows belong to as many campaigns. */
  private static final int OLDER_CAMPAIGNS = 10;

  @Override
  public String name() {
    return "scale";
  }

  @Override
  public String description() {
    return "µs CPU a message by a campaign's size and beside older rows, at 2,500/s in 256 MiB";
  }

  @Override
  public int usualSize() {
    return 1_000_000;
  }

  @Override
  public Report run(int size) throws Exception {
    int tenth = size / 10;
    try (ProviderJvm provider = ProviderJvm.plain(LATENCY);
        Servers servers = new Servers(1);
        Fleet fleet =
            MeasuredRoles.of(servers, provider.url(), Map.of("SLUICE_JAVA_OPTIONS", HEAP))) {
      WaitingCampaign.insertSender(servers, "s", "106540352242922", RATE, 1);
      for (String role : ROLES) {
        fleet.start(role);
      }
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      // Until the processes have compiled their code.
      measure("", tenth, 2, servers, fleet, provider);
      List<Cost> costs = new ArrayList<>();
      costs.add(
          measure(
              SMALL_ONES + " of " + words(size / 100),
              size / 100,
              SMALL_ONES,
              servers,
              fleet,
              provider));
      Cost usual = measure(words(tenth), tenth, 1, servers, fleet, provider);
      costs.add(usual);
      costs.add(measure(words(size), size, 1, servers, fleet, provider));
      for (int older = 0; older < OLDER_CAMPAIGNS; older++) {
        WaitingCampaign.insertSent(servers, size);
      }
      costs.add(
          measure(
              words(tenth) + " beside " + words(OLDER_CAMPAIGNS * size) + " older",
              tenth,
              1,
              servers,
              fleet,
              provider));
      return new Report(
          List.of("messages/s", "µs CPU", "of " + words(tenth), "live heap MiB"),
          costs.stream().map(cost -> cost.row(usual)).toList(),
          costs.stream().flatMap(cost -> cost.missed(usual).stream()).toList());
    }
  }

  private static String words(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Sends this many campaigns of this size, one after another. */
  private static Cost measure(
      String name,
      int recipients,
      int campaigns,
      Servers servers,
      Fleet fleet,
      ProviderJvm provider)
      throws Exception {
    Duration cpu = Duration.ZERO;
    double share = Double.NaN;
    for (int number = 0; number < campaigns; number++) {
      WaitingCampaign campaign = WaitingCampaign.draft(servers, recipients);
      servers.settle();
      long begun = Moments.now();
      Duration before = cpuTime(servers, fleet);
      campaign.start(servers);
      await()
          .atMost(Duration.ofSeconds(60 + (long) (2 * recipients / RATE)))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> campaign.sent(servers) == recipients);
      cpu = cpu.plus(cpuTime(servers, fleet).minus(before));
      if (recipients >= RATE * LONG_ENOUGH.toSeconds()) {
        Moments arrivals = provider.arrivals().between(begun, Long.MAX_VALUE);
        long settled = arrivals.at(0) + SLOW_START.toNanos() / 1_000;
        share = arrivals.between(settled, Long.MAX_VALUE).perSecond() / RATE;
      }
    }
    return new Cost(
        name, share, cpu.toNanos() / 1e3 / recipients / campaigns, liveMebibytes(fleet));
  }

  private static Duration cpuTime(Servers servers, Fleet fleet) throws Exception {
    Duration all = servers.brokerCpuTime().plus(servers.databaseCpuTime());
    for (String role : ROLES) {
      all = all.plus(fleet.get(role).cpuTime());
    }
    return all;
  }

  /** Returns what the fullest of the roles holds after a full collection. */
  private static double liveMebibytes(Fleet fleet) throws Exception {
    long most = 0;
    for (String role : ROLES) {
      most = Math.max(most, fleet.get(role).liveBytes());
    }
    return most / (1024.0 * 1024);
  }

  /**
   * The cost of a message.
   *
   * @param share the share of the rate from the third second on; NaN if it is over too soon
   * @param micros CPU of the roles, the broker and PostgreSQL, µs
   * @param liveMebibytes the most that a role holds afterwards
   */
  record Cost(String name, double share, double micros, double liveMebibytes) {
    Report.Row row(Cost usual) {
      return Report.Row.of(name, share * RATE, micros, micros / usual.micros, liveMebibytes);
    }

    List<String> missed(Cost usual) {
      List<String> missed = new ArrayList<>();
      if (share < LEAST_SHARE) {
        missed.add(name + ": at least 99 % of the rate");
      }
      if (micros > MOST_COST * usual.micros) {
        missed.add(name + ": within 10 % of the cost of " + usual.name);
      }
      return missed;
    }
  }
}

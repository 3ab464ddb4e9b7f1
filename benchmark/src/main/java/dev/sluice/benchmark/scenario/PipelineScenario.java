package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A campaign without a rate limit through four role processes, compared with the bare HTTP client
 * calling the same provider with the same concurrency, and the cost of a message in each process.
 */
final class PipelineScenario implements Scenario {
  private static final int IN_FLIGHT = 256;

  /** One sender may use three quarters of a worker's places in flight. */
  private static final int PLACES = IN_FLIGHT * 4 / 3;

  private static final List<String> ROLES =
      List.of("producer 1", "worker 1", "status-aggregator 1", "console 1");
  private static final Duration[] LATENCIES = {Duration.ZERO, Duration.ofMillis(50)};
  private static final Duration BARE_TIME = Duration.ofSeconds(10);

  /** The share of the size that is sent first, until the processes have compiled their code. */
  private static final double WARM_UP = 0.5;

  @Override
  public String name() {
    return "pipeline";
  }

  @Override
  public String description() {
    return "messages/s without a rate, beside the bare HTTP client; µs CPU a message by process";
  }

  @Override
  public int usualSize() {
    return 200_000;
  }

  @Override
  public Report run(int size) throws Exception {
    List<Report.Row> rows = new ArrayList<>();
    for (Duration latency : LATENCIES) {
      try (ProviderJvm provider = ProviderJvm.plain(latency);
          Servers servers = new Servers(1);
          Fleet fleet =
              MeasuredRoles.of(
                  servers,
                  provider.url(),
                  Map.of("SLUICE_MAX_IN_FLIGHT", Integer.toString(PLACES)))) {
        servers.execute(
            "INSERT INTO sluice.sender (id, address, rate_per_second)"
                + " VALUES ('s', '106540352242922', 1000000)");
        ClientLoad.Cost bare = bare(provider);
        for (String role : ROLES) {
          fleet.start(role);
        }
        await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
        secondsToSend((int) (WARM_UP * size), servers);
        Map<String, Duration> before = cpuTimes(servers, fleet);
        double perSecond = size / secondsToSend(size, servers);
        Map<String, Duration> after = cpuTimes(servers, fleet);
        List<Double> micros =
            after.entrySet().stream()
                .map(entry -> entry.getValue().minus(before.get(entry.getKey())))
                .map(cpu -> cpu.toNanos() / 1e3 / size)
                .toList();
        double all = micros.stream().mapToDouble(Double::doubleValue).sum();
        String name = latency.toMillis() + " ms";
        rows.add(row("bare client, " + name, bare.perSecond(), 1, bare.cpuMicros(), NO_PROCESSES));
        rows.add(row("Sluice, " + name, perSecond, perSecond / bare.perSecond(), all, micros));
      }
    }
    return new Report(
        List.of(
            "messages/s",
            "of bare",
            "µs CPU",
            "producer",
            "worker",
            "aggregator",
            "console",
            "broker",
            "PostgreSQL"),
        rows);
  }

  private static final List<Double> NO_PROCESSES =
      List.of(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  private static Report.Row row(
      String name, double perSecond, double ofBare, double micros, List<Double> byProcess) {
    List<Double> values = new ArrayList<>(List.of(perSecond, ofBare, micros));
    values.addAll(byProcess);
    return new Report.Row(name, values);
  }

  /** Measures after a warm-up of the same length. */
  private static ClientLoad.Cost bare(ProviderJvm provider) {
    WhatsAppConfig config =
        WhatsAppConfig.of(provider.url(), WhatsAppConfig.DEFAULT_API_VERSION, "benchmark");
    try (MessageProvider client = new WhatsAppProvider(config, IN_FLIGHT)) {
      ClientLoad load = new ClientLoad(client, IN_FLIGHT);
      load.run(BARE_TIME);
      return load.run(BARE_TIME);
    }
  }

  /** Returns the time from the command to the last row, s. */
  private static double secondsToSend(int recipients, Servers servers) throws Exception {
    WaitingCampaign campaign = WaitingCampaign.draft(servers, recipients);
    servers.settle();
    long begun = System.nanoTime();
    campaign.start(servers);
    await()
        .atMost(Duration.ofMinutes(4))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> campaign.sent(servers) == recipients);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Returns the CPU times by process, in the order of the columns. */
  private static Map<String, Duration> cpuTimes(Servers servers, Fleet fleet) throws Exception {
    Map<String, Duration> times = new LinkedHashMap<>();
    for (String role : ROLES) {
      times.put(role, fleet.get(role).cpuTime());
    }
    times.put("broker", servers.brokerCpuTime());
    times.put("PostgreSQL", servers.databaseCpuTime());
    return times;
  }
}

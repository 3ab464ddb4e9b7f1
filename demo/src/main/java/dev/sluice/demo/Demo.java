package dev.sluice.demo;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.console.WebhookConfig;
import dev.sluice.local.EmbeddedInfrastructure;
import dev.sluice.local.FreePort;
import dev.sluice.local.ReceiptConfig;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.SimulatorReport;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.RecipientStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One demonstration.
 *
 * @param recipients a CSV file, or null to generate recipients
 * @param count how many to generate
 * @param rate the sender's rate and the simulator's limit, messages/s
 * @param workers the number of workers and of the sender's lanes
 * @param port the console's preferred port
 */
record Demo(@Nullable Path recipients, int count, double rate, int workers, int port) {
  static final int LANE_PARTITIONS = 24;

  /** The share of messages that the simulated recipients answer. */
  static final double REPLIED = 0.05;

  private static final int MOST_REASONS = 5;

  /** Longer than the slowest response, retry and flush together. */
  private static final Duration STUCK_AFTER = Duration.ofSeconds(90);

  private static final Duration READY_WITHIN = Duration.ofMinutes(2);

  /**
   * The result of a demo.
   *
   * @param faults deviations from the guarantees, in words
   */
  record Outcome(Summary summary, List<String> faults) {}

  /** Runs the demo, printing its progress. */
  Outcome run(Closer closer, PrintWriter out, boolean terminal) throws Exception {
    say(out, "Starting Kafka, PostgreSQL and a WhatsApp simulator …");
    Health health = new Health();
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    EmbeddedInfrastructure infrastructure = closer.register(EmbeddedInfrastructure.temporary());
    KafkaConfig kafka = KafkaConfig.of(infrastructure.bootstrapServers());
    DatabaseConfig services = infrastructure.database(TestEnvironment.APP, "sluice");
    LocalPipeline.migrate(infrastructure, kafka, LANE_PARTITIONS);
    int consolePort = FreePort.preferably(port);
    WebhookConfig webhooks =
        new WebhookConfig(Optional.of(UUID.randomUUID().toString()), Optional.empty(), List.of());
    WhatsAppSimulator simulator =
        closer.register(new WhatsAppSimulator(simulator(consolePort, webhooks)));
    simulator.setReceiptsHeld(true);
    LocalPipeline pipeline =
        closer.register(
            new LocalPipeline(
                LocalPipelineConfig.of(kafka, services, simulator.url(), workers, consolePort)
                    .withWebhooks(webhooks),
                health,
                meters));
    await(() -> pipeline.ready(LANE_PARTITIONS), READY_WITHIN, "the services did not come up");
    String url = "http://localhost:" + pipeline.consolePort();
    say(out, "Watch it: " + url);

    ConsoleClient console = closer.register(new ConsoleClient(url));
    Prepared prepared = prepare(console, out);
    UUID campaign = prepared.campaign();
    long total = prepared.recipients();
    Database database =
        closer.register(new Database(services, 1, "demo", new SimpleMeterRegistry()));
    DemoAudit audit = new DemoAudit(database.sql(), campaign);
    say(out, String.format("Sending to %,d recipients at %s messages/s", total, plain(rate)));

    double statementsBefore = statements(meters);
    Instant startedAt = Instant.now();
    console.post("/api/campaigns/" + campaign + "/start", Map.of());
    watch(audit, simulator, health, DemoProgress.of(terminal, out, total));
    long sqlStatements = Math.round(statements(meters) - statementsBefore);
    if (DemoReceipts.comeFrom(recipients, count)) {
      say(out, "Everything is sent. The phones report, and their reports are written in batches:");
      simulator.setReceiptsHeld(false);
      DemoReceipts.watch(audit, out);
    }

    SimulatorReport report = simulator.report();
    Summary summary = summary(audit, report, total, startedAt, sqlStatements);
    List<String> faults = new ArrayList<>(audit.faults());
    if (report.duplicates() > 0) {
      faults.add(report.duplicates() + " messages were accepted twice");
    }
    say(out, "");
    out.print(summary.text());
    Instant last = report.lastAt();
    if (last != null) {
      Duration settling = Duration.between(last, audit.completedAt());
      say(out, String.format("  settled      %.2f s after that", settling.toMillis() / 1000.0));
    }
    audit.reasons(MOST_REASONS).forEach(reason -> say(out, "  " + reason));
    faults.forEach(fault -> say(out, "FAULT: " + fault));
    say(
        out,
        faults.isEmpty()
            ? "Every recipient is settled, counters equal rows, nobody was sent to twice."
            : "This should not have happened.");
    say(
        out,
        "Try next: ./sluice local, then open http://localhost:8080 and send a campaign yourself.");
    return new Outcome(summary, faults);
  }

  private SimulatorConfig simulator(int consolePort, WebhookConfig webhooks) throws IOException {
    SimulatorConfig config = SimulatorConfig.friendly(rate);
    return DemoReceipts.comeFrom(recipients, count)
        ? config.withReceipts(
            ReceiptConfig.to(
                    URI.create("http://localhost:" + consolePort + "/webhooks/whatsapp"),
                    webhooks.appSecret().orElseThrow())
                .within(DemoReceipts.SPREAD)
                .withReplies(REPLIED))
        : config;
  }

  /**
   * A campaign that is ready to start.
   *
   * @param recipients as many as were imported; the console may not have counted them
   */
  record Prepared(UUID campaign, long recipients) {}

  /**
   * Creates sender and campaign and imports the recipients, through the console as any client
   * would.
   */
  Prepared prepare(ConsoleClient console, PrintWriter out) throws Exception {
    Path csv = recipients;
    Path temporary = null;
    if (csv == null) {
      temporary = Files.createTempFile("sluice-demo-", ".csv");
      DemoRecipients.write(temporary, count);
      csv = temporary;
    }
    try {
      console.put(
          "/api/senders/demo",
          Map.of(
              "provider",
              "whatsapp",
              "address",
              "106540352242922",
              "ratePerSecond",
              rate,
              "lanes",
              workers));
      JsonNode file = console.postCsv("/api/recipients/check", csv);
      List<String> columns =
          file.path("variables").values().stream().map(JsonNode::asString).toList();
      JsonNode created =
          console.post(
              "/api/campaigns",
              Map.of(
                  "name", "Spring offer",
                  "sender", "demo",
                  "message", DemoRecipients.message(columns)));
      UUID campaign = UUID.fromString(created.path("id").asString());
      JsonNode imported = console.importCsv(campaign, csv);
      report(imported, out);
      return new Prepared(campaign, imported.path("accepted").asLong());
    } finally {
      if (temporary != null) {
        Files.deleteIfExists(temporary);
      }
    }
  }

  private static void report(JsonNode imported, PrintWriter out) {
    say(
        out,
        String.format(
            "Imported %,d recipients (%,d duplicates, %,d rejected)",
            imported.path("accepted").asLong(),
            imported.path("duplicates").asLong(),
            imported.path("rejectedCount").asLong()));
    int shown = 0;
    for (JsonNode line : imported.path("rejected")) {
      say(out, "  line " + line.path("line").asLong() + ": " + line.path("reason").asString());
      shown++;
    }
    long more = imported.path("rejectedCount").asLong() - shown;
    if (more > 0) {
      say(out, String.format("  … and %,d more", more));
    }
  }

  private static void watch(
      DemoAudit audit, WhatsAppSimulator simulator, Health health, DemoProgress shown)
      throws InterruptedException {
    long accepted = 0;
    long lastProgress = System.nanoTime();
    try (DemoProgress progress = shown) {
      while (!audit.completed()) {
        long now = simulator.accepted().count();
        if (now > accepted) {
          accepted = now;
          lastProgress = System.nanoTime();
        } else if (System.nanoTime() - lastProgress > STUCK_AFTER.toNanos()) {
          throw new IllegalStateException(
              String.format(
                  "no progress for %d s after %d messages; problems: %s",
                  STUCK_AFTER.toSeconds(), accepted, health.problems()));
        }
        progress.show(accepted);
        Thread.sleep(100);
      }
      progress.show(simulator.accepted().count());
    }
  }

  private static Summary summary(
      DemoAudit audit, SimulatorReport report, long total, Instant startedAt, long sqlStatements) {
    Map<RecipientStatus, Integer> rows = audit.rows();
    long read = rows.getOrDefault(RecipientStatus.READ, 0);
    long delivered = rows.getOrDefault(RecipientStatus.DELIVERED, 0) + read;
    Instant last = report.lastAt();
    double seconds = last == null ? 0 : Duration.between(startedAt, last).toMillis() / 1000.0;
    return new Summary(
        total,
        rows.getOrDefault(RecipientStatus.SENT, 0) + delivered,
        delivered,
        read,
        rows.getOrDefault(RecipientStatus.FAILED, 0),
        rows.getOrDefault(RecipientStatus.UNCONFIRMED, 0),
        rows.getOrDefault(RecipientStatus.SUPPRESSED, 0),
        report.duplicates(),
        startedAt,
        seconds,
        seconds == 0 ? 0 : Math.round(report.accepted() / seconds * 10) / 10.0,
        report.maxInOneSecond(),
        sqlStatements);
  }

  private static double statements(PrometheusMeterRegistry meters) {
    return meters.find(Database.STATEMENTS).counters().stream().mapToDouble(Counter::count).sum();
  }

  private static void await(BooleanSupplier condition, Duration within, String otherwise)
      throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(otherwise + " within " + within.toSeconds() + " s");
      }
      Thread.sleep(50);
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }
}

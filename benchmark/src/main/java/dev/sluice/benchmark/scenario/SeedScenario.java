package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.WhatsAppConfig;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.schema.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import tools.jackson.databind.JsonNode;

/**
 * A small campaign at 80/s in three ways: a loop in one process that writes each outcome at once,
 * the same with batches, and Sluice, which alone survives a crash. The loops have one call in
 * flight, which is enough for a provider that responds at once.
 */
final class SeedScenario implements Scenario {
  private static final double RATE = 80;
  private static final List<String> ROLES =
      List.of("producer 1", "worker 1", "status-aggregator 1");
  private static final JsonNode MESSAGE =
      Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"Olá Ana\"}}");

  @Override
  public String name() {
    return "seed";
  }

  @Override
  public String description() {
    return "a small campaign at 80/s: a loop with a statement a message, one with batches, Sluice";
  }

  @Override
  public int usualSize() {
    return 678;
  }

  @Override
  public Report run(int size) throws Exception {
    List<Report.Row> rows = new ArrayList<>();
    try (ProviderJvm provider = ProviderJvm.plain(Duration.ZERO);
        Servers servers = new Servers(1);
        Fleet fleet = MeasuredRoles.of(servers, provider.url(), Map.of())) {
      servers.execute(
          "INSERT INTO sluice.sender (id, address, rate_per_second)"
              + " VALUES ('s', '106540352242922', ?)",
          RATE);
      rows.add(loop("a statement a message", servers, provider, size, 1));
      rows.add(loop("batches of 100", servers, provider, size, 100));
      for (String role : ROLES) {
        fleet.start(role);
      }
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      sluice(servers, fleet, size / 4);
      rows.add(sluice(servers, fleet, size));
    }
    return new Report(List.of("seconds", "SQL statements", "WAL bytes"), rows);
  }

  private static Report.Row loop(
      String name, Servers servers, ProviderJvm provider, int size, int batch) throws Exception {
    WaitingCampaign campaign = WaitingCampaign.sending(servers, size);
    servers.settle();
    WhatsAppConfig config =
        WhatsAppConfig.of(provider.url(), WhatsAppConfig.DEFAULT_API_VERSION, "benchmark");
    long wal = servers.walBytes();
    long begun = System.nanoTime();
    int statements = 0;
    try (MessageProvider client = new WhatsAppProvider(config, 1);
        Connection connection = servers.connect();
        PreparedStatement rows =
            connection.prepareStatement(
                """
                UPDATE sluice.campaign_recipient
                SET status = 'SENT', provider_message_id = 'wamid.' || id, attempts = 1,
                    updated_at = clock_timestamp()
                WHERE id >= ? AND id < ?
                """);
        PreparedStatement counter =
            connection.prepareStatement(
                "UPDATE sluice.campaign SET sent = sent + ? WHERE id = ?")) {
      connection.setAutoCommit(false);
      for (int i = 0, written = 0; i < size; i++) {
        LockSupport.parkNanos(begun + (long) (i * 1e9 / RATE) - System.nanoTime());
        SendOutcome outcome =
            client.send(
                new OutgoingMessage(
                    "106540352242922", "+55119" + (60_000_000 + i), MESSAGE, "c:" + i + ":1"));
        if (!(outcome instanceof SendOutcome.Accepted)) {
          throw new IllegalStateException("not accepted: " + outcome);
        }
        int waiting = i + 1 - written;
        if (waiting == batch || i == size - 1) {
          rows.setLong(1, campaign.firstId() + written);
          rows.setLong(2, campaign.firstId() + i + 1);
          rows.executeUpdate();
          counter.setInt(1, waiting);
          counter.setObject(2, campaign.id());
          counter.executeUpdate();
          connection.commit();
          written = i + 1;
          statements += 2;
        }
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    return row(name, seconds, statements, servers.walBytes() - wal);
  }

  private static Report.Row sluice(Servers servers, Fleet fleet, int size) throws Exception {
    WaitingCampaign campaign = WaitingCampaign.draft(servers, size);
    servers.settle();
    double statements = statements(fleet);
    long wal = servers.walBytes();
    long begun = System.nanoTime();
    campaign.start(servers);
    await()
        .atMost(Duration.ofMinutes(4))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> campaign.sent(servers) == size);
    double seconds = (System.nanoTime() - begun) / 1e9;
    return row("Sluice", seconds, statements(fleet) - statements, servers.walBytes() - wal);
  }

  private static Report.Row row(String name, double seconds, double statements, long wal) {
    return Report.Row.of(name, seconds, statements, (double) wal);
  }

  private static double statements(Fleet fleet) throws InterruptedException {
    double statements = 0;
    for (String role : ROLES) {
      statements += fleet.get(role).metric("sluice_sql_statements_total");
    }
    return statements;
  }
}

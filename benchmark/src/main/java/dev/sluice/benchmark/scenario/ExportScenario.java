package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.postgresql.PGConnection;

/** An export of recipients through the console's API, compared with a COPY of the same rows. */
final class ExportScenario implements Scenario {
  private static final int PORTION = 64 * 1024;

  /** The least speed expected of an export, rows/s. */
  private static final int LEAST = 50_000;

  @Override
  public String name() {
    return "export";
  }

  @Override
  public String description() {
    return "rows/s of a campaign's CSV file from the console, beside a bare COPY of the same rows";
  }

  @Override
  public int usualSize() {
    return 1_000_000;
  }

  @Override
  public Report run(int size) throws Exception {
    try (Servers servers = new Servers(1);
        Fleet fleet =
            MeasuredRoles.of(
                servers, "http://localhost:1", Map.of("SLUICE_JAVA_OPTIONS", "-Xmx256m"))) {
      WaitingCampaign.insertSender(servers);
      UUID some = campaign(servers, size / 10);
      UUID all = campaign(servers, size);
      servers.settle();
      RoleJvm console = fleet.start("console 1");
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      export(console, some, size / 10);
      double copied = copy(servers, all);
      double exported = export(console, all, size);
      return report(size / copied, size / exported, console.heapMiB());
    }
  }

  static Report report(double bare, double sluice, double heapMiB) {
    return new Report(
        List.of("rows/s", "expected", "of bare", "heap MiB"),
        List.of(
            Report.Row.of("bare COPY", bare, Double.NaN, 1.0, Double.NaN),
            Report.Row.of("Sluice", sluice, (double) LEAST, sluice / bare, heapMiB)),
        sluice < LEAST ? List.of("Sluice: at least " + LEAST + " rows/s") : List.of());
  }

  private static UUID campaign(Servers servers, int size) throws SQLException {
    UUID id = WaitingCampaign.sending(servers, 0).id();
    servers.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, external_id, status,
          provider_message_id, attempts, sent_at, delivered_at)
        SELECT ?, '+55119' || (60000000 + n),
          jsonb_build_object('first_name', 'Ana ' || n, 'city', 'Recife'), 'crm-' || n,
          'DELIVERED', 'wamid.HBgNNTUxMTk5OTk5OTk5ORUCABEYEjQ2' || n, 1, now(), now()
        FROM generate_series(1, ?) AS n
        """,
        id,
        size);
    return id;
  }

  private static double copy(Servers servers, UUID campaign) throws Exception {
    try (Connection connection = servers.connect()) {
      long begun = System.nanoTime();
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyOut(
              "COPY (SELECT phone, external_id, status, error_code, created_at, updated_at,"
                  + " sent_at, delivered_at, read_at, failed_at, provider_message_id, variables"
                  + " FROM sluice.campaign_recipient WHERE campaign_id = '"
                  + campaign
                  + "' ORDER BY phone) TO STDOUT (FORMAT csv)",
              OutputStream.nullOutputStream());
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private static double export(RoleJvm console, UUID campaign, int size) throws Exception {
    URI file = URI.create(console.url() + "/api/campaigns/" + campaign + "/export");
    try (HttpClient http = HttpClient.newHttpClient()) {
      long begun = System.nanoTime();
      HttpResponse<InputStream> answer =
          http.send(HttpRequest.newBuilder(file).build(), BodyHandlers.ofInputStream());
      long lines = lines(answer.body());
      double seconds = (System.nanoTime() - begun) / 1e9;
      if (answer.statusCode() != 200 || lines != size + 1) {
        throw new IllegalStateException(answer.statusCode() + " with " + lines + " lines");
      }
      return seconds;
    }
  }

  private static long lines(InputStream file) throws Exception {
    byte[] portion = new byte[PORTION];
    long lines = 0;
    for (int read = file.read(portion); read >= 0; read = file.read(portion)) {
      for (int i = 0; i < read; i++) {
        lines += portion[i] == '\n' ? 1 : 0;
      }
    }
    return lines;
  }
}

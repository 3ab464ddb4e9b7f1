package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.TestEnvironment;
import dev.sluice.schema.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.postgresql.PGConnection;
import tools.jackson.databind.JsonNode;

/** Measures how fast the console imports a large file, compared with PostgreSQL's own maximum. */
public final class ImportSpeed {
  private final int rows;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param story receives a line for each measurement
   */
  public ImportSpeed(int rows, Consumer<String> story) {
    this.rows = rows;
    this.story = story;
  }

  /**
   * The measurements.
   *
   * @param heapMiB the size to which the console's heap grew, MiB
   */
  public record Times(double copySeconds, double importSeconds, double heapMiB) {}

  /** Runs it, with the console as a process with a heap of 256 MiB. */
  public Times run() throws Exception {
    Path csv = Files.createTempFile("sluice-import-", ".csv");
    Path copy = Files.createTempFile("sluice-copy-", ".tsv");
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      TestEnvironment environment = TestEnvironment.create(servers, 1);
      try (CampaignRun bare = new CampaignRun(environment, 0, 80, 1);
          Fleet fleet = new Fleet(environment, "http://localhost:1")) {
        RoleJvm console = fleet.start("console 1");
        await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
        // Warm up with a tenth, as a running console is.
        write(csv, copy, bare.id(), rows / 10);
        upload(console, create(console), csv);
        write(csv, copy, bare.id(), rows);
        double copied = copy(environment, copy);
        story.accept(String.format(Locale.ROOT, "bare COPY of %,d rows: %.1f s", rows, copied));
        long begun = System.nanoTime();
        JsonNode report = upload(console, create(console), csv);
        double imported = (System.nanoTime() - begun) / 1e9;
        assertThat(report.path("accepted").asInt()).isEqualTo(rows);
        story.accept(
            String.format(
                Locale.ROOT,
                "import of the same rows: %.1f s, %.0f %% of the speed; heap at most %.0f MiB",
                imported,
                100 * copied / imported,
                console.heapMiB()));
        return new Times(copied, imported, console.heapMiB());
      }
    } finally {
      Files.delete(csv);
      Files.delete(copy);
    }
  }

  private static void write(Path csv, Path copy, UUID campaign, int rows) throws IOException {
    try (BufferedWriter people = Files.newBufferedWriter(csv);
        BufferedWriter bare = Files.newBufferedWriter(copy)) {
      people.write("phone,first_name,city\n");
      for (int i = 0; i < rows; i++) {
        String phone = "+55119" + (60_000_000 + i);
        people.write(phone + ",Ana " + i + ",Recife\n");
        bare.write(
            campaign + "\t" + phone + "\t{\"first_name\":\"Ana " + i + "\",\"city\":\"Recife\"}\n");
      }
    }
  }

  private static double copy(TestEnvironment environment, Path file) throws Exception {
    try (var connection =
            DriverManager.getConnection(
                environment.owner().url(),
                environment.owner().user(),
                environment.owner().password());
        var stream = Files.newInputStream(file)) {
      long begun = System.nanoTime();
      connection
          .unwrap(PGConnection.class)
          .getCopyAPI()
          .copyIn(
              "COPY sluice.campaign_recipient (campaign_id, phone, variables) FROM STDIN",
              stream,
              256 * 1024);
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private static String create(RoleJvm console) throws Exception {
    return Json.MAPPER
        .readTree(
            send(
                HttpRequest.newBuilder(URI.create(console.url() + "/api/campaigns"))
                    .header("Content-Type", "application/json")
                    .POST(
                        BodyPublishers.ofString(
                            "{\"name\":\"import\",\"sender\":\"s\",\"message\":"
                                + "{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"))))
        .path("id")
        .asString();
  }

  private static JsonNode upload(RoleJvm console, String campaign, Path csv) throws Exception {
    return Json.MAPPER.readTree(
        send(
            HttpRequest.newBuilder(
                    URI.create(console.url() + "/api/campaigns/" + campaign + "/recipients"))
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofFile(csv))));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var answer = http.send(request.build(), BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
      return answer.body();
    }
  }
}

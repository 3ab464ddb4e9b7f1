package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.TestEnvironment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A short version of {@code sluice benchmark neighbours --only console}, with a kill. */
@Tag("weekly")
class CrowdedConsoleIT {
  /** Tolerates other load on the machine; waiting for the whole crowd would take longer. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final SeparateInfrastructure SERVERS = new SeparateInfrastructure(1);

  @AfterAll
  static void stop() {
    SERVERS.close();
  }

  @Test
  void aPauseIsAnsweredWhateverElseGoesOnAtTheConsole() throws Exception {
    new CrowdedConsole(SERVERS, 50_000, PATIENCE, System.out::println).pauses();
  }

  @Test
  void aConsoleThatIsKilledDuringAnImportHasAddedNobody() throws Exception {
    TestEnvironment environment = TestEnvironment.create(SERVERS, 1);
    try (CampaignRun campaign = new CampaignRun(environment, 0, 80, 1);
        Connection owner =
            DriverManager.getConnection(
                environment.owner().url(),
                environment.owner().user(),
                environment.owner().password());
        Fleet fleet = new Fleet(environment, "http://localhost:1")) {
      RoleJvm console = fleet.start("console 1");
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      var cut = upload(console, campaign, 300_000);
      await().pollInterval(Duration.ofMillis(10)).until(() -> copies(owner) > 0);
      fleet.kill("console 1");
      assertThat(cut).failsWithin(Duration.ofSeconds(20));
      await().until(() -> copies(owner) == 0);
      assertThat(campaign.statuses()).isEmpty();

      RoleJvm another = fleet.start("console 1");
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      assertThat(upload(another, campaign, 10).join().body()).contains("\"accepted\":10,");
    }
  }

  private static CompletableFuture<HttpResponse<String>> upload(
      RoleJvm console, CampaignRun campaign, int rows) {
    String csv =
        IntStream.range(0, rows)
            .mapToObj(row -> "+55119" + (60_000_000 + row))
            .collect(Collectors.joining("\n", "phone\n", "\n"));
    return HttpClient.newHttpClient()
        .sendAsync(
            HttpRequest.newBuilder(
                    URI.create(console.url() + "/api/campaigns/" + campaign.id() + "/recipients"))
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString(csv))
                .build(),
            BodyHandlers.ofString());
  }

  private static int copies(Connection owner) throws Exception {
    try (var statement = owner.createStatement();
        var count =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_progress_copy"
                    + " WHERE datname = current_database()")) {
      count.next();
      return count.getInt(1);
    }
  }
}

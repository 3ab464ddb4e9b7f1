package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.TestEnvironment;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * A console with 10,000 campaigns, a heap of 256 MiB and a crowd of users: pausing or starting a
 * campaign must stay fast, and memory must not grow.
 */
public final class CrowdedConsole {
  private static final int CAMPAIGNS = 10_000;
  private static final int DRAFTS = 49;
  private static final int IMPORTS = 3;
  private static final int WARM_UP = 50;

  /** The share of lists that are answered at once; for the rest the client is asked to retry. */
  private static final double MOST = 0.95;

  private static final long MIB = 1024 * 1024;

  /** How much memory use may grow from beginning to end: compiled code's constants, caches. */
  private static final long SLACK = 16 * MIB;

  private final Infrastructure servers;
  private final int rows;
  private final Duration pausedWithin;
  private final Consumer<String> story;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * Creates a run.
   *
   * @param rows rows of the imported file
   * @param pausedWithin the longest that a pause may take; a viewer may go without events for five
   *     times as long
   * @param story receives a line for each measurement
   */
  public CrowdedConsole(
      Infrastructure servers, int rows, Duration pausedWithin, Consumer<String> story) {
    this.servers = servers;
    this.rows = rows;
    this.pausedWithin = pausedWithin;
    this.story = story;
  }

  /** A running console with its campaigns, one of which keeps changing, and a file to import. */
  private record Place(RoleJvm console, UUID sending, List<UUID> drafts, Path csv) {}

  private interface Scenario {
    void in(Place place) throws Exception;
  }

  /**
   * Runs slow uploads, viewers of many campaigns, some of which do not read, readers of lists, and
   * an import into a draft that others change and archive, all at once. Checks that pauses and
   * starts are answered in time and that none of the others starves.
   */
  public void pauses() throws Exception {
    set(place -> {
      try (ConsoleCrowd crowd = new ConsoleCrowd(place.console().url());
          ExecutorService importing = Executors.newSingleThreadExecutor()) {
        crowd.slowUploaders(20, recipients(place.drafts().getLast()));
        crowd.deafViewers(50);
        crowd.viewers(1);
        crowd.followers(place.drafts().stream().map(CrowdedConsole::path).toList());
        crowd.readers(100);
        // Warm up, as a running console is.
        for (int i = 0; i < WARM_UP; i++) {
          command(place, place.sending(), "pause");
          command(place, place.drafts().get(1), "start");
        }
        crowd.changers(20, path(place.drafts().getFirst()));
        Future<Double> imported =
            importing.submit(() -> importInto(place, place.drafts().getFirst()));
        List<Duration> pauses = new ArrayList<>();
        List<Duration> starts = new ArrayList<>();
        while (!imported.isDone() || pauses.size() < 50) {
          pauses.add(command(place, place.sending(), "pause"));
          if (pauses.size() % 5 == 0) {
            starts.add(command(place, place.drafts().get(1), "start"));
          }
          Thread.sleep(Duration.ofMillis(200));
        }
        tell(crowd, pauses, starts, imported.get());
        assertThat(pauses).as("pauses").allMatch(took -> took.compareTo(pausedWithin) <= 0);
        assertThat(starts).as("starts").allMatch(took -> took.compareTo(pausedWithin) <= 0);
        assertThat(crowd.changes().keySet()).as("changes").isSubsetOf(200, 409);
        assertThat(crowd.share(200)).as("lists that were read").isGreaterThan(MOST);
        assertThat(crowd.longestGap()).as("viewer's gap").isLessThan(pausedWithin.multipliedBy(5));
      }
    });
  }

  private void tell(
      ConsoleCrowd crowd, List<Duration> pauses, List<Duration> starts, double seconds) {
    List<Duration> sorted = pauses.stream().sorted().toList();
    story.accept(
        String.format(
            Locale.ROOT,
            "%,d pauses while 20 slow uploads, 50 viewers that do not read, viewers of %d drafts,"
                + " 100 readers of lists, and an import of %,d rows (%.1f s) into a draft that 20"
                + " changed and archived went on: half within %d ms, the slowest %d ms; %d starts,"
                + " the slowest %d ms; changes by status %s",
            sorted.size(),
            DRAFTS,
            rows,
            seconds,
            sorted.get(sorted.size() / 2).toMillis(),
            sorted.getLast().toMillis(),
            starts.size(),
            Collections.max(starts).toMillis(),
            crowd.changes()));
    story.accept(
        String.format(
            Locale.ROOT,
            "lists by status %s, the slowest %d ms; a viewer's longest gap %d ms; slow uploads"
                + " given up %d",
            crowd.answers(),
            crowd.slowestRead().toMillis(),
            crowd.longestGap().toMillis(),
            crowd.slowUploadsGivenUp()));
  }

  /** Runs 200 viewers and one import after another; checks that heap use does not grow. */
  public void memory() throws Exception {
    set(place -> {
      try (ConsoleCrowd crowd = new ConsoleCrowd(place.console().url())) {
        crowd.viewers(200);
        // Warm up, as a running console is.
        importInto(place, place.drafts().getFirst());
        List<Long> live = new ArrayList<>();
        live.add(place.console().liveBytes());
        // The second one has recipients already.
        for (UUID draft : place.drafts().subList(2, 2 + IMPORTS)) {
          importInto(place, draft);
          live.add(place.console().liveBytes());
        }
        story.accept(
            String.format(
                Locale.ROOT,
                "%,d campaigns, 200 viewers: MiB in use after each import of %,d rows: %s; heap at"
                    + " most %.0f MiB; a viewer's longest gap %d ms",
                CAMPAIGNS,
                rows,
                live.stream().map(bytes -> bytes / MIB).toList(),
                place.console().heapMiB(),
                crowd.longestGap().toMillis()));
        assertThat(live.getLast()).as("bytes in use").isLessThan(live.getFirst() + SLACK);
        assertThat(place.console().log()).noneMatch(line -> line.contains("OutOfMemory"));
      }
    });
  }

  private void set(Scenario scenario) throws Exception {
    Path csv = Files.createTempFile("sluice-crowd-", ".csv");
    TestEnvironment environment = TestEnvironment.create(servers, 1);
    try (Connection owner =
            DriverManager.getConnection(
                environment.owner().url(),
                environment.owner().user(),
                environment.owner().password());
        Fleet fleet = new Fleet(environment, "http://localhost:1");
        ExecutorService changing = Executors.newSingleThreadExecutor()) {
      write(csv);
      List<UUID> campaigns = insert(owner);
      RoleJvm console = fleet.start("console 1");
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      Future<?> changes = changing.submit(change(owner));
      try {
        scenario.in(
            new Place(console, campaigns.getFirst(), campaigns.subList(1, 1 + DRAFTS), csv));
      } finally {
        changes.cancel(true);
      }
    } finally {
      Files.delete(csv);
    }
  }

  private void write(Path csv) throws IOException {
    try (BufferedWriter people = Files.newBufferedWriter(csv)) {
      people.write("phone,first_name,city\n");
      for (int i = 0; i < rows; i++) {
        people.write("+55119" + (60_000_000 + i) + ",Ana " + i + ",Recife\n");
      }
    }
  }

  /** Creates campaigns, one in 50 of which is being sent. */
  private static List<UUID> insert(Connection owner) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    try (var statement = owner.createStatement()) {
      statement.execute(
          "INSERT INTO sluice.sender (id, address) SELECT 's' || n, 'a' || n"
              + " FROM generate_series(1, 200) AS n");
      try (var inserted =
          statement.executeQuery(
              "INSERT INTO sluice.campaign (name, sender_id, message, status, total)"
                  + " SELECT 'campaign ' || n, 's1',"
                  + " '{\"type\":\"text\",\"text\":{\"body\":\"Hi {{first_name}}\"}}',"
                  + " CASE WHEN n % 50 = 1 THEN 'SENDING' WHEN n <= "
                  + (1 + DRAFTS)
                  + " THEN 'DRAFT'"
                  + " ELSE 'COMPLETED' END, 1000000"
                  + " FROM generate_series(1, "
                  + CAMPAIGNS
                  + ") AS n RETURNING id")) {
        while (inserted.next()) {
          ids.add(inserted.getObject(1, UUID.class));
        }
      }
      statement.execute(
          "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
              + " SELECT '"
              + ids.get(2)
              + "', '+55119' || (60000000 + n), '{\"first_name\":\"Ana\"}'"
              + " FROM generate_series(1, 10000) AS n");
    }
    return ids;
  }

  /**
   * Returns a task that keeps changing the campaigns being sent, so that viewers receive events.
   */
  private static Callable<Void> change(Connection owner) {
    return () -> {
      try (var statement = owner.createStatement()) {
        while (!Thread.currentThread().isInterrupted()) {
          statement.execute("UPDATE sluice.campaign SET sent = sent + 1 WHERE status = 'SENDING'");
          Thread.sleep(Duration.ofMillis(500));
        }
      }
      return null;
    };
  }

  /** Imports as soon as those who archive the draft and bring it back let it. */
  private double importInto(Place place, UUID campaign) throws Exception {
    while (true) {
      long begun = System.nanoTime();
      var answer =
          http.send(
              request(place, recipients(campaign))
                  .header("Content-Type", "text/csv")
                  .POST(BodyPublishers.ofFile(place.csv()))
                  .build(),
              BodyHandlers.ofString());
      if (answer.statusCode() == 409 && answer.body().contains("is archived")) {
        continue;
      }
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("\"accepted\":" + rows + ",");
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  private Duration command(Place place, UUID campaign, String what) throws Exception {
    long begun = System.nanoTime();
    var answer =
        http.send(
            request(place, path(campaign) + "/" + what)
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private static HttpRequest.Builder request(Place place, String path) {
    return HttpRequest.newBuilder(URI.create(place.console().url() + path));
  }

  private static String recipients(UUID campaign) {
    return path(campaign) + "/recipients";
  }

  private static String path(UUID campaign) {
    return "/api/campaigns/" + campaign;
  }
}

package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.recipient.RecipientCounts;
import dev.sluice.console.reply.ReplyCounts;
import dev.sluice.console.sender.DailyUsage;
import dev.sluice.console.sql.Checks;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A campaign as the API shows it: found by the beginning of its id, and up to date. */
class CampaignViewTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static Console console;
  private static Database database;

  @BeforeAll
  static void start() {
    database = new Database(ENVIRONMENT.database(), 1, "test", new SimpleMeterRegistry());
    console =
        new Console(
            ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.as(ServiceRole.CONSOLE)),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> {});
    sql().execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
  }

  @AfterAll
  static void stop() {
    console.close();
    database.close();
  }

  @Test
  void theBeginningOfAnIdIsEnoughIfItIsOnlyOnes() {
    campaign("aaaa1111-0000-4000-8000-000000000001");
    campaign("aaaa2222-0000-4000-8000-000000000002");

    assertThat(read("aaaa1111").path("id").asString())
        .isEqualTo("aaaa1111-0000-4000-8000-000000000001");
    assertThat(get("/api/campaigns/aaaa").statusCode()).isEqualTo(409);
    assertThat(get("/api/campaigns/aaaa").body()).contains("give more of it");
    assertThat(get("/api/campaigns/bbbb").statusCode()).isEqualTo(404);
  }

  /** There may be millions of them, and a pause needs the connection. */
  @Test
  void theRecipientsOfAChangedDraftAreCountedOnAConnectionForThat() throws Exception {
    UUID id = UUID.fromString(campaign("dddd0000-0000-4000-8000-000000000004"));
    try (Database owner = new Database(ENVIRONMENT.owner(), 1, "owner", new SimpleMeterRegistry());
        Database commands = named("commands");
        Database counts = named("counts");
        ControlsView controls =
            new ControlsView(ENVIRONMENT.kafka(), new Health(), new SimpleMeterRegistry());
        FreshResults fresh =
            new FreshResults(ENVIRONMENT.kafka(), new Health(), new SimpleMeterRegistry());
        ExecutorService person = Executors.newVirtualThreadPerTaskExecutor()) {
      CampaignViews views =
          new CampaignViews(
              commands.sql(),
              controls,
              fresh,
              new RecipientCounts(),
              new ReplyCounts(),
              new DailyUsage(),
              new NextZones());
      Checks checks = new Checks(counts.sql(), 1);
      CampaignViews.ChangedRow row = CampaignViews.ChangedRow.read(commands.sql(), id);
      assertThat(views.changed(row, checks).get("total")).isEqualTo(0L);
      views.added(id);
      Future<Map<String, Object>> changed =
          owner
              .sql()
              .transactionResult(holding -> {
                holding.dsl().execute("LOCK TABLE sluice.campaign_recipient");
                var counting = person.submit(() -> views.changed(row, checks));
                Awaitility.await().until(() -> waiting(holding.dsl()).contains("sluice-counts"));
                assertThat(waiting(holding.dsl())).doesNotContain("sluice-commands");
                return counting;
              });
      assertThat(changed.get()).containsEntry("id", id);
    }
  }

  /** As other programs could write them once. */
  @Test
  void aCampaignWithUnusableAuthorsIsListedBesideTheOthers() {
    String id = campaign("ffff0000-0000-4000-8000-000000000006");
    try (Database owner =
        new Database(ENVIRONMENT.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner
          .sql()
          .execute("ALTER TABLE sluice.campaign DROP CONSTRAINT IF EXISTS campaign_authors_bound");
    }

    assertThat(authors(id, "ARRAY['crm', NULL, repeat('x', 1000)]"))
        .isEqualTo("[\"crm\",\"" + "x".repeat(64) + "\"]");
    assertThat(authors(id, "ARRAY[['a', 'b'], ['c', 'd']]")).isEqualTo("[\"a\",\"b\",\"c\",\"d\"]");
    assertThat(authors(id, "array_fill('a'::text, ARRAY[1000])"))
        .isEqualTo("[" + "\"a\",".repeat(99) + "\"a\"]");
  }

  private static String authors(String id, String written) {
    sql().execute("UPDATE sluice.campaign SET authors = " + written + " WHERE id = ?::uuid", id);
    HttpResponse<String> list = get("/api/campaigns");
    assertThat(list.statusCode()).as(list.body()).isEqualTo(200);
    return Json.MAPPER
        .readTree(list.body())
        .valueStream()
        .filter(row -> row.path("id").asString().equals(id))
        .map(row -> row.path("authors").toString())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aCampaignIsShownWithoutItsRepliesWhenCountingThemTakesTooLong() {
    String id = campaign("eeee0000-0000-4000-8000-000000000005");
    sql().execute("UPDATE sluice.campaign SET started_at = now() WHERE id = ?::uuid", id);
    try (Database owner =
        new Database(ENVIRONMENT.owner(), 1, "owner", new SimpleMeterRegistry())) {
      JsonNode shown =
          owner
              .sql()
              .transactionResult(holding -> {
                holding.dsl().execute("LOCK TABLE sluice.reply");
                return read(id);
              });
      assertThat(shown.path("id").asString()).isEqualTo(id);
      assertThat(shown.path("replied").isNull()).isTrue();
      assertThat(shown.path("clicks").isNull()).isTrue();
    }
  }

  private static Database named(String service) {
    return new Database(ENVIRONMENT.database(), 1, service, new SimpleMeterRegistry());
  }

  /** Returns the names of the services whose statements wait for a lock. */
  private static List<String> waiting(DSLContext sql) {
    return sql.fetch(
            "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
                + " WHERE NOT granted AND datname = current_database()")
        .getValues(0, String.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/events", "/errors", "/recipients"})
  void anUnknownCampaignIsSaidToBeUnknown(String what) {
    HttpResponse<String> answer = get("/api/campaigns/" + UUID.randomUUID() + what);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).contains("There is no campaign");
    assertThat(get("/api/campaigns/nonsense" + what).statusCode()).isEqualTo(404);
  }

  /** The row is written ten seconds or a hundred results later. */
  @Test
  void resultsAreShownBeforeTheyAreInTheRow() {
    String id = campaign("cccc0000-0000-4000-8000-000000000003");
    try (KafkaProducer<byte[], byte[]> results =
        new KafkaProducer<>(
            ENVIRONMENT.kafka().client(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      // Until the console reads the topic's end, which takes a moment.
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> {
            sql()
                .execute(
                    "UPDATE sluice.campaign SET status = 'SENDING', total = 1000,"
                        + " started_at = clock_timestamp() WHERE id = ?::uuid",
                    id);
            results
                .send(
                    new ProducerRecord<>(
                        ENVIRONMENT.kafka().topics().sendResults(),
                        id.getBytes(StandardCharsets.UTF_8),
                        Json.write(
                            SendResult.of(
                                    1, UUID.fromString(id), 1, RecipientStatus.SENT, Instant.now())
                                .messageId("wamid.1")
                                .attempts(1)
                                .build())))
                .get();
            return read(id).path("unwritten").path("sent").asLong() >= 3
                && read(id).path("perSecond").asDouble() > 0;
          });
    }
    assertThat(read(id).path("counts").path("sent").asLong(-1)).isZero();
    assertThat(read(id).path("pending").asLong()).isEqualTo(1_000);
  }

  private static String campaign(String id) {
    sql()
        .execute(
            "INSERT INTO sluice.campaign (id, name, sender_id, message)"
                + " VALUES (?::uuid, 'n', 's', '{\"type\":\"text\",\"text\":{\"body\":\"x\"}}')",
            id);
    return id;
  }

  private static DSLContext sql() {
    return database.sql();
  }

  private static JsonNode read(String id) {
    return Json.MAPPER.readTree(get("/api/campaigns/" + id).body());
  }

  private static HttpResponse<String> get(String path) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
              .timeout(Duration.ofSeconds(10))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

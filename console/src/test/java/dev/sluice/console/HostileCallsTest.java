package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.Json;
import dev.sluice.schema.jooq.Sluice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Malicious requests get a plain response, write nothing and harm no other client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileCallsTest {
  private static final int GOOD = 40;

  /** The rows of each table. */
  private static final String ROWS =
      Sluice.SLUICE.getTables().stream()
          .map(table ->
              "(SELECT string_agg(t::text, '|' ORDER BY t::text) FROM sluice.%s t)"
                  .formatted(table.getName()))
          .collect(Collectors.joining(", ", "SELECT ", ""));

  private final TestEnvironment environment = TestEnvironment.create(1);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<TopicPartition> written =
      Stream.of(
              environment.kafka().topics().campaignCommands(),
              environment.kafka().topics().sendRequests(),
              environment.kafka().topics().controls())
          .map(topic -> new TopicPartition(topic, 0))
          .toList();
  private final KafkaConsumer<byte[], byte[]> consumer =
      new KafkaConsumer<>(
          environment.kafka().client(Map.of()),
          new ByteArrayDeserializer(),
          new ByteArrayDeserializer());
  private Database database;
  private Console console;
  private RawHttp http;
  private List<HostileCalls.Call> calls = List.of();
  private List<Object> before = List.of();

  @BeforeAll
  void start() {
    database = new Database(environment.database(), 2, "test", meters);
    console =
        new Console(
            ConsoleConfig.of(environment.kafka(), environment.database()),
            new Health(),
            meters,
            settings -> {});
    http = new RawHttp(console.port());
    good("PUT", "/api/senders/brazil", "{\"address\":\"106540352242922\"}");
    calls = HostileCalls.against(campaign("Draft"));
  }

  @AfterAll
  void stop() {
    console.close();
    database.close();
    consumer.close();
  }

  @BeforeEach
  void look() {
    before = everything();
  }

  private Stream<HostileCalls.Call> calls() {
    return calls.stream();
  }

  @ParameterizedTest
  @MethodSource("calls")
  void getsAPlainAnswerAndWritesNothing(HostileCalls.Call call) {
    check(call, http.say(call.request()));

    assertThat(everything()).isEqualTo(before);
  }

  @Test
  void areMany() {
    assertThat(calls).hasSizeGreaterThanOrEqualTo(300);
  }

  @Test
  void harmNobodyBesideThem() throws Exception {
    String campaign = campaign("Beside");
    List<Callable<Boolean>> all = new ArrayList<>();
    for (HostileCalls.Call call : calls) {
      all.add(() -> {
        RawHttp.Answer answer = http.say(call.request());
        // Another request may change the same draft at the same moment.
        if (answer.status() != 409 || !call.request().startsWith("PATCH ")) {
          check(call, answer);
        }
        return true;
      });
    }
    for (int i = 0; i < GOOD; i++) {
      String number = "+55119600%05d".formatted(i);
      String json = "[{\"phone\":\"" + number + "\"}]";
      all.add(
          i * all.size() / GOOD,
          () -> {
            JsonNode report = good("POST", "/api/campaigns/" + campaign + "/recipients", json);
            return report.path("accepted").asInt() == 1;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Boolean> done : threads.invokeAll(all)) {
        assertThat(done.get()).isTrue();
      }
    }
    good("POST", "/api/campaigns/" + campaign + "/start", "");

    assertThat(good("GET", "/api/campaigns/" + campaign, "").path("total").asInt()).isEqualTo(GOOD);
  }

  private static void check(HostileCalls.Call call, RawHttp.Answer answer) {
    assertThat(answer.status()).as("%s: %s", call, answer).isEqualTo(call.status());
    String words = answer.json().replace("\\\"", "\"");
    assertThat(words).contains(call.words()).doesNotContain("java.").doesNotContain("jackson");
    if (call.status() < 400) {
      assertThat(words).doesNotContain("accepted\":1");
      return;
    }
    assertThat(answer.head()).as("%s: %s", call, answer).contains("application/problem+json");
    assertThat(Json.MAPPER.readTree(answer.json()).path("status").asInt()).isEqualTo(call.status());
  }

  /** Returns all rows, and the end offsets of the topics to which the console writes. */
  private List<Object> everything() {
    List<Object> all = new ArrayList<>(database.sql().fetchSingle(ROWS).intoList());
    all.addAll(consumer.endOffsets(written).values());
    return all;
  }

  private String campaign(String name) {
    return good(
            "POST",
            "/api/campaigns",
            "{\"name\":\""
                + name
                + "\",\"sender\":\"brazil\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}")
        .path("id")
        .asString();
  }

  private JsonNode good(String method, String path, String body) {
    RawHttp.Answer answer =
        http.say(
            method
                + " "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body);
    assertThat(answer.status()).as(answer.toString()).isBetween(200, 299);
    return Json.MAPPER.readTree(answer.json());
  }
}

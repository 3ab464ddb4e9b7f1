package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.Sandbox;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Health;
import dev.sluice.schema.Json;
import dev.sluice.schema.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ConsoleTest {
  private static final Sandbox SANDBOX = Sandbox.create(1);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final WebhookConfig WEBHOOKS =
      new WebhookConfig(
          Optional.of("app-secret"), Optional.of("verify-token"), List.of("STOP", "Sair"));
  private static final SimpleMeterRegistry METERS = new SimpleMeterRegistry();
  private static Console console;

  @BeforeAll
  static void start() {
    console = console(Optional.empty());
    send("PUT", "/api/senders/brazil", "application/json", "{\"address\":\"106540352242922\"}");
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void aSenderHasSensibleDefaults() {
    JsonNode sender = body(send("GET", "/api/senders/brazil", "", ""));

    assertThat(sender.path("ratePerSecond").asDouble()).isEqualTo(80);
    assertThat(sender.path("lanes").asInt()).isEqualTo(1);
    assertThat(sender.path("provider").asString()).isEqualTo("whatsapp");
  }

  @Test
  void createsACampaignAndShowsIt() {
    String id = create();
    JsonNode campaign = body(send("GET", "/api/campaigns/" + id, "", ""));

    assertThat(campaign.path("status").asString()).isEqualTo("DRAFT");
    assertThat(campaign.path("senderId").asString()).isEqualTo("brazil");
    assertThat(campaign.path("counts").path("sent").asInt(-1)).isZero();
    assertThat(campaign.path("pending").asInt(-1)).isZero();
  }

  @Test
  void refusesACampaignThatCannotBeSentAndSaysWhy() {
    assertProblem(
        send("POST", "/api/campaigns", "application/json", "{\"name\":\"x\"}"), 400, "sender");
    assertProblem(
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"x\",\"sender\":\"nobody\",\"message\":{\"type\":\"text\"}}"),
        400,
        "There is no sender");
    assertProblem(send("POST", "/api/campaigns", "application/json", "{"), 400, "body");
  }

  @Test
  void importsTheGoodLinesOfACsvFileAndNamesTheBadOnes() {
    String id = create();
    String csv =
        "\uFEFFphone,first_name,note\r\n"
            + "+5511960000001,Jürgen,\"Müller, \"\"Bo\"\"\"\r\n"
            + "12,too short,\r\n"
            + "+5511960000001,again,\r\n"
            + "+5511960000002,\"two\nlines\",\r\n"
            + "hello,not a number,\r\n"
            + "+5511960000003,one column too few\r\n";
    JsonNode report = body(send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv));

    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").size()).isEqualTo(3);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(3);
    assertThat(report.path("rejected").path(1).path("line").asInt()).isEqualTo(7);
    assertThat(report.path("rejected").path(2).path("reason").asString()).contains("2 columns");
    assertThat(body(send("GET", "/api/campaigns/" + id, "", "")).path("total").asInt())
        .isEqualTo(2);
  }

  @Test
  void importsJson() {
    String id = create();
    String json =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"first_name\":\"Ana\"}},{\"phone\":\"x\"}]";
    JsonNode report =
        body(send("POST", "/api/campaigns/" + id + "/recipients", "application/json", json));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(2);
  }

  @Test
  void anUnusableFileAddsNobody() {
    String id = create();
    String path = "/api/campaigns/" + id + "/recipients";

    assertProblem(send("POST", path, "text/csv", ""), 400, "empty");
    assertProblem(send("POST", path, "text/csv", "name,city\nAna,Recife\n"), 400, "phone");
    assertProblem(
        send("POST", path, "application/json", "[{\"phone\":\"+5511960000001\"},"), 400, "JSON");
    assertProblem(send("POST", path, "application/xml", "<a/>"), 400, "text/csv");
    assertThat(body(send("GET", "/api/campaigns/" + id, "", "")).path("total").asInt(-1)).isZero();
  }

  @Test
  void aStartIsACommandOnKafka() {
    String id = create();
    HttpResponse<byte[]> answer = send("POST", "/api/campaigns/" + id + "/start", "", "");

    assertThat(answer.statusCode()).isEqualTo(202);
    CampaignCommand command = commandOf(id);
    assertThat(command.command()).isEqualTo(CampaignCommand.Action.START);
    assertThat(command.requestedAt()).isNotNull();
  }

  @Test
  void refusesACommandThatMakesNoSenseNow() {
    String id = create();

    assertProblem(send("POST", "/api/campaigns/" + id + "/pause", "", ""), 409, "DRAFT");
  }

  @Test
  void recipientsAreReadPageByPage() {
    String id = create();
    StringBuilder csv = new StringBuilder("phone\n");
    for (int i = 1; i <= 150; i++) {
      csv.append("+55119600%05d\n".formatted(i));
    }
    send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv.toString());
    String path = "/api/campaigns/" + id + "/recipients";

    JsonNode first = body(send("GET", path + "?status=pending", "", ""));
    JsonNode second =
        body(send("GET", path + "?status=PENDING&after=" + first.path("next").asLong(), "", ""));

    assertThat(first.path("recipients").size()).isEqualTo(100);
    assertThat(second.path("recipients").size()).isEqualTo(50);
    assertThat(second.path("next").isMissingNode() || second.path("next").isNull()).isTrue();
    assertThat(second.path("recipients").path(49).path("phone").asString())
        .isEqualTo("+5511960000150");
    assertThat(body(send("GET", path + "?status=SENT", "", "")).path("recipients").size()).isZero();
    assertThat(body(send("GET", path + "?phone=%2B551196000014", "", "")).path("recipients").size())
        .isEqualTo(10);
    assertProblem(send("GET", path + "?status=LOST", "", ""), 400, "UNCONFIRMED");
    assertProblem(send("GET", path + "?after=x", "", ""), 400, "after");
  }

  @Test
  void suppressionsAreImportedAndRead() {
    JsonNode report =
        body(
            send(
                "POST",
                "/api/suppressions?reason=complaint",
                "text/csv",
                "phone\n+5511970000011\n+5511970000012\n+5511970000011\nnobody\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(2);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").path(0).path("line").asInt()).isEqualTo(5);
    assertThat(body(send("GET", "/api/suppressions?after=%2B5511970000011", "", "")))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.path("phone").asString()).isEqualTo("+5511970000012");
          assertThat(row.path("reason").asString()).isEqualTo("complaint");
        });
  }

  @Test
  void aCampaignsEventsBeginWithHowItStands() throws Exception {
    String id = create();
    URI uri = URI.create("http://localhost:" + console.port() + "/api/campaigns/" + id + "/events");
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").build();

    try (var lines = HTTP.send(request, HttpResponse.BodyHandlers.ofLines()).body()) {
      String data = lines.filter(line -> line.startsWith("data:")).findFirst().orElseThrow();
      assertThat(Json.MAPPER.readTree(data.substring(5)).path("id").asString()).isEqualTo(id);
    }
  }

  @Test
  void twoHundredViewersCostNoMoreStatementsThanOne() throws Exception {
    String id = create();
    URI uri = URI.create("http://localhost:" + console.port() + "/api/campaigns/" + id + "/events");
    HttpRequest request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream").build();
    AtomicInteger told = new AtomicInteger();
    List<Future<?>> viewers = new ArrayList<>();
    try (HttpClient many = HttpClient.newHttpClient()) {
      for (int i = 0; i < 200; i++) {
        viewers.add(
            many.sendAsync(request, HttpResponse.BodyHandlers.fromLineSubscriber(new Told(told))));
      }
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 200);
      double before = statements();
      send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", "phone\n+5511960000001\n");
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> told.get() >= 400);

      // The import's own, and one a second for all of them.
      assertThat(statements() - before).isLessThan(20);
      assertThat(viewers).noneMatch(Future::isDone);
      many.shutdownNow();
    }
  }

  private static double statements() {
    return METERS.get("sluice.sql.statements").counter().count();
  }

  /** Counts the events that viewers are told. */
  private record Told(AtomicInteger count) implements Flow.Subscriber<String> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(String line) {
      if (line.startsWith("data:")) {
        count.incrementAndGet();
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
  }

  @Test
  void aCampaignWithATimeIsScheduledAndCanBeCancelled() {
    String id =
        body(send(
                "POST",
                "/api/campaigns",
                "application/json",
                "{\"name\":\"Later\",\"sender\":\"brazil\",\"scheduledAt\":\"2099-01-01T00:00:00Z\","
                    + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"))
            .path("id")
            .asString();

    assertThat(body(send("GET", "/api/campaigns/" + id, "", "")).path("status").asString())
        .isEqualTo("SCHEDULED");
    assertThat(send("POST", "/api/campaigns/" + id + "/cancel", "", "").statusCode())
        .isEqualTo(202);
    assertProblem(
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Too late\",\"sender\":\"brazil\",\"scheduledAt\":\"2020-01-01T00:00:00Z\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}"),
        400,
        "past");
  }

  @Test
  void aMessageThatTheProviderWouldRefuseIsRefusedWithTheReason() {
    assertProblem(
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"x\",\"sender\":\"brazil\",\"message\":{\"type\":\"template\","
                + "\"template\":{\"name\":\"spring\"}}}"),
        400,
        "template.language.code");
  }

  @Test
  void backslashesQuotesAndNewLinesOfAFileArriveAsTheyAre() {
    String id = create();
    String csv =
        "phone,note\n+5511960000001,\"a \\ b\"\n+5511960000002,\"\\\\N \"\"q\"\"\"\n"
            + "+5511960000003,\"two\nlines\ttab\"\n+5511960000004,nul\u0000\n";
    JsonNode report = body(send("POST", "/api/campaigns/" + id + "/recipients", "text/csv", csv));
    JsonNode rows = body(send("GET", "/api/campaigns/" + id + "/recipients", "", ""));

    assertThat(report.path("accepted").asInt()).isEqualTo(3);
    assertThat(report.path("rejected").path(0).path("reason").asString()).contains("NUL");
    assertThat(
            rows.path("recipients").values().stream().map(r -> r.at("/variables/note").asString()))
        .containsExactly("a \\ b", "\\\\N \"q\"", "two\nlines\ttab");
  }

  @Test
  void whatIsTooLargeIsRefusedWithTheFieldsName() {
    String campaign =
        "{\"name\":\"%s\",\"sender\":\"brazil\","
            + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"},\"x\":\"%s\"}}";

    assertProblem(
        send("POST", "/api/campaigns", "application/json", campaign.formatted("n".repeat(201), "")),
        400,
        "name");
    assertProblem(
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            campaign.formatted("n", "x".repeat(65_500))),
        400,
        "message");
  }

  @Test
  void recipientsWithTooMuchAreRejectedAlone() {
    String id = create();
    String many =
        "{\"phone\":\"+5511960000002\",\"variables\":{%s\"z\":\"\"}}"
            .formatted("\"%s\":\"\",".formatted("k".repeat(1_000)).repeat(300));
    String json =
        "[{\"phone\":\"+5511960000001\",\"variables\":{\"a\":\"%s\"}},%s,7,"
                .formatted("x".repeat(1_025), many)
            + "{\"phone\":\"+5511960000003\",\"variables\":{\"a\":\"%s\",\"n\":5,\"o\":true}}]"
                .formatted("x".repeat(1_024));
    JsonNode report =
        body(send("POST", "/api/campaigns/" + id + "/recipients", "application/json", json));
    String sixteenKilobytes = ("," + "x".repeat(1_000)).repeat(17);
    String header = "";
    for (int i = 1; i <= 17; i++) {
      header += ",v" + i;
    }
    JsonNode second =
        body(
            send(
                "POST",
                "/api/campaigns/" + id + "/recipients",
                "text/csv",
                "phone" + header + "\n+5511960000004" + sixteenKilobytes + "\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("rejected").values().stream().map(row -> row.path("reason").asString()))
        .satisfiesExactly(
            reason -> assertThat(reason).contains("\"a\"").contains("1024"),
            reason -> assertThat(reason).contains("too long"),
            reason -> assertThat(reason).contains("not an object"));
    assertThat(second.at("/rejected/0/reason").asString()).contains("16384 bytes");
  }

  @Test
  void twentyMegabytesOfBadLinesAreCountedAndTheFirstAreListed() {
    JsonNode report =
        body(send("POST", "/api/suppressions", "text/csv", "phone\n" + "bad\n".repeat(5_000_000)));

    assertThat(report.path("rejectedCount").asInt()).isEqualTo(5_000_000);
    assertThat(report.path("rejected").size()).isEqualTo(10_000);
  }

  @Test
  void aSecondImportCountsWhoIsThereAlready() {
    String id = create();
    String path = "/api/campaigns/" + id + "/recipients";
    send("POST", path, "text/csv", "phone\n+5511960000001\n");
    JsonNode report =
        body(send("POST", path, "text/csv", "phone\n+5511960000001\n+55 11 96000-0002\n"));

    assertThat(report.path("accepted").asInt()).isEqualTo(1);
    assertThat(report.path("duplicates").asInt()).isEqualTo(1);
  }

  @Test
  void suppressionsAreExportedAsAFile() {
    send("POST", "/api/suppressions?reason=a%2C%20b", "text/csv", "phone\n+5511970000001\n");
    HttpResponse<byte[]> file =
        send(
            HttpRequest.newBuilder(
                    URI.create("http://localhost:" + console.port() + "/api/suppressions"))
                .header("Accept", "text/csv"));

    assertThat(file.headers().firstValue("Content-Disposition").orElse("")).contains("attachment");
    assertThat(new String(file.body(), StandardCharsets.UTF_8))
        .startsWith("phone,reason,createdAt")
        .contains("+5511970000001,\"a, b\",");
  }

  @Test
  void aResendIsRefusedBeforeTheEndAndForThoseWhoGotIt() {
    String id = create();

    assertProblem(send("POST", "/api/campaigns/" + id + "/resend", "", ""), 409, "DRAFT");
    assertProblem(
        send("POST", "/api/campaigns/" + id + "/resend?status=SENT", "", ""), 400, "twice");
  }

  @Test
  void onlyASenderThatExistsIsUnblocked() {
    assertProblem(send("POST", "/api/senders/nobody/unblock", "", ""), 404, "nobody");
    assertThat(send("POST", "/api/senders/brazil/unblock", "", "").statusCode()).isEqualTo(202);
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    String nobody = UUID.randomUUID().toString();

    assertProblem(send("GET", "/api/campaigns/" + nobody, "", ""), 404, nobody);
    assertProblem(send("POST", "/api/campaigns/" + nobody + "/start", "", ""), 404, nobody);
    assertProblem(send("GET", "/api/campaigns/seventeen", "", ""), 404, "seventeen");
    assertProblem(send("GET", "/api/senders/nobody", "", ""), 404, "nobody");
    assertProblem(send("GET", "/api/nothing", "", ""), 404, "");
  }

  @Test
  void withATokenTheApiAsksForIt() {
    try (Console guarded = console(Optional.of("0123456789abcdef"))) {
      String url = "http://localhost:" + guarded.port() + "/api/campaigns";

      assertThat(get(url, null).statusCode()).isEqualTo(401);
      assertThat(get(url, "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(get(url, "Bearer 0123456789abcdef").statusCode()).isEqualTo(200);
    }
  }

  private static Console console(Optional<String> token) {
    return new Console(
        new ConsoleConfig(
            SANDBOX.kafka(), SANDBOX.as(ServiceRole.CONSOLE), 0, token, Optional.empty(), WEBHOOKS),
        new Health(),
        METERS,
        settings -> {});
  }

  private static String create() {
    HttpResponse<byte[]> answer =
        send(
            "POST",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Spring\",\"sender\":\"brazil\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}");
    assertThat(answer.statusCode()).isEqualTo(201);
    return body(answer).path("id").asString();
  }

  private static CampaignCommand commandOf(String campaign) {
    String topic = SANDBOX.kafka().topics().campaignCommands();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            SANDBOX.kafka().client(Map.of()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      consumer.seekToBeginning(consumer.assignment());
      return Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                  if (record.key().equals(campaign)) {
                    return Optional.of(Json.read(record.value(), CampaignCommand.class));
                  }
                }
                return Optional.<CampaignCommand>empty();
              },
              Optional::isPresent)
          .orElseThrow();
    }
  }

  private static void assertProblem(HttpResponse<byte[]> answer, int status, String words) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(body(answer).path("status").asInt()).isEqualTo(status);
    assertThat(body(answer).path("detail").asString()).contains(words);
  }

  private static HttpResponse<byte[]> send(String method, String path, String type, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    return send(request);
  }

  private static HttpResponse<byte[]> get(String url, String authorization) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    return send(request);
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonNode body(HttpResponse<byte[]> answer) {
    return Json.MAPPER.readTree(answer.body());
  }
}

package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.Json;
import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The served API document, compared with actual responses. */
class OpenApiTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private static final List<JavalinConfig> CONFIGS = new ArrayList<>();
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static Console console;
  private static JsonNode document;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    Path prices =
        Files.writeString(
            folder.resolve("prices.csv"), "country,category,price,currency\nBR,*,0.0625,USD\n");
    console =
        new Console(
            ConsoleConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.as(ServiceRole.CONSOLE))
                .withPrices(prices),
            new Health(),
            new SimpleMeterRegistry(),
            CONFIGS::add);
    document = Json.MAPPER.readTree(send("GET", "/openapi.json", "", "").body());
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  /** These serve the page. */
  private static final Set<String> PAGE = Set.of("/", "/index.html", "/page/{version}/<file>");

  @Test
  void everyRouteIsInTheDocumentAndTheOtherWayRound() {
    Set<String> documented = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(method ->
                    documented.add(
                        method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> served =
        CONFIGS.getFirst().unsafe.internalRouter.allHttpHandlers().stream()
            .map(route -> route.endpoint)
            .filter(route ->
                Set.of("GET", "POST", "PUT", "PATCH", "DELETE").contains(route.method.name()))
            .filter(route -> !PAGE.contains(route.path))
            .map(route -> route.method.name() + " " + route.path)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(documented).isEqualTo(served);
  }

  @Test
  void answersAreAsTheDocumentSays() {
    check(
        "PUT",
        "/api/senders/{id}",
        "/api/senders/brazil",
        "application/json",
        "{\"address\":\"1065403\",\"dailyLimit\":250}",
        200);
    check("GET", "/api/senders", "/api/senders", "", "", 200);
    check("GET", "/api/senders/{id}", "/api/senders/brazil", "", "", 200);
    check("POST", "/api/senders/{id}/unblock", "/api/senders/brazil/unblock", "", "", 202);
    JsonNode created =
        check(
            "POST",
            "/api/campaigns",
            "/api/campaigns",
            "application/json",
            "{\"name\":\"Spring\",\"sender\":\"brazil\",\"windowStart\":\"09:00\","
                + "\"windowEnd\":\"20:00\",\"timeZone\":\"America/Sao_Paulo\","
                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}",
            201);
    String campaign = "/api/campaigns/" + created.path("id").asString();
    check(
        "POST",
        "/api/campaigns/{id}/recipients",
        campaign + "/recipients",
        "text/csv",
        "phone,name\n+5511960000001,Ana\n12,x\n",
        200);
    check("GET", "/api/campaigns/{id}/recipients", campaign + "/recipients", "", "", 200);
    check("GET", "/api/campaigns", "/api/campaigns", "", "", 200);
    check("GET", "/api/campaigns/{id}", campaign, "", "", 200);
    check("PATCH", "/api/campaigns/{id}", campaign, "application/json", "{\"priority\":2}", 200);
    check(
        "PATCH",
        "/api/campaigns/{id}",
        campaign,
        "application/json",
        "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}",
        200);
    check(
        "PUT",
        "/api/senders/{id}",
        "/api/senders/brazil",
        "application/json",
        "{\"address\":\"1065403\",\"provider\":\"other\"}",
        409);
    check(
        "PATCH",
        "/api/campaigns/{id}",
        campaign,
        "application/json",
        "{\"scheduledAt\":null}",
        200);
    check("POST", "/api/campaigns/{id}/duplicate", campaign + "/duplicate", "", "", 201);
    check("POST", "/api/campaigns/{id}/archive", campaign + "/archive", "", "", 200);
    check("GET", "/api/tests/{testId}", "/api/tests/" + UUID.randomUUID(), "", "", 200);
    check("GET", "/api/campaigns/{id}/errors", campaign + "/errors", "", "", 200);
    check("GET", "/api/campaigns/{id}/replies", campaign + "/replies", "", "", 200);
    check("GET", "/api/campaigns/{id}/suppressed", campaign + "/suppressed", "", "", 200);
    check("GET", "/api/campaigns/{id}/zones", campaign + "/zones", "", "", 200);
    check("GET", "/api/campaigns/{id}/review", campaign + "/review", "", "", 200);
    check("GET", "/api/campaigns/{id}/review", campaign + "/review?at=soon", "", "", 400);
    check(
        "POST",
        "/api/campaigns/{id}/review",
        campaign + "/review",
        "application/json",
        "{\"timeZone\":\"Asia/Tokyo\"}",
        200);
    check(
        "POST",
        "/api/campaigns/{id}/review",
        campaign + "/review",
        "application/json",
        "{\"message\":1}",
        400);
    check("GET", "/api/campaigns/{id}/zones", campaign + "/zones?localTime=noon", "", "", 400);
    check(
        "POST", "/api/campaigns/{id}/suppress", campaign + "/suppress?reason=131026", "", "", 200);
    check("POST", "/api/campaigns/{id}/suppress", campaign + "/suppress", "", "", 400);
    check(
        "POST",
        "/api/campaigns/{id}/resend/review",
        campaign + "/resend/review",
        "application/json",
        "{\"recipients\":[1]}",
        200);
    check(
        "POST",
        "/api/campaigns/{id}/resend",
        campaign + "/resend",
        "application/json",
        "{\"recipients\":[]}",
        409);
    check("POST", "/api/campaigns/{id}/start", campaign + "/start", "", "", 202);
    check("POST", "/api/campaigns/{id}/cancel", campaign + "/cancel", "", "", 202);
    check(
        "POST",
        "/api/suppressions",
        "/api/suppressions",
        "text/csv",
        "phone\n+5511970000001\n",
        200);
    check("GET", "/api/suppressions", "/api/suppressions", "", "", 200);
    check("GET", "/api/suppressions", "/api/suppressions?phone=x", "", "", 400);
    check(
        "DELETE",
        "/api/suppressions/{phone}",
        "/api/suppressions/+5511970000001?reason=a+mistake",
        "",
        "",
        200);
    optOut();
    assertThat(check("GET", "/api/opt-outs", "/api/opt-outs", "", "", 200)).hasSize(2);
    check("GET", "/api/opt-outs", "/api/opt-outs?after=%00", "", "", 400);
    check("GET", "/api/session", "/api/session", "", "", 200);
  }

  @Test
  void aResendToASelectionIsAnsweredAsTheDocumentSays() {
    send("PUT", "/api/senders/brazil", "application/json", "{\"address\":\"1065403\"}");
    String campaign =
        "/api/campaigns/"
            + Json.MAPPER
                .readTree(
                    send(
                            "POST",
                            "/api/campaigns",
                            "application/json",
                            "{\"name\":\"Spring\",\"sender\":\"brazil\","
                                + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"Hi\"}}}")
                        .body())
                .path("id")
                .asString();
    send("POST", campaign + "/recipients", "text/csv", "phone\n+5511960000001\n+5511960000002\n");
    execute("UPDATE sluice.campaign SET status = 'COMPLETED' WHERE status = 'DRAFT'");
    execute(
        "UPDATE sluice.campaign_recipient SET status = CASE phone WHEN '+5511960000001' THEN"
            + " 'FAILED' ELSE 'READ' END");

    check(
        "POST",
        "/api/campaigns/{id}/resend",
        campaign + "/resend",
        "application/json",
        "{\"phones\":[\"+5511960000001\",\"+5511960000002\",\"+5511960000003\"]}",
        202);
  }

  /** One whose number is known, and one whose is not. */
  private static void optOut() {
    execute("INSERT INTO sluice.opt_out (name, reason) VALUES ('BR.1', 'stop'), ('BR.2', 'stop')");
    execute("INSERT INTO sluice.alias (name, phone) VALUES ('BR.1', '+5511960000001')");
  }

  private static void execute(String statement) {
    try (Database database =
        new Database(ENVIRONMENT.database(), 1, "test", new SimpleMeterRegistry())) {
      database.sql().execute(statement);
    }
  }

  @Test
  void refusalsAreProblemsAsTheDocumentSays() {
    String nobody = "/api/campaigns/" + UUID.randomUUID();
    check("GET", "/api/campaigns/{id}", nobody, "", "", 404);
    check("POST", "/api/campaigns/{id}/pause", nobody + "/pause", "", "", 404);
    check("POST", "/api/campaigns", "/api/campaigns", "application/json", "{}", 400);
    check("POST", "/api/session", "/api/session", "application/json", "{}", 501);
    check("GET", "/webhooks/whatsapp", "/webhooks/whatsapp", "", "", 403);
  }

  private static JsonNode check(
      String method, String path, String uri, String type, String body, int status) {
    HttpResponse<byte[]> answer = send(method, uri, type, body);
    assertThat(answer.statusCode()).as("%s %s", method, uri).isEqualTo(status);
    JsonNode json = Json.MAPPER.readTree(answer.body());
    String contentType = answer.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
    assertThat(schema(method, path, status, contentType).validate(json))
        .as("%s %s: %s", method, uri, json)
        .isEmpty();
    return json;
  }

  private static Schema schema(String method, String path, int status, String contentType) {
    JsonNode response =
        document
            .path("paths")
            .path(path)
            .path(method.toLowerCase(Locale.ROOT))
            .path("responses")
            .path(Integer.toString(status));
    assertThat(response.isMissingNode()).as("%s %s %d", method, path, status).isFalse();
    JsonNode resolved =
        response.has("$ref")
            ? document.at(response.path("$ref").asString().substring(1))
            : response;
    JsonNode schema = resolved.path("content").path(contentType).path("schema");
    assertThat(schema.isMissingNode()).as("%s of %s %s", contentType, method, path).isFalse();
    ObjectNode whole = (ObjectNode) schema.deepCopy();
    whole.set("components", document.path("components"));
    return SCHEMAS.getSchema(whole);
  }

  private static HttpResponse<byte[]> send(String method, String path, String type, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + console.port() + path))
            .method(method, BodyPublishers.ofString(body));
    if (!type.isEmpty()) {
      request.header("Content-Type", type);
    }
    try {
      return HTTP.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}

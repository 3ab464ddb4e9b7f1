package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.console.Console;
import dev.sluice.console.ConsoleConfig;
import dev.sluice.console.Users;
import dev.sluice.console.WebhookConfig;
import dev.sluice.console.access.Visitor.Answer;
import dev.sluice.local.Sandbox;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import io.javalin.config.JavalinConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** People with names and roles, and those who would like to be. */
class UsersTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final String PASSWORD = "correct horse battery";
  private static final PasswordHash HASH = PasswordHash.of(PASSWORD, 100_000);
  private static final Sandbox SANDBOX = Sandbox.create(1);
  private static final List<JavalinConfig> CONFIGS = new ArrayList<>();
  private static final Health HEALTH = new Health();
  private static final String SENDER = "{\"address\":\"106540352242922\"}";

  @TempDir private static Path folder;
  private static Console console;

  @BeforeAll
  static void start() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("users"),
            """
            vera:viewer:%1$s
            mia:manager:%1$s
            otto:operator:%1$s
            eve:manager:%1$s
            mallory:viewer:%1$s
            oidc@example.org:operator
            """
                .formatted(HASH));
    console =
        console(
            new Users(
                Optional.of(file),
                Optional.of("X-Forwarded-User"),
                List.of("192.0.2.7"),
                Optional.empty(),
                false));
    otto().send("PUT", "/api/senders/brazil", SENDER);
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  /** Whoever adds a route decides who may use it. */
  @Test
  void everyRouteOfTheApiHasARightAndNoRightIsLeftOver() {
    Set<String> served =
        CONFIGS.getFirst().unsafe.internalRouter.allHttpHandlers().stream()
            .map(route -> route.endpoint)
            .filter(route ->
                Set.of("GET", "POST", "PUT", "PATCH", "DELETE").contains(route.method.name()))
            .filter(route -> !RouteRights.isForAll(route.method.name(), route.path))
            .map(route -> route.method.name() + " " + route.path)
            .filter(route -> !route.endsWith(" /webhooks/whatsapp"))
            .collect(Collectors.toSet());

    assertThat(RouteRights.TABLE.keySet()).isEqualTo(served);
  }

  @Test
  void aRouteThatIsNotInTheTableIsForServicesOnly() {
    Console other =
        new Console(
            config(Users.of(folder.resolve("users"))),
            new Health(),
            new SimpleMeterRegistry(),
            settings -> settings.routes.get("/api/new", context -> context.result("new")));
    try (other) {
      assertThat(Visitor.of(other).as("otto", PASSWORD).get("/api/new").status()).isEqualTo(403);
      assertThat(service(other).get("/api/new").text()).isEqualTo("new");
    }
  }

  /** It names no route, so it asks for what each GET asks for. */
  @Test
  void headIsForThoseWhoMayRead() {
    assertThat(RouteRights.TABLE.entrySet())
        .filteredOn(route -> route.getKey().startsWith("GET "))
        .allMatch(route -> route.getValue() == Right.READ);
    assertThat(Visitor.of(console).as("vera", PASSWORD).send("HEAD", "/api/campaigns", ""))
        .matches(answer -> answer.status() == 200 && answer.text().isEmpty());
    assertThat(Visitor.of(console).send("HEAD", "/api/campaigns", "").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @CsvSource({
    "vera, GET /api/campaigns, 200",
    "vera, GET /api/senders/brazil, 200",
    "vera, GET /api/suppressions, 200",
    "vera, POST /api/campaigns, 403",
    "vera, PATCH /api/campaigns/X, 403",
    "vera, POST /api/campaigns/X/start, 403",
    "vera, POST /api/campaigns/X/pause, 403",
    "vera, POST /api/campaigns/X/test, 403",
    "vera, POST /api/recipients/check, 403",
    "vera, POST /api/suppressions, 403",
    "mia, GET /api/campaigns, 200",
    "mia, POST /api/campaigns, 400",
    "mia, POST /api/campaigns/X/start, 404",
    "mia, POST /api/campaigns/X/resend, 404",
    "mia, PUT /api/senders/brazil, 403",
    "mia, POST /api/senders/brazil/unblock, 403",
    "mia, DELETE /api/suppressions/+5511960000001, 403",
    "otto, POST /api/campaigns, 400",
    "otto, PUT /api/senders/brazil, 200",
    "otto, POST /api/senders/brazil/unblock, 202",
    "otto, DELETE /api/suppressions/+5511960000001?reason=x, 404",
  })
  void eachRoleMayDoItsPart(String name, String route, int status) {
    String[] parts = route.replace("X", UUID.randomUUID().toString()).split(" ", 2);
    String body = parts[0].equals("PUT") ? SENDER : parts[0].equals("GET") ? "" : "{}";

    Answer answer = Visitor.of(console).as(name, PASSWORD).send(parts[0], parts[1], body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    if (status == 403) {
      assertThat(answer.detail()).matches(name + " is a \\w+; this needs the role \\w+\\.");
    }
  }

  @Test
  void whoSignsInIsToldThatTheSessionCanBeEndedHere() {
    assertThat(Visitor.of(console).signIn("mia", PASSWORD).json().path("session").asBoolean())
        .isTrue();
  }

  @Test
  void oneIsToldWhoOneIsAndWhatOneMayDo() {
    assertThat(Visitor.of(console).as("mia", PASSWORD).get("/api/session").json())
        .isEqualTo(
            json(
                """
                {"name":"mia","role":"manager","rights":["read","manage","start"],
                "approval":false,"session":true}\
                """));
    assertThat(service(console).get("/api/session").json())
        .isEqualTo(
            json(
                """
                {"name":null,"role":null,"rights":["read","manage","start","operate"],
                "approval":false,"session":false}\
                """));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/campaigns", "/api/session", "/api/nothing", "/metrics"})
  void strangersAreToldHowToSignInAndNothingElse(String path) {
    Answer answer = Visitor.of(console).get(path);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.detail())
        .isEqualTo("Sign in. Services: Send the API token as \"Authorization: Bearer <token>\".");
    assertThat(answer.json().path("signIn").asString()).isEqualTo("password");
  }

  @Test
  void theTokenStaysForServicesAndAWrongOneIsNotMadeGoodByASession() {
    assertThat(service(console).send("PUT", "/api/senders/brazil", SENDER).status()).isEqualTo(200);
    assertThat(otto().with("Authorization", "Bearer nonsense").get("/api/senders").status())
        .isEqualTo(401);
  }

  @Test
  void theCookieIsForThisSiteAloneAndForNoScript() {
    assertThat(Visitor.of(console).signIn("mia", PASSWORD).cookie())
        .startsWith("sluice-session=")
        .contains("HttpOnly", "SameSite=Strict", "Path=/")
        .doesNotContain("Secure", "Max-Age", "Expires");
    assertThat(
            Visitor.of(console).with("X-Forwarded-Proto", "https").signIn("mia", PASSWORD).cookie())
        .contains("Secure");
  }

  @Test
  void aNewSignInEndsTheSessionBefore() {
    Visitor before = Visitor.of(console).as("eve", PASSWORD);

    Visitor after = before.as("eve", PASSWORD);

    assertThat(before.get("/api/session").status()).isEqualTo(401);
    assertThat(after.get("/api/session").status()).isEqualTo(200);
  }

  @Test
  void whoSignsOutIsOutWithTheCookieThatOthersMayHaveCopied() {
    Visitor mia = Visitor.of(console).as("mia", PASSWORD);
    assertThat(mia.get("/api/campaigns").status()).isEqualTo(200);

    Answer out = mia.send("DELETE", "/api/session", "");

    assertThat(out.status()).isEqualTo(204);
    assertThat(out.cookie()).contains("sluice-session=", "Expires=Thu, 01 Jan 1970");
    assertThat(mia.get("/api/campaigns").status()).isEqualTo(401);
    assertThat(mia.send("DELETE", "/api/session", "").status()).isEqualTo(204);
  }

  @Test
  void aWrongPasswordAndAnUnknownNameAreAnsweredAlike() {
    Answer wrong = Visitor.of(console).signIn("vera", "wrong horse battery");
    Answer unknown = Visitor.of(console).signIn("nobody", PASSWORD);
    Answer withoutPassword = Visitor.of(console).signIn("oidc@example.org", PASSWORD);

    assertThat(List.of(wrong.status(), unknown.status(), withoutPassword.status()))
        .containsOnly(401);
    assertThat(wrong.text()).isEqualTo(unknown.text()).isEqualTo(withoutPassword.text());
    assertThat(wrong.cookie()).isEmpty();
  }

  @Test
  void passwordsCannotBeTriedOneAfterTheOther() {
    for (int i = 0; i < Attempts.FREE; i++) {
      assertThat(Visitor.of(console).signIn("mallory", "guess " + i).status()).isEqualTo(401);
    }

    Answer answer = Visitor.of(console).signIn("mallory", PASSWORD);

    assertThat(answer.status()).isEqualTo(429);
    assertThat(answer.detail()).contains("too many wrong passwords");
    assertThat(answer.response().headers().firstValue("Retry-After")).isPresent();
  }

  @Test
  void aLargeBodyIsNotReadAndABrokenOneIsNoSignIn() {
    Visitor anybody = Visitor.of(console);

    assertThat(anybody.signIn("mia", "x".repeat(5_000)).status()).isEqualTo(413);
    assertThat(anybody.send("POST", "/api/session", "{").status()).isEqualTo(400);
    assertThat(anybody.send("POST", "/api/session", "{}").detail()).contains("\"name\" is missing");
    assertThat(anybody.send("POST", "/api/session", "{\"name\":\"mia\"}").detail())
        .contains("\"password\" is missing");
    assertThat(anybody.send("POST", "/api/session", "{\"name\":1,\"password\":[]}").status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
    "Origin, https://evil.example",
    "Origin, null"
  })
  void noOtherSitesPageUsesASessionOrSignsSomebodyInOrOut(String header, String value) {
    Visitor mia = Visitor.of(console).as("mia", PASSWORD);
    Visitor misled = mia.with(header, value);

    assertThat(misled.post("/api/campaigns/" + UUID.randomUUID() + "/start").status())
        .isEqualTo(403);
    assertThat(misled.signIn("eve", PASSWORD).status()).isEqualTo(403);
    assertThat(misled.send("DELETE", "/api/session", "").status()).isEqualTo(403);
    assertThat(mia.get("/api/session").status()).isEqualTo(200);
  }

  @Test
  void aHeaderThatTheProxyDidNotSendIsRefusedEvenWithASession() {
    Visitor forging = Visitor.of(console).with("X-Forwarded-User", "otto");
    assertThat(forging.get("/api/campaigns").status()).isEqualTo(403);
    assertThat(forging.get("/api/campaigns").detail())
        .contains("Only the proxy may send X-Forwarded-User, and 127.0.0.1 is not its address");
    Answer withSession =
        Visitor.of(console)
            .as("vera", PASSWORD)
            .with("X-Forwarded-User", "otto")
            .get("/api/session");
    assertThat(withSession.status()).isEqualTo(403);
  }

  @Test
  void theProxyVouchesForThoseWhomTheFileNames() {
    try (Console behind =
        console(
            new Users(
                Optional.of(folder.resolve("users")),
                Optional.of("X-Forwarded-User"),
                List.of("127.0.0.0/8"),
                Optional.empty(),
                false))) {
      Visitor proxy = Visitor.of(behind);

      assertThat(proxy.with("X-Forwarded-User", "oidc@example.org").get("/api/session").json())
          .isEqualTo(
              json(
                  """
                  {"name":"oidc@example.org","role":"operator",
                  "rights":["read","manage","start","operate"],"approval":false,"session":false}\
                  """));
      assertThat(proxy.with("X-Forwarded-User", "stranger").get("/api/campaigns").detail())
          .isEqualTo("stranger is no user of this console.");
      assertThat(proxy.with("X-Forwarded-User", "otto who=root").get("/api/campaigns").status())
          .isEqualTo(403);
      assertThat(proxy.with("X-Forwarded-User", "").get("/api/campaigns").status()).isEqualTo(403);
      assertThat(proxy.get("/api/campaigns").status()).isEqualTo(401);
      assertThat(twice(behind).statusCode()).isEqualTo(403);
    }
  }

  /** A client's own header, and the one that the proxy adds to it. */
  private static HttpResponse<String> twice(Console behind) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + behind.port() + "/api/campaigns"))
            .header("X-Forwarded-User", "otto")
            .header("X-Forwarded-User", "vera")
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A website that points its name at this machine reaches it from the browsers on it. */
  @Test
  void aProxyOnThisMachineCallsTheConsoleByALocalName() throws IOException {
    try (Console behind =
        console(
            new Users(
                Optional.of(folder.resolve("users")),
                Optional.of("X-Forwarded-User"),
                List.of("127.0.0.1"),
                Optional.empty(),
                false))) {
      assertThat(asOtto(behind, "localhost:" + behind.port())).startsWith("HTTP/1.1 200");
      assertThat(asOtto(behind, "127.0.0.1")).startsWith("HTTP/1.1 200");
      assertThat(asOtto(behind, "rebound.example:" + behind.port()))
          .startsWith("HTTP/1.1 403")
          .contains("by a name of this machine");
    }
  }

  private static String asOtto(Console behind, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), behind.port())) {
      String request =
          "GET /api/campaigns HTTP/1.1\r\nHost: "
              + host
              + "\r\nX-Forwarded-User: otto\r\nSec-Fetch-Site: same-origin\r\n"
              + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void aUsualRoleAdmitsEverybodyWhomTheProxyNames() {
    try (Console behind =
        console(
            new Users(
                Optional.empty(),
                Optional.of("X-Forwarded-User"),
                List.of("127.0.0.1"),
                Optional.of("viewer"),
                false))) {
      Visitor stranger = Visitor.of(behind).with("X-Forwarded-User", "stranger");

      assertThat(stranger.get("/api/campaigns").status()).isEqualTo(200);
      assertThat(stranger.send("POST", "/api/campaigns", "{}").status()).isEqualTo(403);
      assertThat(Visitor.of(behind).signIn("vera", PASSWORD).status()).isEqualTo(501);
      assertThat(Visitor.of(behind).get("/api/campaigns").json().path("signIn").asString())
          .isEqualTo("proxy");
    }
  }

  @Test
  void theAuditLogNamesTheUserWhomNobodyElseCanClaimToBe() {
    Logger logger = (Logger) LoggerFactory.getLogger("dev.sluice.audit");
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Level before = logger.getLevel();
    logger.setLevel(Level.INFO);
    logger.addAppender(log);
    try {
      Visitor.of(console)
          .as("otto", PASSWORD)
          .with("Sluice-User", "somebody")
          .send("PUT", "/api/senders/brazil", SENDER);
      service(console).with("Sluice-User", "user:otto").send("PUT", "/api/senders/brazil", SENDER);
    } finally {
      logger.detachAppender(log);
      logger.setLevel(before);
    }

    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly(
            "who=user:otto@127.0.0.1 what=sign in of=\"console\"",
            "who=user:otto@127.0.0.1 what=put of=\"sender brazil\"",
            "who=userotto@127.0.0.1 what=put of=\"sender brazil\"");
  }

  @Test
  void aLiveViewEndsWithItsSession() throws Exception {
    Visitor mia = Visitor.of(console).as("mia", PASSWORD);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://localhost:" + console.port() + "/api/campaigns/events"))
            .header("Cookie", mia.headers().get("Cookie"))
            .build();
    try (HttpClient http = HttpClient.newHttpClient();
        InputStream events = http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body()) {
      assertThat(events.read()).isPositive();

      mia.send("DELETE", "/api/session", "");
      otto()
          .send(
              "POST",
              "/api/campaigns",
              "{\"name\":\"Spring\",\"sender\":\"brazil\","
                  + "\"message\":{\"type\":\"text\",\"text\":{\"body\":\"secret\"}}}");

      assertThat(new String(events.readAllBytes(), StandardCharsets.UTF_8))
          .doesNotContain("Spring");
    }
  }

  @Test
  void withoutUsersThereIsNothingToSignInTo() {
    try (Console plain = console(Users.NONE)) {
      assertThat(Visitor.of(plain).signIn("otto", PASSWORD).status()).isEqualTo(501);
      assertThat(Visitor.of(plain).get("/api/senders").detail())
          .isEqualTo("Send the API token as \"Authorization: Bearer <token>\".");
      assertThat(Visitor.of(plain).with("X-Forwarded-User", "otto").get("/api/senders").status())
          .isEqualTo(401);
      assertThat(service(plain).get("/api/senders").status()).isEqualTo(200);
    }
  }

  @Test
  void usersOpenAConsoleToOtherMachines() {
    assertThat(config(Users.of(folder.resolve("users"))).address()).isEqualTo("0.0.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "X-Forwarded-User | - | - | false | everybody could send X-Forwarded-User",
        "X-Forwarded-User | proxy | - | false | is no address",
        "X-Forwarded-User | 10.0.0.7 | queen | false | is no role",
        "Authorization | 10.0.0.7 | - | false | a name like X-Forwarded-User",
        "- | 10.0.0.7 | - | false | set SLUICE_USER_HEADER",
        "- | - | - | true | approval needs users",
      })
  void settingsThatAdmitTooManyOrNobodyAreRefused(
      String header, String trusted, String role, boolean approval, String words) {
    assertThatThrownBy(() ->
            new Users(
                Optional.empty(),
                Optional.ofNullable(header),
                trusted == null ? List.of() : List.of(trusted),
                Optional.ofNullable(role),
                approval))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }

  private static Visitor otto() {
    return Visitor.of(console).as("otto", PASSWORD);
  }

  private static Visitor service(Console at) {
    return Visitor.of(at).with("Authorization", "Bearer " + TOKEN);
  }

  private static Object json(String text) {
    return dev.sluice.schema.Json.MAPPER.readTree(text);
  }

  private static ConsoleConfig config(Users users) {
    return new ConsoleConfig(
            SANDBOX.kafka(),
            SANDBOX.as(ServiceRole.CONSOLE),
            0,
            Optional.of(TOKEN),
            Optional.empty(),
            WebhookConfig.NONE)
        .withUsers(users);
  }

  private static Console console(Users users) {
    return new Console(config(users), HEALTH, new SimpleMeterRegistry(), CONFIGS::add);
  }
}

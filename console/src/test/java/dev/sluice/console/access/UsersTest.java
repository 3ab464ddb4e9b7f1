package dev.sluice.console.access;

import static dev.sluice.console.access.UsersFixture.PASSWORD;
import static dev.sluice.console.access.UsersFixture.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.sluice.console.Console;
import dev.sluice.console.OwnLog;
import dev.sluice.console.Users;
import dev.sluice.console.access.Visitor.Answer;
import dev.sluice.schema.Json;
import io.javalin.config.JavalinConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** People with names and roles, and what each may do. */
class UsersTest {
  private static final List<JavalinConfig> CONFIGS = new ArrayList<>();
  private static final OwnLog LOG = new OwnLog();

  /** With a session each, as it takes long to sign in. */
  private static final Map<String, Visitor> VISITORS = new HashMap<>();

  @TempDir private static Path folder;
  private static UsersFixture users;
  private static Console console;

  @BeforeAll
  static void start() throws IOException {
    users = new UsersFixture(folder);
    console = LOG.of(() -> users.console(Users.of(users.file()), CONFIGS::add));
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
            .filter(route -> route.path.startsWith("/api/"))
            .filter(route -> !RouteRights.isForAll(route.method.name(), route.path))
            .map(route -> route.method.name() + " " + route.path)
            .collect(Collectors.toSet());

    assertThat(RouteRights.TABLE.keySet()).isEqualTo(served);
  }

  @Test
  void aRouteThatIsNotInTheTableIsForServicesOnly() {
    try (Console other =
        users.console(
            Users.of(users.file()),
            settings -> settings.routes.get("/api/new", context -> context.result("new")))) {
      assertThat(Visitor.of(other).as("otto", PASSWORD).get("/api/new").status()).isEqualTo(403);
      assertThat(UsersFixture.service(other).get("/api/new").text()).isEqualTo("new");
    }
  }

  /** It names no route, so it asks for what each GET asks for. */
  @Test
  void headIsForThoseWhoMayRead() {
    assertThat(RouteRights.TABLE.entrySet())
        .filteredOn(route -> route.getKey().startsWith("GET "))
        .allMatch(route -> route.getValue() == Right.READ);
    assertThat(visitor("vera").send("HEAD", "/api/campaigns", ""))
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

    Answer answer = visitor(name).send(parts[0], parts[1], body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    if (status == 403) {
      assertThat(answer.detail()).matches(name + " is a \\w+; this needs the role \\w+\\.");
    }
  }

  private static Visitor visitor(String name) {
    return VISITORS.computeIfAbsent(name, of -> Visitor.of(console).as(of, PASSWORD));
  }

  @Test
  void oneIsToldWhoOneIsAndWhatOneMayDo() {
    assertThat(visitor("mia").get("/api/session").json())
        .isEqualTo(
            json(
                """
                {"name":"mia","role":"manager","rights":["read","manage","start"],
                "approval":false,"session":true}\
                """));
    assertThat(UsersFixture.service(console).get("/api/session").json())
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
    assertThat(UsersFixture.service(console).send("PUT", "/api/senders/brazil", SENDER).status())
        .isEqualTo(200);
    assertThat(
            visitor("otto").with("Authorization", "Bearer nonsense").get("/api/senders").status())
        .isEqualTo(401);
  }

  @Test
  void theAuditLogNamesTheUserWhomNobodyElseCanClaimToBe() {
    try (var _ = LOG.listen("dev.sluice.audit", Level.INFO)) {
      Visitor.of(console)
          .as("otto", PASSWORD)
          .with("Sluice-User", "somebody")
          .send("PUT", "/api/senders/brazil", SENDER);
      UsersFixture.service(console)
          .with("Sluice-User", "user:otto")
          .send("PUT", "/api/senders/brazil", SENDER);
    }

    assertThat(LOG.texts())
        .containsExactly(
            "who=user:otto@127.0.0.1 what=sign in of=\"console\"",
            "who=user:otto@127.0.0.1 what=put of=\"sender brazil\"",
            "who=userotto@127.0.0.1 what=put of=\"sender brazil\"");
  }

  @Test
  void usersOpenAConsoleToOtherMachines() {
    assertThat(users.config(Users.of(users.file())).address()).isEqualTo("0.0.0.0");
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

  private static Object json(String text) {
    return Json.MAPPER.readTree(text);
  }
}

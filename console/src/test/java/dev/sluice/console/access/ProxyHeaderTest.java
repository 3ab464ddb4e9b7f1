package dev.sluice.console.access;

import static dev.sluice.console.access.UsersFixture.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.Users;
import dev.sluice.console.access.Visitor.Answer;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** People for whom a proxy vouches, and headers that no proxy sent. */
class ProxyHeaderTest {
  @TempDir private static Path folder;
  private static UsersFixture users;
  private static Console console;

  @BeforeAll
  static void start() throws IOException {
    users = new UsersFixture(folder);
    console = users.console(users.behind("192.0.2.7"));
  }

  @AfterAll
  static void stop() {
    console.close();
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

  /** The proxy tells nobody of a sign-out, so it is asked again. */
  @Test
  void aLiveViewTrustsTheProxyForAMinute() {
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    BooleanSupplier standing =
        new ProxyHeader(
                "X-Forwarded-User",
                Networks.parse(List.of("192.0.2.7")),
                Optional.of(Role.VIEWER),
                () -> UserList.EMPTY)
            .standing(User.of("vera", Role.VIEWER), nanos::get);

    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(standing.getAsBoolean()).isTrue();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(standing.getAsBoolean()).isFalse();
  }

  @Test
  void theProxyVouchesForThoseWhomTheFileNames() {
    try (Console behind = users.console(users.behind("127.0.0.0/8"))) {
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
    try (Console behind = users.console(users.behind("127.0.0.1"))) {
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
        users.console(
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

  private static Object json(String text) {
    return Json.MAPPER.readTree(text);
  }
}

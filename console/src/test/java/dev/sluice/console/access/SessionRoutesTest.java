package dev.sluice.console.access;

import static dev.sluice.console.access.UsersFixture.PASSWORD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.Console;
import dev.sluice.console.Users;
import dev.sluice.console.access.Visitor.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** People who sign in and out, and those who try to sign in as others. */
class SessionRoutesTest {
  @TempDir private static Path folder;
  private static UsersFixture users;
  private static Console console;

  /** Whose session nobody ends. */
  private static Visitor max;

  @BeforeAll
  static void start() throws IOException {
    users = new UsersFixture(folder);
    console = users.console(Users.of(users.file()));
    max = Visitor.of(console).as("max", PASSWORD);
  }

  @AfterAll
  static void stop() {
    console.close();
  }

  @Test
  void whoSignsInIsToldThatTheSessionCanBeEndedHere() {
    assertThat(Visitor.of(console).signIn("mia", PASSWORD).json().path("session").asBoolean())
        .isTrue();
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
    for (int i = 0; i < SignInAttempts.FREE; i++) {
      assertThat(Visitor.of(console).signIn("mallory", "guess " + i).status()).isEqualTo(401);
    }
    // On a slow machine the first waits may be over before the next guess; they become longer.
    int guesses = 0;
    while (Visitor.of(console).signIn("mallory", "guess").status() == 401) {
      assertThat(++guesses).isLessThan(10);
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
    Visitor misled = max.with(header, value);

    assertThat(misled.post("/api/campaigns/" + UUID.randomUUID() + "/start").status())
        .isEqualTo(403);
    assertThat(misled.signIn("eve", PASSWORD).status()).isEqualTo(403);
    assertThat(misled.send("DELETE", "/api/session", "").status()).isEqualTo(403);
    assertThat(max.get("/api/session").status()).isEqualTo(200);
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
      max.send(
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
    try (Console plain = users.console(Users.NONE)) {
      assertThat(Visitor.of(plain).signIn("otto", PASSWORD).status()).isEqualTo(501);
      assertThat(Visitor.of(plain).get("/api/senders").detail())
          .isEqualTo("Send the API token as \"Authorization: Bearer <token>\".");
      assertThat(Visitor.of(plain).with("X-Forwarded-User", "otto").get("/api/senders").status())
          .isEqualTo(401);
      assertThat(UsersFixture.service(plain).get("/api/senders").status()).isEqualTo(200);
    }
  }
}

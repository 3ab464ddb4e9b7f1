package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.FreePort;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Runs the receiver of docs/upstream.md, where Node is installed. */
@Timeout(60)
@EnabledIf("nodeIsThere")
class UpstreamReceiverTest {
  private static final Path PROGRAM = Path.of("../docs/upstream/receive.mjs");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final URI url = URI.create("http://127.0.0.1:" + FreePort.next() + "/");
  @TempDir private Path folder;
  private Process node;

  /** CI sets SLUICE_NODE_TESTS=required. */
  static boolean nodeIsThere() throws InterruptedException {
    boolean there;
    try {
      there = new ProcessBuilder("node", "--version").start().waitFor() == 0;
    } catch (IOException e) {
      there = false;
    }
    if (!there && "required".equals(System.getenv("SLUICE_NODE_TESTS"))) {
      throw new IllegalStateException("the tests of upstream programs need node");
    }
    if (!there) {
      System.out.println("left out: the tests of upstream programs, as node is missing");
    }
    return there;
  }

  @BeforeEach
  void start() throws IOException {
    ProcessBuilder program = new ProcessBuilder("node", PROGRAM.toString());
    program.environment().put("SECRET", Receiver.SECRET);
    program.environment().put("PORT", Integer.toString(url.getPort()));
    node =
        program.redirectErrorStream(true).redirectOutput(folder.resolve("said").toFile()).start();
    await().atMost(PATIENCE).until(() -> !(post("anything") instanceof Outcome.Away));
  }

  @AfterEach
  void stop() {
    node.destroyForcibly();
  }

  @Test
  void takesEachEventOnceAndNothingThatAnotherHasSigned() throws Exception {
    CampaignEvent event =
        new CampaignEvent(
            CampaignEvent.Event.COMPLETED,
            UUID.randomUUID(),
            "spring-2027",
            1,
            Instant.now(),
            null,
            new CampaignEvent.Counts(678, 0, 671, 0, 0, 7, 0, 0));
    Notification notification = Notification.of(Json.write(event));

    assertThat(post(Receiver.SECRET, notification)).isInstanceOf(Outcome.Taken.class);
    assertThat(post(Receiver.SECRET, notification)).isInstanceOf(Outcome.Taken.class);
    assertThat(post("whsec_" + "A".repeat(44), notification))
        .isEqualTo(new Outcome.Refused("HTTP 401"));
    assertThat(post("whsec_" + "A".repeat(44) + " " + Receiver.SECRET, notification))
        .as("while the secret changes")
        .isInstanceOf(Outcome.Taken.class);
    assertThat(post("{}")).isEqualTo(new Outcome.Refused("HTTP 401"));

    assertThat(Files.readString(folder.resolve("said")))
        .containsOnlyOnce("campaign.completed spring-2027")
        .contains("failed: 7");
  }

  private Outcome post(String secrets, Notification notification) {
    try (Poster poster =
        new Poster(
            Destination.of(url, secrets, Optional.empty(), false, List.of("completed")),
            Ticker.SYSTEM)) {
      return poster.post(notification);
    }
  }

  /** Posts what nobody has signed. */
  private Outcome post(String body) throws InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      int status =
          http.send(
                  HttpRequest.newBuilder(url).POST(BodyPublishers.ofString(body)).build(),
                  BodyHandlers.discarding())
              .statusCode();
      return new Outcome.Refused("HTTP " + status);
    } catch (IOException e) {
      return new Outcome.Away("it does not listen yet", null);
    }
  }
}

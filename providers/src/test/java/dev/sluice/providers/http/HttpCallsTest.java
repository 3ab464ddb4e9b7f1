package dev.sluice.providers.http;

import static dev.sluice.providers.http.ProviderFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Failures below HTTP, with and without TLS, and whether the provider can have received anything.
 */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
@Timeout(30)
class HttpCallsTest {
  @Parameter private boolean tls;

  @Test
  void aMessageThatGetsNoConnectionIsSafeToTryAgain() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer busy =
            new RawServer(
                tls,
                connection -> {
                  connection.open();
                  over.await();
                });
        HttpCalls calls =
            new HttpCalls(
                new Endpoint(
                    URI.create(busy.url()),
                    TestCertificate.SHARED.file(),
                    Duration.ofMillis(300),
                    Duration.ofSeconds(20),
                    1))) {
      Thread first = Thread.ofVirtual().start(() -> post(calls, busy));
      await().until(() -> busy.connections() == 1);

      assertThat(post(calls, busy)).isInstanceOf(SendOutcome.Unavailable.class);

      over.countDown();
      first.join();
    }
  }

  @Test
  void aKeptConnectionThatWasClosedMeanwhileIsReplacedBeforeAnythingIsWritten() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.accept();
                });
        WhatsAppProvider provider = provider(server)) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);
      Waiting.pass(Duration.ofMillis(200));

      assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  /** Load balancers do this before they close an idle connection. */
  @Test
  void aTimeoutThatIsAnsweredToNothingIsNotTakenForTheNextMessagesAnswer() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.accept();
                  if (connection.number() == 1) {
                    connection.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
                    over.await();
                  }
                });
        WhatsAppProvider provider = provider(server)) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);
      Waiting.pass(Duration.ofMillis(200));

      assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.requests()).isEqualTo(2);
    } finally {
      over.countDown();
    }
  }

  @Test
  void aMessageThatIsWithdrawnLeavesItsConnectionUnwrittenToTheNext() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.accept();
                });
        WhatsAppProvider provider = provider(server)) {
      Permit withdrawn =
          () -> {
            await().until(() -> server.connections() == 1);
            throw new WithdrawnException("too late");
          };

      assertThatThrownBy(() -> provider.send(message("c:1:1"), withdrawn))
          .isInstanceOf(WithdrawnException.class)
          .hasMessage("too late");
      assertThat(server.requests()).isZero();

      assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);
      assertThat(server.connections()).isOne();
      assertThat(server.requests()).isOne();
    }
  }

  @Test
  void aConnectionThatIsClosedWhileAMessageWaitsIsReplacedWithinTheSamePermit() throws IOException {
    AtomicInteger permits = new AtomicInteger();
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.open();
                  if (connection.number() > 1) {
                    connection.readRequest();
                    connection.accept();
                  }
                });
        WhatsAppProvider provider = provider(server)) {
      Permit slow =
          () -> {
            permits.incrementAndGet();
            Waiting.pass(Duration.ofMillis(200));
          };

      assertThat(provider.send(message("c:1:1"), slow)).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(permits).hasValue(1);
      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.requests()).isOne();
    }
  }

  @Test
  void aKeptConnectionThatDiesUnderARequestLeavesItInDoubtAndItIsNotRepeated() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.accept();
                  connection.readRequest();
                });
        WhatsAppProvider provider = provider(server)) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(provider.send(message("c:2:1")))
          .isInstanceOfSatisfying(
              SendOutcome.InDoubt.class,
              d -> assertThat(d.detail()).contains("the connection broke"));

      assertThat(server.connections()).isOne();
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void aConnectionIsLetGoOfBeforeTheProviderWouldDropIt() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  for (int i = 0; i < 2; i++) {
                    connection.readRequest();
                    connection.write(
                        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n");
                  }
                });
        WhatsAppProvider provider = provider(server)) {
      provider.send(message("c:1:1"));
      Waiting.pass(Duration.ofMillis(50));
      provider.send(message("c:2:1"));

      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void anErrorThatIsLongerThanAnyAnswerIsJudgedByItsStatus() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.write(
                      "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 100000\r\n\r\n"
                          + "x".repeat(100_000));
                });
        WhatsAppProvider provider = provider(server)) {
      assertThat(provider.send(message("c:1:1")))
          .isInstanceOfSatisfying(
              SendOutcome.Throttled.class,
              throttled -> assertThat(throttled.after()).isEqualTo(Duration.ofSeconds(7)));
    }
  }

  @Test
  void anAnswerWhoseBodyBreaksOffLeavesTheMessageInDoubt() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{\"messages\":");
                });
        WhatsAppProvider provider = provider(server)) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.InDoubt.class);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.write(
                      "HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
                });
        WhatsAppProvider provider = provider(server)) {
      provider.send(message("c:1:1"));

      assertThat(server.requests()).isOne();
    }
  }

  private static WhatsAppProvider provider(RawServer server) {
    return new WhatsAppProvider(
        ProviderFixture.config(server.url(), TestCertificate.SHARED.file(), true), 100);
  }

  private static SendOutcome post(HttpCalls calls, RawServer server) {
    return calls.post(
        URI.create(server.url() + "/"),
        Map.of(),
        new byte[] {'{', '}'},
        Permit.FREE,
        _ -> new SendOutcome.Accepted("m"));
  }
}

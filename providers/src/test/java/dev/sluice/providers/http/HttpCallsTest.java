package dev.sluice.providers.http;

import static dev.sluice.providers.http.ProviderFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.FreePort;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can go wrong below an answer, and whether the provider can have got anything. */
@Timeout(30)
class HttpCallsTest {
  @TempDir private Path folder;

  @Test
  void aRefusedConnectionIsSafeToTryAgain() {
    try (WhatsAppProvider provider =
        ProviderFixture.whatsApp("http://localhost:" + FreePort.next())) {
      assertNotSent(provider.send(message("c:1:1")), "refused");
    }
  }

  @Test
  void anUnknownHostIsSafeToTryAgain() {
    try (WhatsAppProvider provider = ProviderFixture.whatsApp("https://nowhere.invalid")) {
      assertNotSent(provider.send(message("c:1:1")), "nowhere.invalid");
      assertThat(provider.available()).isFalse();
    }
  }

  @Test
  void tlsSpokenToAPortWithoutItIsSafeToTryAgain() {
    try (WhatsAppSimulator plain = new WhatsAppSimulator(SimulatorConfig.friendly(80));
        WhatsAppProvider provider = ProviderFixture.whatsApp("https://localhost:" + plain.port())) {
      assertNotSent(provider.send(message("c:1:1")), "no connection");
      assertThat(plain.report().accepted()).isZero();
    }
  }

  @Test
  void aCertificateThatNobodyVouchesForIsSafeToTryAgain() throws InterruptedException {
    SelfSignedCertificate other = SelfSignedCertificate.writtenTo(folder.resolve("other.pem"));
    SimulatorConfig secure = SimulatorConfig.friendly(80).withTls(TestCertificate.SHARED);
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(secure);
        WhatsAppProvider trustsAnother =
            new WhatsAppProvider(ProviderFixture.config(simulator.url(), other.file(), true), 1);
        WhatsAppProvider trustsWhatJavaDoes = ProviderFixture.whatsApp(simulator.url())) {
      assertNotSent(trustsAnother.send(message("c:1:1")), "no connection");
      assertNotSent(trustsWhatJavaDoes.send(message("c:1:1")), "no connection");
    }
  }

  @Test
  void aCertificateForAnotherNameIsSafeToTryAgain() {
    SimulatorConfig secure = SimulatorConfig.friendly(80).withTls(TestCertificate.SHARED);
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(secure);
        WhatsAppProvider provider =
            new WhatsAppProvider(
                ProviderFixture.config(
                    "https://127.0.0.2:" + simulator.port(), TestCertificate.SHARED.file(), true),
                1)) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Unavailable.class);
    }
  }

  @Test
  void aTlsHandshakeThatNeverEndsIsSafeToTryAgainWhenItsTimeIsOver() throws IOException {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer silent = new RawServer(_ -> over.await());
        WhatsAppProvider provider = ProviderFixture.whatsApp("https://" + silent.address())) {
      assertNotSent(provider.send(message("c:1:1")), "in time");
    } finally {
      over.countDown();
    }
  }

  @Test
  void aProxyThatDoesNotConnectIsSafeToTryAgain() throws Exception {
    ProxySelector ofJava = ProxySelector.getDefault();
    try (RawServer proxy =
        new RawServer(connection -> {
          connection.socket().getInputStream().readNBytes(1);
          connection.write("HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n");
        })) {
      URI address = URI.create("http://" + proxy.address());
      ProxySelector.setDefault(
          ProxySelector.of(new InetSocketAddress(address.getHost(), address.getPort())));
      try (WhatsAppProvider provider = ProviderFixture.whatsApp("https://provider.invalid")) {
        assertNotSent(provider.send(message("c:1:1")), "the proxy answered 504");
      }
    } finally {
      ProxySelector.setDefault(ofJava);
    }
  }

  @Test
  void aMessageThatGetsNoConnectionIsSafeToTryAgain() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer busy = new RawServer(_ -> over.await());
        HttpCalls calls =
            new HttpCalls(
                new Endpoint(
                    URI.create("http://" + busy.address()),
                    null,
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
            new RawServer(connection -> {
              connection.readRequest();
              connection.accept();
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);
      Waiting.pass(Duration.ofMillis(200));

      assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);

      assertThat(server.connections()).isEqualTo(2);
      assertThat(server.requests()).isEqualTo(2);
    }
  }

  @Test
  void aMessageWaitsForItsPermitWithAnOpenConnectionAndNothingWritten() throws IOException {
    try (RawServer server = new RawServer(connection -> connection.readRequest());
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      Permit withdrawn =
          () -> {
            await().until(() -> server.connections() == 1);
            throw new WithdrawnException("too late");
          };

      assertThatThrownBy(() -> provider.send(message("c:1:1"), withdrawn))
          .isInstanceOf(WithdrawnException.class)
          .hasMessage("too late");

      assertThat(server.requests()).isZero();
    }
  }

  @Test
  void aConnectionThatIsClosedWhileAMessageWaitsForItsPermitIsNotWrittenTo() throws IOException {
    try (RawServer server = new RawServer(_ -> {});
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      assertNotSent(
          provider.send(message("c:1:1"), () -> Waiting.pass(Duration.ofMillis(200))),
          "closed while it waited");
    }
  }

  @Test
  void aKeptConnectionThatDiesUnderARequestLeavesItInDoubtAndItIsNotRepeated() throws IOException {
    try (RawServer server =
            new RawServer(connection -> {
              connection.readRequest();
              connection.accept();
              connection.readRequest();
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
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
            new RawServer(connection -> {
              for (int i = 0; i < 2; i++) {
                connection.readRequest();
                connection.write(
                    "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n");
              }
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      provider.send(message("c:1:1"));
      Waiting.pass(Duration.ofMillis(50));
      provider.send(message("c:2:1"));

      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void anErrorThatIsLongerThanAnyAnswerIsJudgedByItsStatus() throws IOException {
    try (RawServer server =
            new RawServer(connection -> {
              connection.readRequest();
              connection.write(
                  "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 100000\r\n\r\n"
                      + "x".repeat(100_000));
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      assertThat(provider.send(message("c:1:1")))
          .isInstanceOfSatisfying(
              SendOutcome.Throttled.class,
              throttled -> assertThat(throttled.after()).isEqualTo(Duration.ofSeconds(7)));
    }
  }

  @Test
  void anAnswerWhoseBodyBreaksOffLeavesTheMessageInDoubt() throws IOException {
    try (RawServer server =
            new RawServer(connection -> {
              connection.readRequest();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{\"messages\":");
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.InDoubt.class);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws IOException {
    try (RawServer server =
            new RawServer(connection -> {
              connection.readRequest();
              connection.write(
                  "HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
            });
        WhatsAppProvider provider = ProviderFixture.whatsApp("http://" + server.address())) {
      provider.send(message("c:1:1"));

      assertThat(server.requests()).isOne();
    }
  }

  @Test
  void namesTheFileThatHoldsNoCertificate() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");

    assertThatThrownBy(
            () -> new WhatsAppProvider(ProviderFixture.config("https://localhost", empty, true), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("empty.pem");
    assertThatThrownBy(() ->
            new WhatsAppProvider(
                ProviderFixture.config("https://localhost", folder.resolve("none.pem"), true), 1))
        .hasMessageContaining("none.pem");
  }

  private static SendOutcome post(HttpCalls calls, RawServer server) {
    return calls.post(
        URI.create("http://" + server.address() + "/"),
        Map.of(),
        new byte[] {'{', '}'},
        Permit.FREE,
        _ -> new SendOutcome.Accepted("m"));
  }

  private static void assertNotSent(SendOutcome outcome, String detail) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            SendOutcome.Unavailable.class,
            unavailable -> {
              assertThat(unavailable.code()).isEqualTo("not_connected");
              assertThat(unavailable.detail()).containsIgnoringCase(detail);
            });
  }
}

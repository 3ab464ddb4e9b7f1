package dev.sluice.providers.http;

import static dev.sluice.providers.http.ProviderFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.FreePort;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures before a connection is open, when the provider has received nothing. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(30)
class ConnectionsTest {
  private static final Permit NO_PERMIT =
      () -> {
        throw new AssertionError("no permit is needed");
      };

  @TempDir private Path folder;

  @Test
  void aRefusedConnectionIsSafeToTryAgain() {
    try (WhatsAppProvider provider =
        ProviderFixture.whatsApp("http://localhost:" + FreePort.next())) {
      assertNotSent(provider.send(message("c:1:1")), "refused");
    }
  }

  /** The queue of who wants to connect is full, and nobody is answered, as by a firewall. */
  @Test
  void aConnectionThatIsNeverAcceptedIsSafeToTryAgainWhenItsTimeIsOver() throws IOException {
    List<Socket> queue = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      String url = "http://localhost:" + full.getLocalPort();
      while (connects(full, queue)) {
        assertThat(queue).hasSizeLessThan(100);
      }
      try (HttpCalls calls = ProviderFixture.calls(url)) {
        assertNotSent(ProviderFixture.post(calls, url, NO_PERMIT), "in time");
      }
    } finally {
      for (Socket one : queue) {
        one.close();
      }
    }
  }

  private static boolean connects(ServerSocket server, List<Socket> queue) throws IOException {
    Socket next = new Socket();
    queue.add(next);
    try {
      next.connect(server.getLocalSocketAddress(), 200);
      return true;
    } catch (SocketTimeoutException e) {
      return false;
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
      // On a busy machine the time to connect may end before the server refuses the handshake.
      assertNotSent(provider.send(message("c:1:1")), "connection");
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
            ProviderFixture.trusting("https://127.0.0.2:" + simulator.port())) {
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

  /** It fails before anything of the message is written, and does not ask for its permit. */
  @ParameterizedTest
  @CsvSource({
    "slow, HTTP/1.1 504 Gateway Timeout|Content-Length: 0||, the proxy answered 504",
    "strict, HTTP/1.1 407 Proxy Authentication Required|Content-Length: 2||no, the proxy answered 407",
    "foreign, SSH-2.0-OpenSSH|, no connection",
    "mute, '', no connection",
  })
  void aProxyThatDoesNotConnectIsSafeToTryAgain(String name, String answer, String detail)
      throws Exception {
    try (RawServer proxy =
        new RawServer(connection -> {
          connection.readHead();
          connection.write(answer.replace("|", "\r\n"));
        })) {
      String url = "https://" + name + ".invalid";
      ChosenProxies.through(
          proxy,
          url,
          () -> {
            try (WhatsAppProvider provider = ProviderFixture.whatsApp(url)) {
              assertNotSent(provider.send(message("c:1:1"), NO_PERMIT), detail);
            }
          });
    }
  }

  @Test
  void aProxyThatNeverAnswersIsSafeToTryAgainWhenItsTimeIsOver() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer proxy = new RawServer(_ -> over.await())) {
      String url = "https://silent.invalid";
      ChosenProxies.through(
          proxy,
          url,
          () -> {
            try (WhatsAppProvider provider = ProviderFixture.whatsApp(url)) {
              assertNotSent(provider.send(message("c:1:1")), "in time");
            }
          });
    } finally {
      over.countDown();
    }
  }

  @Test
  void messagesGoThroughAProxysTunnelWhichIsKept() throws Exception {
    AtomicInteger permits = new AtomicInteger();
    SimulatorConfig secure = SimulatorConfig.friendly(80).withTls(TestCertificate.SHARED);
    try (WhatsAppSimulator simulator = new WhatsAppSimulator(secure);
        RawServer proxy =
            new RawServer(connection -> {
              connection.readHead();
              try (Socket provider = new Socket("localhost", simulator.port())) {
                connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
                connection.join(provider);
              }
            })) {
      ChosenProxies.through(
          proxy,
          simulator.url(),
          () -> {
            try (WhatsAppProvider provider = ProviderFixture.trusting(simulator.url())) {
              for (String one : List.of("c:1:1", "c:2:1")) {
                assertThat(provider.send(message(one), permits::incrementAndGet))
                    .isInstanceOf(SendOutcome.Accepted.class);
              }
            }
          });
      assertThat(proxy.connections()).isOne();
      assertThat(permits).hasValue(2);
      assertThat(simulator.report().accepted()).isEqualTo(2);
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

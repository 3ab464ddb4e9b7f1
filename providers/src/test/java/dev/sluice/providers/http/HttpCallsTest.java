package dev.sluice.providers.http;

import static dev.sluice.providers.http.ProviderFixture.message;
import static dev.sluice.providers.http.ProviderFixture.post;
import static dev.sluice.providers.http.ProviderFixture.trusting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Failures below HTTP, with and without TLS, and whether the provider can have received anything.
 */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
@Execution(ExecutionMode.CONCURRENT)
@Timeout(30)
class HttpCallsTest {
  private static final RawServer.Conversation ONE_MESSAGE =
      connection -> {
        connection.readRequest();
        connection.accept();
      };

  private static final byte[] MORE_THAN_BUFFERS_HOLD = new byte[30_000_000];

  /** Bytes; more than socket buffers hold. */
  private static final long ENDLESS = 100_000_000;

  @Parameter private boolean tls;

  /** Accepts a message of each connection, and notes what stands before its body. */
  private static RawServer.Conversation noting(Queue<String> heads) {
    return connection -> {
      heads.add(connection.readRequest());
      connection.accept();
    };
  }

  private static RawServer.Conversation answering(String text) {
    return connection -> {
      connection.readRequest();
      connection.write(text);
    };
  }

  @Test
  void aMessageThatGetsNoConnectionIsSafeToTryAgain() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer busy = new RawServer(tls, RawServer.deafUntil(over));
        HttpCalls calls = ProviderFixture.calls(busy.url())) {
      Thread first = Thread.ofVirtual().start(() -> post(calls, busy.url(), Permit.FREE));
      await().until(() -> busy.connections() == 1);

      assertThat(post(calls, busy.url(), Permit.FREE)).isInstanceOf(SendOutcome.Unavailable.class);

      over.countDown();
      first.join();
    }
  }

  /** Not when it was prepared: the wait for the permit comes in between. */
  @Test
  void aRequestSaysWhenItWasWrittenIfThatIsSwitchedOn() throws IOException {
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    AtomicReference<Instant> permitted = new AtomicReference<>(Instant.MAX);
    try (RawServer server = new RawServer(tls, noting(heads));
        HttpCalls calls = ProviderFixture.sayingWhen(server.url())) {
      post(calls, server.url(), () -> permitted.set(Instant.now()));

      long micros =
          heads
              .element()
              .lines()
              .filter(line -> line.startsWith("Sluice-Written: "))
              .mapToLong(line -> Long.parseLong(line.substring("Sluice-Written: ".length())))
              .findFirst()
              .orElseThrow();
      assertThat(Instant.EPOCH.plus(micros, ChronoUnit.MICROS))
          .isBetween(permitted.get().truncatedTo(ChronoUnit.MICROS), Instant.now());
    }
  }

  @Test
  void otherwiseARequestHasNoSuchHeader() throws IOException {
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    try (RawServer server = new RawServer(tls, noting(heads));
        HttpCalls calls = ProviderFixture.calls(server.url())) {
      post(calls, server.url(), Permit.FREE);

      assertThat(heads).singleElement(STRING).doesNotContain("Sluice-");
    }
  }

  @Test
  void aTracedRequestCarriesItsTraceAndNoOtherHasSuchAHeader() throws IOException {
    String traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    Permit traced =
        new Permit() {
          @Override
          public void await() {}

          @Override
          public String traceparent() {
            return traceparent;
          }
        };
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    RawServer.Conversation all =
        connection -> {
          while (true) {
            noting(heads).hold(connection);
          }
        };
    try (RawServer server = new RawServer(tls, all);
        HttpCalls calls = ProviderFixture.calls(server.url())) {
      post(calls, server.url(), traced);
      post(calls, server.url(), Permit.FREE);
    }

    assertThat(heads)
        .satisfiesExactly(
            head -> assertThat(head.lines()).contains("traceparent: " + traceparent),
            head -> assertThat(head).doesNotContainIgnoringCase("trace"));
  }

  /** Which would put all messages on one connection, as many at a time as the server allows. */
  @Test
  void nobodyIsAskedForHttp2() throws IOException {
    Queue<String> protocols = new ConcurrentLinkedQueue<>();
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  heads.add(connection.readRequest().toLowerCase(Locale.ROOT));
                  protocols.add(connection.protocol());
                  connection.accept();
                });
        WhatsAppProvider provider = trusting(server.url())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);
    }

    assertThat(protocols).singleElement().isIn("", "http/1.1");
    assertThat(heads).singleElement(STRING).contains(" http/1.1\r\n").doesNotContain("h2c");
  }

  /** A long request is then blocked while it is written. */
  @Test
  void aProviderThatReadsNothingHoldsAConnectionNoLongerThanTheDeadline() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer deaf = new RawServer(tls, RawServer.deafUntil(over));
        HttpCalls calls = ProviderFixture.calls(deaf.url(), ProviderFixture.ANSWER_TIMEOUT)) {
      for (int call = 1; call <= 2; call++) {
        assertThat(post(calls, deaf.url(), MORE_THAN_BUFFERS_HOLD, Permit.FREE))
            .isInstanceOf(SendOutcome.InDoubt.class);
        assertThat(deaf.connections()).isEqualTo(call);
      }
    } finally {
      over.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "\r\nX: x"})
  void aResponseWhoseHeadNeverEndsIsGivenUp(String part) throws Exception {
    AtomicLong written = new AtomicLong();
    try (RawServer endless =
            new RawServer(
                tls,
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 200 OK\r\nX: x");
                  while (written.addAndGet(part.length() * 1_000L) < ENDLESS) {
                    connection.write(part.repeat(1_000));
                  }
                });
        HttpCalls calls = ProviderFixture.calls(endless.url())) {
      assertThat(post(calls, endless.url(), Permit.FREE)).isInstanceOf(SendOutcome.InDoubt.class);

      assertThat(written.get()).isLessThan(ENDLESS);
    }
  }

  @Test
  void aKeptConnectionThatWasClosedMeanwhileIsReplacedBeforeAnythingIsWritten() throws IOException {
    try (RawServer server = new RawServer(tls, ONE_MESSAGE);
        WhatsAppProvider provider = trusting(server.url())) {
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
        WhatsAppProvider provider = trusting(server.url())) {
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
    try (RawServer server = new RawServer(tls, ONE_MESSAGE);
        WhatsAppProvider provider = trusting(server.url())) {
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
        WhatsAppProvider provider = trusting(server.url())) {
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
        WhatsAppProvider provider = trusting(server.url())) {
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
        WhatsAppProvider provider = trusting(server.url())) {
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
                answering(
                    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 100000\r\n\r\n"
                        + "x".repeat(100_000)));
        WhatsAppProvider provider = trusting(server.url())) {
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
                tls, answering("HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n{\"messages\":"));
        WhatsAppProvider provider = trusting(server.url())) {
      assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.InDoubt.class);
    }
  }

  @Test
  void aRedirectIsNotFollowed() throws IOException {
    try (RawServer server =
            new RawServer(
                tls,
                answering(
                    "HTTP/1.1 307 Temporary Redirect\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"));
        WhatsAppProvider provider = trusting(server.url())) {
      provider.send(message("c:1:1"));

      assertThat(server.requests()).isOne();
    }
  }

  /** What an answer asks of browsers would tie messages together, or add to what is sent. */
  @Test
  void requestsAreAlikeWhateverWasAnswered() throws IOException {
    Queue<String> heads = new ConcurrentLinkedQueue<>();
    try (RawServer server =
            new RawServer(
                tls,
                connection -> {
                  while (true) {
                    heads.add(connection.readRequest());
                    connection.write(
                        "HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 0\r\n\r\n");
                  }
                });
        WhatsAppProvider provider = trusting(server.url())) {
      provider.send(message("c:1:1"));
      provider.send(message("c:1:1"));
    }

    assertThat(heads)
        .hasSize(2)
        .allSatisfy(head ->
            assertThat(head.lines().skip(1).map(line -> line.split(":", 2)[0]))
                .containsExactlyInAnyOrder(
                    "Authorization",
                    "Content-Type",
                    "Content-Length",
                    "Host",
                    "Connection",
                    "User-Agent"));
  }
}

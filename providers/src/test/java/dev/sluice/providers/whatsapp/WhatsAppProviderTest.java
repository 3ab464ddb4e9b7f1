package dev.sluice.providers.whatsapp;

import static dev.sluice.providers.http.ProviderFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.FreePort;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.Trouble;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.providers.http.ProviderFixture;
import dev.sluice.providers.http.TestCertificate;
import dev.sluice.providers.http.Waiting;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Runs against the simulator, with and without TLS. */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
@Execution(ExecutionMode.CONCURRENT)
@Timeout(30)
class WhatsAppProviderTest {
  private static final SimulatorConfig QUICK =
      SimulatorConfig.friendly(1_000).withLatency(Duration.ofMillis(1), Duration.ofMillis(2));

  @Parameter private boolean tls;
  private WhatsAppSimulator simulator;
  private WhatsAppProvider provider;

  @AfterEach
  void stop() {
    provider.close();
    simulator.close();
  }

  @Test
  void sendsOneMessageAndBringsItsId() {
    start(QUICK);

    assertThat(provider.send(message("c:1:1")))
        .isInstanceOfSatisfying(
            SendOutcome.Accepted.class,
            accepted -> assertThat(accepted.messageId()).startsWith("wamid."));
    assertThat(simulator.accepted().perRecipient()).containsOnlyKeys("c:1:1").containsValue(1);
  }

  @Test
  void warmingUpSendsNothing() {
    start(QUICK);

    provider.warmUp();

    assertThat(provider.available()).isTrue();
    assertThat(simulator.report().accepted()).isZero();
  }

  /** A single connection with a limit of streams, as in HTTP/2, would fail here. */
  @Test
  void sendsHundredsOfMessagesAtATime() throws InterruptedException, ExecutionException {
    start(
        SimulatorConfig.friendly(1_000).withLatency(Duration.ofMillis(100), Duration.ofMillis(101)),
        300,
        Duration.ofSeconds(20));

    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SendOutcome>> sends =
          IntStream.range(0, 300)
              .mapToObj(i -> senders.submit(() -> provider.send(message("c:" + i + ":1"))))
              .toList();
      for (Future<SendOutcome> send : sends) {
        assertThat(send.get()).isInstanceOf(SendOutcome.Accepted.class);
      }
    }
    assertThat(simulator.report().accepted()).isEqualTo(300);
  }

  /** Whatever the provider does after it took the message must not be mistaken for a refusal. */
  @ParameterizedTest
  @EnumSource
  void aWrongAnswerLeavesTheMessageInDoubtWithinItsTimeAndThePlaceIsFreeAgain(Trouble.Mode mode) {
    start(QUICK, 1, ProviderFixture.ANSWER_TIMEOUT);
    simulator.setTroubles(List.of(Trouble.forAll(mode)));

    assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.InDoubt.class);

    simulator.setTroubles(List.of());
    assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);
    assertThat(simulator.accepted().perRecipient()).containsOnlyKeys("c:1:1", "c:2:1");
    assertThat(simulator.report().duplicates()).isZero();
  }

  @Test
  void aMessageWithoutAnswerIsInDoubtBecauseItMayHaveArrived() {
    start(QUICK.withTrouble(0, 1, Duration.ofSeconds(2)));

    assertThat(provider.send(message("c:1:1")))
        .isInstanceOfSatisfying(
            SendOutcome.InDoubt.class,
            inDoubt -> assertThat(inDoubt.detail()).contains("no answer within"));
    assertThat(simulator.report().accepted()).isOne();
  }

  @Test
  void aConnectionThatTheProviderDroppedIsNotUsedAgain() {
    start(QUICK.withIdleTimeout(Duration.ofMillis(300)));
    assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);

    Waiting.pass(Duration.ofMillis(600));

    assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);
  }

  @Test
  void aProviderThatWentAwayWasSentNothing() {
    start(QUICK);
    assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.Accepted.class);

    simulator.goAway();
    Waiting.pass(Duration.ofMillis(200));

    assertThat(provider.send(message("c:2:1")))
        .isInstanceOfSatisfying(
            SendOutcome.Unavailable.class,
            down -> assertThat(down.code()).isEqualTo("not_connected"));
    assertThat(provider.available()).isFalse();
    simulator.comeBack();
    assertThat(provider.available()).isTrue();
    assertThat(provider.send(message("c:2:1"))).isInstanceOf(SendOutcome.Accepted.class);
  }

  /** "Something went wrong" does not tell how far the message got. */
  @Test
  void aServerErrorLeavesTheMessageInDoubt() {
    start(QUICK.withTrouble(1, 0, Duration.ZERO));

    assertThat(provider.send(message("c:1:1"))).isInstanceOf(SendOutcome.InDoubt.class);
  }

  @Test
  void whoWouldRatherSendTwiceThanNotHasServerErrorsTriedAgain() {
    start(QUICK.withTrouble(1, 0, Duration.ZERO));

    try (WhatsAppProvider tolerant =
        new WhatsAppProvider(
            ProviderFixture.config(simulator.url(), TestCertificate.SHARED.file(), false), 1)) {
      assertThat(tolerant.send(message("c:1:1")))
          .isInstanceOfSatisfying(
              SendOutcome.Unavailable.class, t -> assertThat(t.code()).isEqualTo("131000"));
    }
  }

  @Test
  void theProvidersLimitIsThrottling() {
    start(SimulatorConfig.friendly(1).withLatency(Duration.ofMillis(1), Duration.ofMillis(2)));
    provider.send(message("c:1:1"));

    assertThat(provider.send(message("c:2:1")))
        .isInstanceOfSatisfying(
            SendOutcome.Throttled.class, t -> assertThat(t.code()).isEqualTo("130429"));
  }

  /** The campaign's row may have been written by another program. */
  @Test
  void nothingInACampaignsMessageNamesAnotherRecipient() {
    start(QUICK);
    JsonNode body =
        Json.MAPPER.readTree(
            "{\"type\":\"text\",\"text\":{\"body\":\"x\"},\"to\":\"+1\","
                + "\"biz_opaque_callback_data\":\"other\"}");

    provider.send(new OutgoingMessage("1065403", "+5511999990001", body, "c:1:1"));

    assertThat(simulator.accepted().perRecipient()).containsOnlyKeys("c:1:1");
  }

  @Test
  void anAddressThatFitsNoUrlIsItsSendersFaultAndNobodyFails() {
    start(QUICK);
    OutgoingMessage message =
        new OutgoingMessage("not an id", "+5511960000000", Json.MAPPER.createObjectNode(), "c");

    assertThat(provider.send(message))
        .isEqualTo(
            new SendOutcome.SenderBlocked("invalid_address", "not a phone number id: not an id"));
  }

  @Test
  void neverShowsTheTokenInItsConfiguration() {
    start(QUICK);

    assertThat(ProviderFixture.config("http://localhost:" + FreePort.next(), null, true).toString())
        .doesNotContain("secret-token");
    assertThatThrownBy(() -> WhatsAppConfig.of("ftp://x", "v26.0", "t"))
        .hasMessageContaining("http");
  }

  private void start(SimulatorConfig config) {
    start(config, 100, ProviderFixture.ANSWER_TIMEOUT);
  }

  private void start(SimulatorConfig config, int atATime, Duration answerTimeout) {
    simulator = new WhatsAppSimulator(tls ? config.withTls(TestCertificate.SHARED) : config);
    provider =
        new WhatsAppProvider(
            ProviderFixture.config(
                simulator.url(), TestCertificate.SHARED.file(), answerTimeout, true),
            atATime);
  }
}

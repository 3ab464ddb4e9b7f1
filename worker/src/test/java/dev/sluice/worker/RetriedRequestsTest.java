package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * A message may be tried for a day from its first attempt on, however often it is written again.
 */
class RetriedRequestsTest {
  private static final Duration WAIT = Duration.ofSeconds(45);

  private final SteppedTime time = new SteppedTime();
  private final Deque<Supplier<SendOutcome>> outcomes = new ArrayDeque<>();
  private final List<Instant> answered = new ArrayList<>();
  private final SteppedWorker worker =
      new SteppedWorker(
          10,
          time,
          message -> {
            time.sleep(Duration.ofMillis(200));
            answered.add(time.now());
            Supplier<SendOutcome> next = outcomes.poll();
            return next == null ? new SendOutcome.TryAgain("131000", "?", WAIT) : next.get();
          });

  @Test
  void everyReturnSaysWhenItWasFirstTried() {
    worker.write(request());
    worker.run(Duration.ofSeconds(2));
    ReturnedRequest first = worker.returned.getFirst();
    worker.write(request().again(first.attempts(), first.notBefore(), first.firstTriedAt(), 80));
    worker.run(Duration.ofMinutes(2));

    assertThat(worker.returned)
        .hasSize(2)
        .extracting(ReturnedRequest::firstTriedAt)
        .containsOnly(answered.getFirst());
  }

  @Test
  void whatWasNotWrittenWasNotTried() {
    outcomes.add(() -> new SendOutcome.Disconnected("closed"));
    outcomes.add(() -> {
      throw new WithdrawnException("late");
    });
    worker.write(request());
    worker.run(Duration.ofSeconds(10));

    assertThat(answered).hasSize(3);
    assertThat(worker.returned)
        .extracting(ReturnedRequest::firstTriedAt)
        .containsExactly(answered.getLast());
  }

  /** The producer does not know it. */
  @Test
  void aTestWaitsInItsLane() {
    worker.write(
        SendRequest.test(
            1,
            new UUID(0, 1),
            new SendRequest.Sender("s", "whatsapp", "1"),
            80,
            "+5511960000000",
            Json.MAPPER.createObjectNode()));
    worker.run(Duration.ofSeconds(2));

    assertThat(worker.returned).isEmpty();
    assertThat(worker.log).hasSize(2);
    assertThat(Json.read(worker.log.getLast().value(), SendRequest.class).notBefore())
        .isEqualTo(answered.getFirst().plus(WAIT));
  }

  @Test
  void whatWasFirstTriedADayAgoIsNotTriedAgain() {
    worker.write(request().again(1, null, time.now().minus(Duration.ofDays(1)), 80));
    worker.run(Duration.ofMinutes(1));

    assertThat(worker.returned).isEmpty();
    assertThat(worker.results)
        .singleElement()
        .satisfies(result -> {
          assertThat(result.status()).isEqualTo(RecipientStatus.FAILED);
          assertThat(result.attempts()).isEqualTo(2);
        });
  }

  @Test
  void theResultCarriesTheUpstreamsKeyThroughEveryAttempt() {
    worker.write(request().again(1, null, time.now().minus(Duration.ofDays(1)), 80));
    worker.run(Duration.ofMinutes(1));

    assertThat(worker.results).extracting(SendResult::externalId).containsExactly("crm-1");
  }

  private static SendRequest request() {
    return new SendRequest(
        1,
        new UUID(0, 1),
        1,
        new SendRequest.Sender("s", "whatsapp", "1"),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode(),
        OnDoubt.HOLD,
        0,
        null,
        null,
        null,
        "crm-1");
  }
}

package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.ReturnedRequest.FullLane;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The bytes of records read and waiting are limited, whatever the size of a request. */
class HeldMemoryTest {
  private static final int LARGE = 20_000;

  /** The first recipient of the small ones. */
  private static final int SMALL = 1_000_000;

  @Test
  void largeRequestsWaitInTheLogAndNotInMemory() {
    SteppedWorker worker = new SteppedWorker(HeldMemoryTest::accepted, new HeldMemory(400_000));
    for (int i = 0; i < 1_000; i++) {
      worker.write(request("large", i, LARGE));
    }
    for (int turn = 0; turn < 2_000; turn++) {
      worker.turn();
      assertThat(worker.held()).as("whatever one fetch brings").isLessThanOrEqualTo(20);
    }
    assertThat(worker.sentBy("large")).isEqualTo(1_000);
  }

  @Test
  void largeRequestsThatTheirProviderPausesStopNobodyElse() {
    SteppedWorker worker =
        new SteppedWorker(
            message ->
                message.address().equals("large")
                    ? new SendOutcome.Throttled("80007", "too many calls", Duration.ofMinutes(5))
                    : accepted(message),
            new HeldMemory(1_000_000));
    for (int i = 0; i < 300; i++) {
      worker.write(request("large", i, 3 * LARGE));
    }
    for (int i = 0; i < 800; i++) {
      worker.write(request("small", 1_000 + i, 10));
    }
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.sentBy("small")).isEqualTo(800);
  }

  @Test
  void neitherDoLargeRequestsThatTheirProviderPostpones() {
    SteppedWorker worker =
        new SteppedWorker(
            message ->
                message.address().equals("large")
                    ? new SendOutcome.TryAgain("131000", "later", Duration.ofSeconds(25))
                    : accepted(message),
            new HeldMemory(2_000_000));
    long recipient = 0;
    int written = 0;
    int taken = 0;
    long fullUntil = 0;
    Deque<ReturnedRequest> again = new ArrayDeque<>();
    for (int second = 0; second < 120; second++) {
      for (; taken < worker.returned.size(); taken++) {
        ReturnedRequest back = worker.returned.get(taken);
        again.add(back);
        FullLane full = back.full();
        fullUntil = full == null ? fullUntil : Math.max(fullUntil, second + full.seconds());
      }
      long done = worker.results.stream().filter(one -> one.recipientId() < SMALL).count();
      // As the producer does, which keeps 10 s of work queued.
      for (int i = 0; i < 80; i++) {
        if (second >= fullUntil && written - taken - done < 800) {
          ReturnedRequest back = again.poll();
          SendRequest request =
              request("large", back == null ? recipient++ : back.recipientId(), LARGE);
          written++;
          worker.write(
              back == null
                  ? request
                  : request.again(back.attempts(), back.notBefore(), back.firstTriedAt(), 80));
        }
        worker.write(request("small", SMALL + 80 * second + i, 10));
      }
      worker.run(Duration.ofSeconds(1));
    }

    assertThat(worker.sentBy("small")).isGreaterThan(120 * 80 * 95 / 100);
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("id." + message.callbackData());
  }

  private static SendRequest request(String sender, long recipient, int size) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender(sender, "whatsapp", sender),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode().put("body", "x".repeat(size)),
        OnDoubt.HOLD,
        0,
        null);
  }
}

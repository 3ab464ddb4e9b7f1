package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.ReturnedRequest.FullLane;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** The bytes of records read and waiting are limited, whatever the size of a request. */
class HeldMemoryTest {
  private static final int LARGE = 20_000;
  private static final JsonNode NULL = NullNode.getInstance();

  /** How many recipients each sender may have. */
  private static final long RECIPIENTS = 1_000_000;

  private static final int SECONDS = 120;

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
  void neitherAreRequestsWhoseMessagesHaveManyParts() {
    SteppedWorker worker = new SteppedWorker(HeldMemoryTest::accepted, new HeldMemory(400_000));
    for (int i = 0; i < 1_000; i++) {
      worker.write(
          request(
              "large", i, Json.MAPPER.createArrayNode().addAll(Collections.nCopies(220, NULL))));
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

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void neitherDoLargeRequestsThatTheirProviderPostpones(int senders) {
    SteppedWorker worker =
        new SteppedWorker(
            message ->
                message.address().startsWith("large")
                    ? new SendOutcome.TryAgain("131000", "later", Duration.ofSeconds(25))
                    : accepted(message),
            new HeldMemory(2_000_000));

    assertThat(smallSentBeside(senders, worker)).isGreaterThan(SECONDS * 80 * 95 / 100);
  }

  /** It answers for ten seconds, and then takes messages and never answers again. */
  @Test
  void norDoLargeRequestsInFlightToASilentProvider() {
    SteppedTime time = new SteppedTime();
    long silentNanos = time.nanoTime() + Duration.ofSeconds(10).toNanos();
    SteppedWorker worker =
        new SteppedWorker(
            2_000,
            time,
            message -> {
              if (message.address().startsWith("large") && time.nanoTime() - silentNanos > 0) {
                time.sleep(Duration.ofSeconds(30));
                return new SendOutcome.InDoubt("no answer");
              }
              return accepted(message);
            },
            new HeldMemory(2_000_000));

    assertThat(smallSentBeside(1, worker)).isGreaterThan(SECONDS * 80 * 95 / 100);
  }

  /**
   * Returns how many messages a sender of small ones sends beside these many senders of large ones,
   * whose producer writes what comes back when their lanes have room.
   */
  private static long smallSentBeside(int senders, SteppedWorker worker) {
    List<Large> large = IntStream.range(0, senders).mapToObj(Large::new).toList();
    int taken = 0;
    for (int second = 0; second < SECONDS; second++) {
      for (; taken < worker.returned.size(); taken++) {
        ReturnedRequest back = worker.returned.get(taken);
        int number = (int) (back.recipientId() / RECIPIENTS);
        if (number < senders) {
          large.get(number).returned(back, second);
        }
      }
      for (Large one : large) {
        one.look(worker, second);
      }
      for (int i = 0; i < 80; i++) {
        for (Large one : large) {
          one.write(worker);
        }
        worker.write(request("small", RECIPIENTS * senders + 80L * second + i, 10));
      }
      worker.run(Duration.ofSeconds(1));
    }
    return worker.sentBy("small");
  }

  /** A sender of large messages as the producer feeds it, with 10 s of work queued. */
  private static final class Large {
    private final int number;
    private final Deque<ReturnedRequest> again = new ArrayDeque<>();
    private long recipients;
    private long written;
    private long back;
    private long fullUntil;
    private long room;

    Large(int number) {
      this.number = number;
    }

    void returned(ReturnedRequest request, int second) {
      again.add(request);
      back++;
      FullLane full = request.full();
      fullUntil = full == null ? fullUntil : Math.max(fullUntil, second + full.seconds());
    }

    private static boolean isEarly(ReturnedRequest request, Instant now) {
      Instant notBefore = request.notBefore();
      return notBefore != null && notBefore.isAfter(now.plusSeconds(3));
    }

    /** Sees how many it may write in this second. */
    void look(SteppedWorker worker, int second) {
      long done =
          worker.results.stream().filter(one -> one.recipientId() / RECIPIENTS == number).count();
      Control sender = worker.controls.get(Control.senderKey("large" + number));
      boolean runs = sender == null || sender.state() == Control.State.RUNNING;
      room = runs && second >= fullUntil ? 800 - (written - back - done) : 0;
    }

    void write(SteppedWorker worker) {
      if (room-- <= 0) {
        return;
      }
      written++;
      ReturnedRequest first = again.peek();
      if (first == null || isEarly(first, worker.time.now())) {
        worker.write(request("large" + number, RECIPIENTS * number + recipients++, LARGE));
      } else {
        again.remove();
        worker.write(
            request("large" + number, first.recipientId(), LARGE)
                .again(first.attempts(), first.notBefore(), first.firstTriedAt(), 80));
      }
    }
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("id." + message.callbackData());
  }

  private static SendRequest request(String sender, long recipient, int size) {
    return request(sender, recipient, Json.MAPPER.createObjectNode().put("body", "x".repeat(size)));
  }

  private static SendRequest request(String sender, long recipient, JsonNode message) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender(sender, "whatsapp", sender),
        0,
        80,
        "+5511960000000",
        message,
        OnDoubt.HOLD,
        0,
        null);
  }
}

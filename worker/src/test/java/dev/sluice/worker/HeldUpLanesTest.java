package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * A lane that its rate would let send more, but that lacks slots, has a breaker that lets few
 * through, or has an ever slower provider, leaves its neighbour 95 % of its rate. A stand-in for
 * the producer keeps 10 s of work queued for both.
 */
class HeldUpLanesTest {
  private static final String SLOW = "slow";
  private static final String NEIGHBOUR = "neighbour";
  private static final int RATE = 80;

  private final SteppedTime time = new SteppedTime();
  private final long begunNanos = time.nanoTime();
  private final Map<String, Integer> rates = new HashMap<>(Map.of(SLOW, RATE, NEIGHBOUR, RATE));
  private final Map<String, Integer> written = new HashMap<>();
  private final Map<Long, String> senders = new HashMap<>();
  private final Map<String, Integer> done = new HashMap<>();
  private long fullUntilNanos = begunNanos;
  private int recipients;
  private int results;
  private int returned;

  @Test
  void aLaneWithoutSlotsStopsNobodyElse() {
    SteppedWorker worker = worker(40, _ -> Duration.ofSeconds(2));

    assertThat(neighbourIn(worker, 60)).isGreaterThanOrEqualTo(60 * RATE * 95 / 100);
    assertThat(worker.sentBy(SLOW)).as("it has the slots that it is due").isGreaterThan(9 * 60);
    assertThat(worker.returned)
        .as("it circles slowly")
        .hasSizeBetween(500, 5_000)
        .allSatisfy(request -> assertThat(seconds(request)).isBetween(5, 18));
  }

  @Test
  void neitherDoesOneThatItsBreakerLetsGoOnSlowly() {
    SteppedWorker worker = worker(2_000, _ -> Duration.ofSeconds(4));

    assertThat(neighbourIn(worker, 40)).isGreaterThanOrEqualTo(40 * RATE * 95 / 100);
    assertThat(worker.health.problems()).isEmpty();
    long before = worker.sentBy(SLOW);
    neighbourIn(worker, 20);
    assertThat(worker.sentBy(SLOW) - before)
        .as("it is at its rate again")
        .isGreaterThan(20 * RATE * 9 / 10);
  }

  @Test
  void norOneWhoseBreakerIsHalfOpen() {
    SteppedWorker worker =
        worker(
            2_000, second -> Duration.ofMillis(second < 10 ? 100 : second < 25 ? 30_000 : 4_000));
    neighbourIn(worker, 25);

    assertThat(worker.controls).containsKey(Control.senderKey(SLOW));
    assertThat(neighbourIn(worker, 40)).isGreaterThanOrEqualTo(40 * RATE * 95 / 100);
  }

  @Test
  void norOneWhoseProviderAnswersEverLater() {
    rates.put(SLOW, 200);
    SteppedWorker worker =
        worker(2_000, second -> Duration.ofMillis(Math.clamp(200 * (second - 5), 1_000, 12_000)));
    neighbourIn(worker, 15);

    assertThat(neighbourIn(worker, 80)).isGreaterThanOrEqualTo(80 * RATE * 95 / 100);
    assertThat(worker.health.problems()).isEmpty();
    long before = worker.sentBy(SLOW);
    neighbourIn(worker, 40);
    assertThat(worker.sentBy(SLOW) - before)
        .as("it has room for 200 in the window")
        .isGreaterThan(40 * 200 / 12);
  }

  /** The neighbour is answered at once. */
  private SteppedWorker worker(int maxInFlight, Function<Long, Duration> answerTime) {
    SteppedWorker worker =
        new SteppedWorker(
            maxInFlight,
            time,
            message -> {
              if (message.address().equals(SLOW)) {
                time.sleep(answerTime.apply(second()));
              }
              return accepted(message);
            });
    feed(worker);
    worker.run(Duration.ofSeconds(1));
    return worker;
  }

  private long second() {
    return Duration.ofNanos(time.nanoTime() - begunNanos).toSeconds();
  }

  /** Returns what the neighbour sends within this time. */
  private long neighbourIn(SteppedWorker worker, int seconds) {
    long before = worker.sentBy(NEIGHBOUR);
    for (int i = 0; i < 4 * seconds; i++) {
      feed(worker);
      worker.run(Duration.ofMillis(250));
    }
    return worker.sentBy(NEIGHBOUR) - before;
  }

  private void feed(SteppedWorker worker) {
    for (; results < worker.results.size(); results++) {
      count(worker.results.get(results).recipientId());
    }
    for (; returned < worker.returned.size(); returned++) {
      ReturnedRequest request = worker.returned.get(returned);
      count(request.recipientId());
      fullUntilNanos = time.nanoTime() + Duration.ofSeconds(seconds(request)).toNanos();
    }
    int slow = time.nanoTime() - fullUntilNanos < 0 || blocked(worker) ? 0 : room(SLOW);
    int neighbour = room(NEIGHBOUR);
    for (int i = 0; i < Math.max(slow, neighbour); i++) {
      if (i < slow) {
        write(worker, SLOW);
      }
      if (i < neighbour) {
        write(worker, NEIGHBOUR);
      }
    }
  }

  private static int seconds(ReturnedRequest request) {
    ReturnedRequest.FullLane full = request.full();
    return full == null ? 0 : full.seconds();
  }

  private static boolean blocked(SteppedWorker worker) {
    Control control = worker.controls.get(Control.senderKey(SLOW));
    return control != null && control.state() == Control.State.BLOCKED;
  }

  private void count(long recipient) {
    done.merge(senders.getOrDefault(recipient, "nobody"), 1, Integer::sum);
  }

  private int room(String sender) {
    return 10 * rate(sender) - written.getOrDefault(sender, 0) + done.getOrDefault(sender, 0);
  }

  private int rate(String sender) {
    return rates.getOrDefault(sender, RATE);
  }

  private void write(SteppedWorker worker, String sender) {
    long recipient = recipients++;
    senders.put(recipient, sender);
    written.merge(sender, 1, Integer::sum);
    worker.write(
        new SendRequest(
            recipient,
            new UUID(0, 1),
            1,
            new SendRequest.Sender(sender, "whatsapp", sender),
            0,
            rate(sender),
            "+5511960000000",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null));
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("id." + message.callbackData());
  }
}

package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane that is paused or slowed down stops no other lane of its partition. */
class SlowLanesTest {
  private static final String SLOW = "slow";
  private static final String NEIGHBOUR = "neighbour";

  @Test
  void aLaneThatItsProviderPausesStopsNobodyElse() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofDays(11)));
    sideBySide(worker);
    neighbourGoesOn(worker, 640, 20);
    assertThat(worker.returned.stream().filter(SlowLanesTest::isOfAFullLane))
        .as("there is room for its queue")
        .isEmpty();
    neighbourGoesOn(worker, 2_240, 100);

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(10_240);
    assertThat(worker.returned.stream().filter(SlowLanesTest::isOfAFullLane))
        .hasSizeBetween(500, 700)
        .allSatisfy(request -> assertThat(seconds(request)).isBetween(120, 360))
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
    assertThat(worker.log).as("nothing is written again").hasSize(11_040);
    assertThat(worker.health.problems().get("lanes"))
        .startsWith("the provider asks slow/0 to wait, ");
  }

  @Test
  void neitherDoesALaneWhoseMessagesAreAllRefusedForTheRate() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, null));
    sideBySide(worker);
    neighbourGoesOn(worker, 640, 120);

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(10_240);
    assertThat(worker.returned)
        .isNotEmpty()
        .allSatisfy(request -> {
          assertThat(request.attempts()).isZero();
          assertThat(seconds(request)).isBetween(8, 60);
        })
        .extracting(ReturnedRequest::recipientId)
        .doesNotHaveDuplicates();
  }

  /** The producer writes as much as there is room for, and nothing while the lane is full. */
  @ParameterizedTest
  @ValueSource(ints = {5, 80})
  void norALaneOfWhichEverythingIsRefusedForAsLongAsTheProviderLikes(int neighbours) {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, null));
    int written = 0;
    int fullUntil = 0;
    for (int second = 0; second < 150; second++) {
      int before = worker.returned.size();
      worker.run(Duration.ofSeconds(1));
      for (int i = 0; i < neighbours; i++) {
        worker.write(Requests.of(NEIGHBOUR, neighbours, 1_000_000 + second * neighbours + i));
      }
      for (ReturnedRequest back : worker.returned.subList(before, worker.returned.size())) {
        fullUntil = Math.max(fullUntil, second + seconds(back));
      }
      while (second >= fullUntil && written - worker.returned.size() < 800) {
        worker.write(Requests.of(SLOW, 80, written++));
      }
    }

    assertThat(worker.sentBy(NEIGHBOUR)).isGreaterThan(148L * neighbours);
  }

  @Test
  void norALaneWhoseQueueAloneFillsTheMemory() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofMinutes(1)));
    for (int i = 0; i < 2_000; i++) {
      worker.write(Requests.of(SLOW, 200, i));
    }
    for (int i = 0; i < 400; i++) {
      worker.write(Requests.of(NEIGHBOUR, 80, 10_000 + i));
    }
    worker.run(Duration.ofSeconds(15));

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(400);
  }

  @Test
  void norTheSlowestLaneThereCanBe() {
    SteppedWorker worker = new SteppedWorker(SlowLanesTest::accepted);
    for (int i = 0; i < 12_000; i++) {
      worker.write(Requests.of(SLOW, SendRequest.SLOWEST, i));
    }
    neighbourGoesOn(worker, 0, 20);

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(1_600);
    assertThat(worker.returned).hasSizeGreaterThan(11_000);
  }

  /** Another program has written them, to a lane that sends at its rate. */
  @Test
  void norALaneWithAnHourOfWork() {
    SteppedWorker worker = new SteppedWorker(SlowLanesTest::accepted);
    for (int i = 0; i < 20_000; i++) {
      worker.write(Requests.of(SLOW, 5, i));
    }
    neighbourGoesOn(worker, 0, 20);

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(1_600);
  }

  /** Otherwise a recipient whose pair limit lasts would use up another attempt for nothing. */
  @Test
  void whatMustWaitSaysUntilWhenWhenItGoesBack() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofDays(11)));
    Instant later = worker.time.now().plusSeconds(64);
    for (int i = 0; i < 7_000; i++) {
      worker.write(Requests.of(SLOW, 80, i).again(3, i % 2 == 0 ? later : null, null, 80));
      worker.write(Requests.of(NEIGHBOUR, 80, 10_000 + i));
    }
    worker.run(Duration.ofSeconds(12));

    assertThat(worker.returned.stream().filter(SlowLanesTest::isOfAFullLane))
        .hasSizeGreaterThan(300)
        .allSatisfy(request -> {
          assertThat(request.attempts()).isEqualTo(3);
          assertThat(request.notBefore()).isEqualTo(request.recipientId() % 2 == 0 ? later : null);
        })
        .extracting(ReturnedRequest::notBefore)
        .contains(later);
  }

  @Test
  void whatIsKeptIsSentWhenThePauseIsOver() {
    boolean[] open = {false};
    SteppedWorker worker =
        new SteppedWorker(
            message -> open[0] ? accepted(message) : throttled(message, Duration.ofMinutes(1)));
    sideBySide(worker);
    worker.run(Duration.ofSeconds(40));
    open[0] = true;
    worker.run(Duration.ofMinutes(2));

    assertThat(
            Stream.concat(
                worker.results.stream().map(SendResult::recipientId),
                worker.returned.stream().map(ReturnedRequest::recipientId)))
        .hasSize(1_440)
        .doesNotHaveDuplicates();
  }

  /** It is more than 10 s of work, but not so much that nothing more is read. */
  @Test
  void aLaneThatSendsAtItsRateKeepsWhateverIsWrittenToIt() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofDays(11)));
    sideBySide(worker);
    for (int i = 640; i < 1_150; i++) {
      worker.write(Requests.of(NEIGHBOUR, 80, 10_000 + i));
    }
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.sentBy(NEIGHBOUR)).isEqualTo(1_150);
  }

  /** Although it has had nothing to send for more than two minutes. */
  @Test
  void aLaneIsPausedUntilTheEndEvenIfAllThatWasRefusedHasLeftIt() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofMinutes(4)));
    worker.writeToManyOthers();
    worker.write(Requests.of(SLOW, 80, 0));
    worker.run(Duration.ofMinutes(3));
    worker.write(Requests.of(SLOW, 80, 1));
    worker.run(Duration.ofSeconds(30));

    assertThat(worker.sentBy(SLOW)).isEqualTo(1);
  }

  @Test
  void pausedLanesKeepNoSlotsFromOthers() {
    SteppedTime time = new SteppedTime();
    SteppedWorker worker =
        new SteppedWorker(
            8,
            time,
            message -> {
              time.sleep(Duration.ofMillis(100));
              return message.address().equals(NEIGHBOUR)
                  ? accepted(message)
                  : new SendOutcome.Throttled("80007", "too many calls", Duration.ofDays(11));
            });
    for (int i = 0; i < 60; i++) {
      worker.write(Requests.of(SLOW + i % 3, 40, i));
    }
    worker.run(Duration.ofSeconds(3));
    for (int i = 0; i < 400; i++) {
      worker.write(Requests.of(NEIGHBOUR, 40, 10_000 + i));
    }
    worker.run(Duration.ofSeconds(2));
    long before = worker.sentBy(NEIGHBOUR);
    worker.run(Duration.ofSeconds(6));

    assertThat(worker.sentBy(NEIGHBOUR) - before).isGreaterThanOrEqualTo(6 * 40 * 95 / 100);
  }

  @Test
  void aLaneWithoutNeighboursKeepsItsQueue() {
    SteppedWorker worker = new SteppedWorker(message -> throttled(message, Duration.ofMinutes(1)));
    for (int i = 0; i < 800; i++) {
      worker.write(Requests.of(SLOW, 80, i));
    }
    worker.run(Duration.ofSeconds(20));

    assertThat(worker.returned.stream().filter(SlowLanesTest::isOfAFullLane)).isEmpty();
  }

  /** Others were refused, and wait for the provider's pause. */
  private static boolean isOfAFullLane(ReturnedRequest request) {
    return request.full() != null;
  }

  private static int seconds(ReturnedRequest request) {
    return Objects.requireNonNull(request.full()).seconds();
  }

  /** Queues 10 s of work for the slow lane and 8 s for its neighbour. */
  private static void sideBySide(SteppedWorker worker) {
    for (int i = 0; i < 800; i++) {
      worker.write(Requests.of(SLOW, 80, i));
      if (i < 640) {
        worker.write(Requests.of(NEIGHBOUR, 80, 10_000 + i));
      }
    }
  }

  /** Lets the producer write as much as was sent, for a while. */
  private static void neighbourGoesOn(SteppedWorker worker, int queued, int seconds) {
    for (int i = queued; i < queued + 80 * seconds; i++) {
      worker.write(Requests.of(NEIGHBOUR, 80, 10_000 + i));
      if (i % 80 == 79) {
        worker.run(Duration.ofSeconds(1));
      }
    }
    worker.run(Duration.ofSeconds(15));
  }

  private static SendOutcome throttled(OutgoingMessage message, @Nullable Duration pause) {
    return message.address().equals(SLOW)
        ? new SendOutcome.Throttled(pause == null ? "130429" : "80007", "too many calls", pause)
        : accepted(message);
  }

  private static SendOutcome accepted(OutgoingMessage message) {
    return new SendOutcome.Accepted("id." + message.callbackData());
  }
}

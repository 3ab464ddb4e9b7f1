package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerMetersTest {
  @Test
  void whatATakeoverLeavesInDoubtIsAnOutcomeToo() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.write(request(1));
    worker.write(request(2));
    worker.takeOver("v1 s1");
    worker.run(Duration.ofSeconds(1));

    assertThat(outcomes(worker, "in_doubt")).isOne();
    assertThat(outcomes(worker, "accepted")).isOne();
  }

  @Test
  void thatASenderHasNoDoubtsIsShownBeforeItsFirstOutcome() {
    SteppedTime time = new SteppedTime();
    SteppedWorker worker =
        new SteppedWorker(
            10,
            time,
            message -> {
              time.sleep(Duration.ofSeconds(10));
              return new SendOutcome.InDoubt("no answer");
            });
    worker.write(request(1));
    worker.run(Duration.ofSeconds(3));
    assertThat(outcomes(worker, "in_doubt")).isZero();

    worker.run(Duration.ofSeconds(15));
    assertThat(outcomes(worker, "in_doubt")).isOne();
  }

  @Test
  void countsThePartitionsThatAreClosed() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.takeOver("somebody else's bytes");
    worker.run(Duration.ofSeconds(5));
    assertThat(closed(worker)).isOne();

    worker.takeOver("v1");
    worker.run(Duration.ofSeconds(5));
    assertThat(closed(worker)).isZero();
  }

  private static double closed(SteppedWorker worker) {
    return worker.meters.get("sluice.worker.partitions.closed").gauge().value();
  }

  @Test
  void whatIsBeingSentIsShownBySender() {
    SteppedTime time = new SteppedTime();
    SteppedWorker worker =
        new SteppedWorker(
            10,
            time,
            message -> {
              time.sleep(Duration.ofSeconds(message.callbackData().endsWith(":1:1") ? 10 : 1));
              return new SendOutcome.Accepted("id");
            });
    worker.write(request(1, "s"));
    worker.write(request(2, "s"));
    worker.write(request(3, "other"));
    worker.run(Duration.ofSeconds(5));
    assertThat(inFlight(worker, "s")).isOne();
    assertThat(inFlight(worker, "other")).isZero();

    worker.run(Duration.ofSeconds(10));
    assertThat(inFlight(worker, "s")).isZero();
  }

  private static double inFlight(SteppedWorker worker, String sender) {
    return worker
        .meters
        .get("sluice.worker.sender.in.flight")
        .tag("sender", sender)
        .gauge()
        .value();
  }

  /** And its attempt is one in its result, too. */
  @Test
  void anOutcomeThatALoopCouldNotPublishBeforeItStartedOverCountsOnce() {
    AtomicReference<SteppedWorker> self = new AtomicReference<>();
    SteppedWorker worker =
        new SteppedWorker(message -> {
          self.get().failing = 1;
          return new SendOutcome.Accepted("id");
        });
    self.set(worker);
    worker.write(request(1));
    worker.run(Duration.ofSeconds(5));

    assertThat(worker.restarts).isOne();
    assertThat(outcomes(worker, "accepted")).isOne();
    assertThat(worker.results)
        .filteredOn(result -> result.status() == RecipientStatus.SENT)
        .singleElement()
        .extracting(SendResult::attempts)
        .isEqualTo(1);
  }

  /** Other programs may write to any. */
  @Test
  void thousandsOfSendersShareTheirLastSeriesAndLeaveNoLanesBehind() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    for (int i = 0; i < 1_500; i++) {
      worker.write(request(i, "s" + i));
    }
    worker.run(Duration.ofSeconds(10));

    assertThat(worker.sent).hasSize(1_500);
    assertThat(worker.meters.find("sluice.worker.queued").gauges()).hasSize(1_001);
    assertThat(worker.meters.find("sluice.worker.sender.in.flight").gauges()).hasSize(1_001);
    assertThat(worker.meters.find("sluice.worker.outcomes").tag("outcome", "accepted").counters())
        .hasSize(1_001);
    assertThat(worker.meters.find("sluice.worker.outcomes").tag("outcome", "in_doubt").counters())
        .as("0, so that the first one is an increase")
        .hasSize(1_001);
    assertThat(worker.meters.find("sluice.worker.answers").timers()).hasSize(1_001);
    assertThat(worker.meters.find("sluice.worker.launched").counters()).hasSize(1_001);
    assertThat(worker.meters.get("sluice.worker.launched").tag("sender", "(others)").counter())
        .satisfies(others -> assertThat(others.count()).isEqualTo(500));

    worker.run(Duration.ofMinutes(1));
    worker.write(request(1_500, "s0"));
    worker.run(Duration.ofSeconds(90));

    assertThat(worker.meters.find("sluice.worker.queued").gauges()).hasSize(1);
  }

  @Test
  void deadLettersAreCountedByWhatIsWrongWithThem() {
    SteppedWorker worker = new SteppedWorker(message -> new SendOutcome.Accepted("id"));
    worker.partition.write("s/0", "poison");
    worker.partition.write("s/0", "more of it");
    worker.partition.write("s/1", new String(Json.write(request(1)), StandardCharsets.UTF_8));
    worker.write(request(2, "s", worker.time.now().plus(Duration.ofDays(365))));
    worker.offline.add(TOPICS.deadLetters());
    worker.run(Duration.ofSeconds(1));
    assertThat(deadLetters(worker, "unreadable")).as("before they are written").isZero();
    worker.offline.clear();
    worker.run(Duration.ofMinutes(1));

    assertThat(deadLetters(worker, "unreadable")).isEqualTo(2);
    assertThat(deadLetters(worker, "lane")).isOne();
    assertThat(deadLetters(worker, "time")).isOne();
    assertThat(worker.partition.deadLetters).hasSize(4);
  }

  private static double deadLetters(SteppedWorker worker, String cause) {
    return worker.meters.get("sluice.worker.dead.letters").tag("cause", cause).counter().count();
  }

  private static double outcomes(SteppedWorker worker, String outcome) {
    return worker
        .meters
        .get("sluice.worker.outcomes")
        .tags("sender", "s", "outcome", outcome)
        .counter()
        .count();
  }

  private static SendRequest request(long recipient) {
    return request(recipient, "s");
  }

  private static SendRequest request(long recipient, String sender) {
    return request(recipient, sender, null);
  }

  private static SendRequest request(long recipient, String sender, @Nullable Instant notBefore) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender(sender, "whatsapp", "1"),
        0,
        80,
        "+5511960000000",
        Json.MAPPER.createObjectNode(),
        OnDoubt.HOLD,
        0,
        notBefore);
  }
}

package dev.sluice.worker;

import static dev.sluice.worker.PartitionInMemory.TOPICS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Topics that cannot be written to, as without a leader or the right, stop only what concerns them.
 */
class UnwritableTopicsTest {
  private static final int RATE = 80;
  private static final UUID NEIGHBOURS = new UUID(0, 1);
  private static final UUID STOPPED = new UUID(0, 2);

  private final SteppedWorker worker = new SteppedWorker(UnwritableTopicsTest::answer);
  private int recipients;

  @Test
  void aNeighbourSendsMeanwhileAndWhatConcernsThemGoesOnAfterwards() {
    worker.offline.addAll(
        List.of(
            TOPICS.returnedRequests(),
            TOPICS.deadLetters(),
            TOPICS.campaignCommands(),
            TOPICS.controls()));
    worker.partition.write("nobody/0", "poison");
    for (int i = 0; i < 10; i++) {
      worker.write(request("old", NEIGHBOURS), SendRequest.SENT_WITHIN.plusMinutes(1));
      worker.write(request("stopped", STOPPED));
      worker.write(request("blocked", NEIGHBOURS));
    }

    assertThat(neighbourIn(120)).isGreaterThan(120 * RATE * 95 / 100);
    assertThat(worker.health.problems()).containsKey("topic " + TOPICS.returnedRequests());
    assertThat(worker.results).extracting(SendResult::status).containsOnly(RecipientStatus.SENT);

    worker.offline.clear();
    neighbourIn(120);
    assertThat(worker.returned).hasSize(30);
    assertThat(worker.partition.deadLetters).hasSize(1);
    assertThat(worker.partition.commands)
        .extracting(CampaignCommand::campaignId)
        .containsExactly(STOPPED);
    assertThat(worker.controls).containsOnlyKeys(Control.senderKey("blocked"));
    assertThat(worker.health.problems()).isEmpty();
  }

  /** Each would keep an offset of the window open, which would become too long. */
  @Test
  void noNeighbourWaitsForManyThatCannotBeReturned() {
    worker.offline.add(TOPICS.returnedRequests());
    for (int i = 0; i < 900; i++) {
      worker.write(request("old", NEIGHBOURS), SendRequest.SENT_WITHIN.plusMinutes(1));
      worker.write(request("neighbour", NEIGHBOURS));
    }

    assertThat(neighbourIn(120)).isGreaterThan(120 * RATE * 95 / 100);
    assertThat(worker.partition.log.size() - 2 * 900 - 120 * RATE)
        .as("requeued")
        .isBetween(500, 2 * 120 * RATE);

    worker.offline.clear();
    neighbourIn(120);
    assertThat(worker.returned).hasSize(900);
    assertThat(worker.sentBy("old")).isZero();
  }

  /** Their lane keeps it, however long they wait. */
  @Test
  void whatCouldNotBeReturnedIsSentAtItsLanesNewestRateWhenItsCampaignIsResumed() {
    steer(STOPPED, Control.State.PAUSED);
    worker.offline.add(TOPICS.returnedRequests());
    worker.writeToManyOthers();
    for (int i = 0; i < 150; i++) {
      worker.write(request("paused", STOPPED));
    }
    worker.write(request("paused", STOPPED).again(0, null, null, 5));
    worker.run(Duration.ofMinutes(4));

    steer(STOPPED, Control.State.RUNNING);
    worker.run(Duration.ofSeconds(10));
    assertThat(worker.sentBy("paused")).isBetween(45L, 55L);
  }

  private void steer(UUID campaign, Control.State state) {
    worker.view.expect(
        Control.campaignKey(campaign), new Control(state, null), worker.time.nanoTime());
  }

  static List<SendOutcome> delays() {
    return List.of(
        new SendOutcome.Throttled("80007", "too many calls", Duration.ofMinutes(1)),
        new SendOutcome.TryAgain("131000", "later", Duration.ofSeconds(25)));
  }

  /** Only memory was to be gained by returning it. */
  @ParameterizedTest
  @MethodSource("delays")
  void whatNeedNotBeReturnedIsSentOnceItsProviderTakesIt(SendOutcome delay) {
    boolean[] delays = {true};
    SteppedWorker small =
        new SteppedWorker(
            message -> delays[0] ? delay : answer(message), new HeldMemory(2_000_000));
    small.offline.add(TOPICS.returnedRequests());
    for (int i = 0; i < 60; i++) {
      small.write(request("large", NEIGHBOURS, "x".repeat(20_000)));
    }
    small.write(request("old", NEIGHBOURS), SendRequest.SENT_WITHIN.plusMinutes(1));
    small.run(Duration.ofSeconds(20));
    assertThat(small.health.problems()).containsKey("topic " + TOPICS.returnedRequests());
    assertThat(small.sent).as("none is tried again too soon").hasSizeLessThanOrEqualTo(60);

    delays[0] = false;
    small.run(Duration.ofMinutes(2));
    assertThat(small.results)
        .hasSize(60)
        .extracting(SendResult::status)
        .containsOnly(RecipientStatus.SENT);
    assertThat(small.sentBy("old")).isZero();
  }

  private long neighbourIn(int seconds) {
    long before = worker.sentBy("neighbour");
    for (int i = 0; i < seconds; i++) {
      for (int j = 0; j < RATE; j++) {
        worker.write(request("neighbour", NEIGHBOURS));
      }
      worker.run(Duration.ofSeconds(1));
    }
    return worker.sentBy("neighbour") - before;
  }

  private static SendOutcome answer(OutgoingMessage message) {
    return switch (message.address()) {
      case "stopped" -> new SendOutcome.CampaignStopped("132015", "paused");
      case "blocked" -> new SendOutcome.SenderBlocked("190", "expired");
      default -> new SendOutcome.Accepted("id." + message.callbackData());
    };
  }

  private SendRequest request(String sender, UUID campaign) {
    return request(sender, campaign, "");
  }

  private SendRequest request(String sender, UUID campaign, String body) {
    return new SendRequest(
        recipients++,
        campaign,
        1,
        new SendRequest.Sender(sender, "whatsapp", sender),
        0,
        RATE,
        "+5511960000000",
        Json.MAPPER.createObjectNode().put("body", body),
        OnDoubt.HOLD,
        0,
        null);
  }
}

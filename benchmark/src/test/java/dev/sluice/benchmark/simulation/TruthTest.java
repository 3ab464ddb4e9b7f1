package dev.sluice.benchmark.simulation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What workers must not commit, which only a faulty worker does. */
class TruthTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);

  private final Topics topics = new Topics("");
  private final TopicPartition requests = new TopicPartition(topics.sendRequests(), 0);
  private final Kernel kernel = new Kernel(0, null);
  private final Broker broker = new Broker(kernel, new Network(kernel));
  private final Truth truth = new Truth(kernel, broker, topics);
  private final CommittedWindows windows = new CommittedWindows(broker, Set.of(requests), truth);

  @BeforeEach
  void begin() {
    broker.create(topics.sendRequests(), 1);
    broker.create(topics.controls(), 1);
    broker.create(topics.returnedRequests(), 1);
    broker.create(topics.campaignEvents(), 1);
    broker.observe(truth);
    request(0);
    commit(0, "v1");
  }

  @Test
  void aRequestIsNotDoneWithoutSayingWhatBecameOfIt() {
    commit(1, "v1");

    assertThatThrownBy(windows::check)
        .isInstanceOf(Violation.class)
        .hasMessageContaining("is done");
  }

  @Test
  void aRequestThatWasNotReturnedIsNotWrittenAgain() {
    giveBack(0);
    request(0);
    truth.requireWrittenOnce();
    request(0);

    assertThatThrownBy(truth::requireWrittenOnce)
        .isInstanceOf(Violation.class)
        .hasMessageContaining("requested again");
  }

  @Test
  void theEndOfARoundIsAnnouncedOnce() {
    announce(1);
    announce(2);

    assertThatThrownBy(() -> announce(2))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("announced again");
  }

  @Test
  void whatIsDoneStaysDone() {
    giveBack(0);
    request(0);
    commit(1, "v1");
    windows.check();
    commit(0, "v1");

    assertThatThrownBy(windows::check)
        .isInstanceOf(Violation.class)
        .hasMessageContaining("was done and is WAITING");
  }

  @Test
  void whatIsInDoubtDoesNotWaitAgain() {
    commit(0, "v1 s1");
    SimProcess worker = new SimProcess("w", kernel);
    truth.launched(worker, new Truth.Message(CAMPAIGN, 0, 1));
    windows.check();
    commit(0, "v1");

    assertThatThrownBy(windows::check)
        .isInstanceOf(Violation.class)
        .hasMessageContaining("waits again");
  }

  @Test
  void aLaneHasNoMoreQueuedThanTenSecondsOfItsRate() {
    for (int recipient = 1; recipient < Truth.HORIZON.toSeconds(); recipient++) {
      request(recipient);
    }
    truth.requireBoundedBacklog();
    request(10);

    assertThatThrownBy(truth::requireBoundedBacklog)
        .isInstanceOf(Violation.class)
        .hasMessageContaining("11 requests are queued");
  }

  @Test
  void aLaneLaunchesNoMoreWithinASecondThanItsRate() {
    request(1);
    commit(0, "v1 s2");
    SimProcess worker = new SimProcess("w", kernel);
    truth.launched(worker, new Truth.Message(CAMPAIGN, 0, 1));
    pass(Duration.ofMillis(999));

    assertThatThrownBy(() -> truth.launched(worker, new Truth.Message(CAMPAIGN, 1, 1)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("2 launches within a second");
  }

  @Test
  void aBlockedSenderSendsNothingASecondLater() {
    commit(0, "v1 s1");
    broker.append(
        new TopicPartition(topics.controls(), 0),
        bytes(Control.senderKey("a")),
        Json.write(new Control(Control.State.BLOCKED, "the token is invalid")));
    truth.readControls();
    pass(Duration.ofMillis(1_001));

    assertThatThrownBy(
            () -> truth.launched(new SimProcess("w", kernel), new Truth.Message(CAMPAIGN, 0, 1)))
        .isInstanceOf(Violation.class)
        .hasMessageContaining("BLOCKED");
  }

  private void pass(Duration time) {
    long until = kernel.nowNanos() + time.toNanos();
    kernel.at(until, () -> {});
    while (kernel.nowNanos() < until) {
      kernel.step();
    }
  }

  private void request(long recipient) {
    SendRequest request =
        new SendRequest(
            recipient,
            CAMPAIGN,
            1,
            new SendRequest.Sender("a", "whatsapp", "1"),
            0,
            1,
            "+5511960000000",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null);
    broker.append(requests, bytes(request.laneKey().toString()), Json.write(request));
  }

  private void giveBack(long recipient) {
    broker.append(
        new TopicPartition(topics.returnedRequests(), 0),
        bytes(CAMPAIGN.toString()),
        Json.write(new ReturnedRequest(recipient, CAMPAIGN, 1, 0, null)));
  }

  private void announce(int round) {
    broker.append(
        new TopicPartition(topics.campaignEvents(), 0),
        bytes(CAMPAIGN.toString()),
        Json.write(
            new CampaignEvent(
                CampaignEvent.Event.COMPLETED, CAMPAIGN, null, round, Instant.EPOCH, null, null)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void commit(long offset, String window) {
    broker.commit(requests, new OffsetAndMetadata(offset, window));
  }
}

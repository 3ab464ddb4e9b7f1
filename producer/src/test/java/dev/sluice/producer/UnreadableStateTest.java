package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.state.FanOutStore;
import dev.sluice.producer.state.ReturnedRequests;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

/** An unreadable stored state affects only its own campaign. */
class UnreadableStateTest extends FanOutTest {
  /** As written by versions before the first release. */
  private static final byte[] WITHOUT_ORIGIN =
      "{\"phase\":\"REQUESTED\",\"state\":\"RUNNING\",\"rowDue\":false,\"fed\":0}"
          .getBytes(StandardCharsets.UTF_8);

  private static final byte[] DAMAGED = {'{'};

  /** What was asked of the database and not answered yet. */
  private final List<Runnable> waitingErrands = new ArrayList<>();

  private Executor executor = Runnable::run;

  @Override
  Executor executor() {
    return task -> executor.execute(task);
  }

  @Test
  void aSuccessorTakesOverEverybodyElse() {
    UUID sound = fixture.campaign(sender, 3_000);
    UUID old = UUID.randomUUID();
    UUID damaged = UUID.randomUUID();
    command("start", sound);
    turns(2);
    stored().put(old.toString(), WITHOUT_ORIGIN);
    stored().put(damaged.toString(), DAMAGED);
    stored().put("no id", DAMAGED);
    returned().put(sound + "/1", Json.write(new ReturnedRequest(1, sound, 1, 0, null)));
    returned().put(sound + "/2", DAMAGED);

    FanOutStore taken = new FanOutStore(stored(), new ReturnedRequests(returned()));

    assertThat(taken.open()).containsOnlyKeys(sound, old, damaged);
    assertThat(taken.returns().ready(sound, now, 10))
        .extracting(ReturnedRequest::recipientId)
        .containsExactly(1L);
    assertThat(taken.returns().unreadable(Set.of(sound, old))).isEqualTo(Map.of(sound, 1));
  }

  @Test
  void aPositionThatCannotBeReadStopsNoCommand() {
    UUID campaign = fixture.campaign(sender, 10);
    KeyValueStore<String, byte[]> positions = driver.getKeyValueStore(FanOutTopology.INPUTS);
    String commands = TOPICS.campaignCommands() + "-0";
    positions.put(commands, DAMAGED);
    command("start", campaign);
    turns(5);

    assertThat(requests()).hasSize(10);
    assertThat(positions.get(commands)).as("known again").isNotEqualTo(DAMAGED);
  }

  @Test
  void returnedRequestsThatCannotBeReadAreNamedUntilTheirCampaignHasEnded() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(5);
    long recipient = requests().getFirst().recipientId();
    for (long id = recipient; id <= recipient + 2; id++) {
      giveBack(new ReturnedRequest(id, campaign, 1, 0, null));
    }
    returned().put(campaign + "/" + (recipient + 1), DAMAGED);
    returned().put(campaign + "/" + (recipient + 2), DAMAGED);
    turns(25);

    assertThat(requests()).extracting(SendRequest::recipientId).containsExactly(recipient);
    assertThat(health.problems().get("returns"))
        .contains("sluice campaign repair")
        .endsWith(Map.of(campaign.toString().substring(0, 4), 2).toString());
    assertThat(unreadable()).isEqualTo(2);

    complete(campaign);
    turns(60);
    assertThat(health.problems()).doesNotContainKey("returns");
    assertThat(unreadable()).isZero();
  }

  @Test
  void aCancelledCampaignsAreForgotten() {
    UUID campaign = fixture.campaign(sender, 10);
    returned().put(campaign + "/1", DAMAGED);
    ReturnedRequests returns = new ReturnedRequests(returned());
    FanOutStore fanOuts = new FanOutStore(stored(), returns);

    fanOuts.remove(campaign);

    assertThat(returns.unreadable(Set.of(campaign))).isEmpty();
    assertThat(returned().get(campaign + "/1")).isNull();
  }

  private double unreadable() {
    return meters.get("sluice.producer.returns.unreadable").gauge().value();
  }

  @Test
  void theCampaignIsPausedWithTheReasonAndTheOthersGoOn() {
    UUID old = unreadable(CampaignStatus.SENDING);
    UUID sound = fixture.campaign(sender, 10);
    command("start", sound);
    turns(5);

    assertThat(requests()).hasSize(10).extracting(SendRequest::campaignId).containsOnly(sound);
    assertThat(row(old)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(newestControl(old))
        .satisfies(control -> {
          assertThat(control.state()).isEqualTo(Control.State.PAUSED);
          assertThat(control.reason()).contains("origin is missing");
        });
    assertThat(health.problems().get("campaigns")).contains("origin is missing");
    assertThat(stored().get(old.toString()))
        .as("another version may be able to read it")
        .isEqualTo(WITHOUT_ORIGIN);

    command("resume", old);
    turns(5);
    assertThat(header(deadLetters.readRecord(), "reason")).contains("sluice campaign repair");
    assertThat(row(old)).isEqualTo(CampaignStatus.PAUSED);
  }

  /** It is paused by itself only once its row says that it has not ended. */
  @Test
  void aPauseIsObeyedWhileTheDatabaseIsAway() {
    executor = waitingErrands::add;
    UUID old = unreadable(CampaignStatus.SENDING);
    turns(5);
    command("pause", old);
    turns(5);
    assertThat(newestControl(old).state()).isEqualTo(Control.State.PAUSED);
    assertThat(deadLetters.isEmpty()).isTrue();

    executor = Runnable::run;
    List.copyOf(waitingErrands).forEach(Runnable::run);
    turns(5);
    assertThat(row(old)).isEqualTo(CampaignStatus.PAUSED);
    assertThat(health.problems().get("campaigns")).contains("origin is missing");
  }

  @Test
  void aStartBeginsWhatHasNotBegun() {
    UUID old = unreadable(CampaignStatus.DRAFT);
    turns(5);
    command("start", old);
    turns(5);

    assertThat(requests()).hasSize(10);
    assertThat(health.problems()).doesNotContainKey("campaigns");
  }

  @Test
  void aCancelIsObeyed() {
    UUID old = unreadable(CampaignStatus.SENDING);
    turns(5);
    command("cancel", old);
    turns(5);

    assertThat(row(old)).isEqualTo(CampaignStatus.CANCELLED);
    assertThat(health.problems()).doesNotContainKey("campaigns");
  }

  @Test
  void whatHasEndedIsLeftAsItIs() {
    unreadable(CampaignStatus.COMPLETED);
    turns(5);

    assertThat(controls.isEmpty()).isTrue();
    assertThat(health.problems()).doesNotContainKey("campaigns");
  }

  /** Stores a state of another version, which is read because a worker returns a request. */
  private UUID unreadable(CampaignStatus status) {
    UUID campaign = fixture.campaign(sender, 10);
    set(campaign, CAMPAIGN.STATUS, status);
    stored().put(campaign.toString(), WITHOUT_ORIGIN);
    giveBack(new ReturnedRequest(1, campaign, 1, 0, null));
    return campaign;
  }

  private KeyValueStore<String, byte[]> stored() {
    return driver.getKeyValueStore(FanOutTopology.STORE);
  }

  private KeyValueStore<String, byte[]> returned() {
    return driver.getKeyValueStore(FanOutTopology.RETURNS);
  }
}

package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.ReturnedRequest;
import dev.sluice.schema.SendRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FanOutMetersTest extends FanOutTest {
  @Test
  void thePositionOfCampaignsUnderWayIsShownUntilAnotherProducerTakesOver() {
    UUID campaign = fixture.campaign(sender, 1_000);
    command("start", campaign);
    turns(30);
    List<SendRequest> written = requests();
    assertThat(written).hasSizeBetween(100, 999);
    assertThat(recipients("fed")).isEqualTo(written.size());
    assertThat(recipients("pending")).isEqualTo(1_000);

    command("pause", campaign);
    hearControls();
    written.subList(0, 7).forEach(this::giveBack);
    turns(30);
    assertThat(returned()).isEqualTo(7);

    loseTheStore();
    assertThat(returned()).isZero();
    assertThat(recipients("fed")).isZero();
    assertThat(recipients("pending")).isZero();
    assertThat(meters.get("sluice.producer.campaigns").tag("state", "paused").gauge().value())
        .isZero();
  }

  @Test
  void aRecipientWhoseRequestIsWrittenAgainIsFedOnce() {
    UUID campaign = fixture.campaign(sender, 10);
    command("start", campaign);
    turns(30);
    List<SendRequest> written = requests();
    assertThat(written).hasSize(10);
    command("pause", campaign);
    hearControls();
    written.subList(0, 7).forEach(this::giveBack);
    command("resume", campaign);
    hearControls();
    turns(60);

    assertThat(requests()).hasSize(7);
    assertThat(returned()).isZero();
    assertThat(recipients("fed")).isEqualTo(10);
  }

  @Test
  void deadLettersAreCountedByCause() {
    UUID campaign = fixture.campaign(sender, 1);
    command("start", campaign);
    command("resend", campaign);
    command("resend", UUID.randomUUID());
    command("pause", UUID.randomUUID());
    command("start", UUID.randomUUID());
    giveBack(new ReturnedRequest(1, UUID.randomUUID(), 1, 0, null));
    commands.pipeInput(campaign.toString(), "{}");
    input(TOPICS.controls()).pipeInput("nobody", "{}");
    turns(2);

    assertThat(deadLetters("impossible")).isOne();
    assertThat(deadLetters("unknown")).isEqualTo(4);
    assertThat(deadLetters("unreadable")).as("of commands and of controls").isEqualTo(2);
    assertThat(deadLetters.readRecordsToList()).hasSize(7);
  }

  @Test
  void aDeadLetterOfARepeatedTransactionCountsOnce() {
    OutputMeters output = new OutputMeters(meters);
    output.deadLetter(Refusal.UNREADABLE, new DeadLetter("commands", 0, 7, "not JSON"));
    output.deadLetter(Refusal.UNREADABLE, new DeadLetter("commands", 0, 7, "not JSON"));
    output.deadLetter(Refusal.UNREADABLE, new DeadLetter("commands", 1, 7, "not JSON"));

    assertThat(deadLetters("unreadable")).isEqualTo(2);
  }

  /** Other programs may add any, and each stays for as long as the process. */
  @Test
  void thousandsOfSendersShareTheirLastSeries() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    OutputMeters output = new OutputMeters(registry);
    for (int i = 0; i < 1_500; i++) {
      output.request("s" + i);
    }

    assertThat(registry.find("sluice.producer.requests").counters()).hasSize(1_001);
    assertThat(registry.get("sluice.producer.requests").tag("sender", "(others)").counter())
        .satisfies(others -> assertThat(others.count()).isEqualTo(500));
  }

  private double recipients(String state) {
    return meters.get("sluice.producer.recipients").tag("state", state).gauge().value();
  }

  private double returned() {
    return meters.get("sluice.producer.returns.waiting").gauge().value();
  }

  private double deadLetters(String cause) {
    return meters.get("sluice.producer.dead.letters").tag("cause", cause).counter().count();
  }
}

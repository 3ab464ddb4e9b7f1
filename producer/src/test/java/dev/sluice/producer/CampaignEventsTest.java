package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.producer.state.Announced;
import dev.sluice.producer.state.AnnouncedStore;
import dev.sluice.producer.state.FanOutStore;
import dev.sluice.producer.state.ReturnedRequests;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignEvent.Event;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

/** Each change of a campaign's state is announced once. */
class CampaignEventsTest extends FanOutTest {
  private static final int A_SECOND = 20;

  @Test
  void tellsOfACampaignFromItsStartToItsEnd() {
    UUID campaign = fixture.campaign(sender, 3);
    set(campaign, CAMPAIGN.EXTERNAL_ID, "spring-" + campaign);
    command("start", campaign);
    turns(3);
    commands.pipeInput(
        campaign.toString(),
        json("pause", campaign)
            .replace("}", ",\"requestedBy\":\"crm\",\"reason\":\"wrong list\"}"));
    turns(3);
    command("resume", campaign);
    turns(3);
    complete(campaign);
    turns(2 * A_SECOND);

    List<CampaignEvent> told = told(campaign);
    assertThat(told)
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.PAUSED, Event.RESUMED, Event.COMPLETED);
    assertThat(told).extracting(CampaignEvent::round).containsOnly(1);
    assertThat(told).extracting(CampaignEvent::externalId).containsOnly("spring-" + campaign);
    assertThat(told.getFirst().counts())
        .isEqualTo(new CampaignEvent.Counts(3, 3, 0, 0, 0, 0, 0, 0));
    assertThat(told.get(1).reason()).isEqualTo("requested by crm: wrong list");
    assertThat(told.getLast().counts()).isEqualTo(new CampaignEvent.Counts(3, 0, 0, 0, 0, 3, 0, 0));
    assertThat(told.getLast().at()).isEqualTo(fixture.of(campaign, CAMPAIGN.COMPLETED_AT));

    command("pause", campaign);
    command("resume", campaign);
    command("cancel", campaign);
    turns(2 * A_SECOND);
    assertThat(told()).as("after its end").isEmpty();
  }

  @Test
  void aRepeatedCommandIsNoChange() {
    UUID campaign = fixture.campaign(sender, 3);
    List.of("start", "start", "pause", "pause", "resume", "resume", "start", "cancel", "cancel")
        .forEach(command -> {
          command(command, campaign);
          turns(2);
        });

    assertThat(told(campaign))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.PAUSED, Event.RESUMED, Event.CANCELLED);
  }

  @Test
  void whatIsPausedBeforeItStartsIsStartedAndPaused() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    command("pause", campaign);
    turns(3);

    assertThat(told(campaign))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.PAUSED);
  }

  @Test
  void aDraftThatIsCancelledNeverStarted() {
    UUID campaign = fixture.campaign(sender, 10);
    commands.pipeInput(
        campaign.toString(), json("cancel", campaign).replace("}", ",\"requestedBy\":\"crm\"}"));
    turns(3);

    CampaignEvent only = told(campaign).getFirst();
    assertThat(only.event()).isEqualTo(Event.CANCELLED);
    assertThat(only.reason()).isEqualTo("requested by crm");
    assertThat(only.counts()).isEqualTo(new CampaignEvent.Counts(10, 10, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void aCancelThatComesAfterTheEndIsNoEvent() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    complete(campaign);
    command("cancel", campaign);
    turns(2 * A_SECOND);

    assertThat(told(campaign))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.COMPLETED);
  }

  @Test
  void aCampaignWithoutRecipientsStartsAndEnds() {
    UUID campaign = fixture.campaign(sender, 0);
    command("start", campaign);
    turns(2);
    command("start", campaign);
    turns(2 * A_SECOND);

    assertThat(told(campaign))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.COMPLETED);
  }

  /** Its end is announced before the row shows that it is sending again. */
  @Test
  void aResendRightAfterTheEndAnnouncesBoth() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    complete(campaign);
    command("resend", campaign);
    turns(4);

    List<CampaignEvent> told = told(campaign);
    assertThat(told)
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.COMPLETED, Event.STARTED);
    assertThat(told).extracting(CampaignEvent::round).containsExactly(1, 1, 2);
    assertThat(told.get(1).counts()).isEqualTo(new CampaignEvent.Counts(3, 0, 0, 0, 0, 3, 0, 0));
    assertThat(told.getLast().counts()).isEqualTo(new CampaignEvent.Counts(3, 3, 0, 0, 0, 0, 0, 0));
  }

  @Test
  void aResendThatComesTooEarlyIsNoEvent() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    command("resend", campaign);
    turns(4);

    assertThat(told(campaign)).extracting(CampaignEvent::event).containsExactly(Event.STARTED);
  }

  @Test
  void sendingHoursPauseAndResume() {
    now = Instant.parse("2027-03-10T20:00:00Z");
    UUID campaign = fixture.campaign(sender, 10);
    window(campaign, "08:00", "18:00", "UTC");
    command("start", campaign);
    turns(5);
    now = Instant.parse("2027-03-11T09:00:00Z");
    turns(5);

    List<CampaignEvent> told = told(campaign);
    assertThat(told)
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.PAUSED, Event.RESUMED);
    assertThat(told.get(1).reason()).endsWith("are over");
    assertThat(told.get(2).reason()).endsWith("have begun");
  }

  /** Otherwise it would stand still in the morning, and nobody would have been told. */
  @Test
  void aFaultOutsideTheHoursIsTold() {
    now = Instant.parse("2027-03-10T20:00:00Z");
    UUID campaign = fixture.campaign(sender, 10);
    window(campaign, "08:00", "18:00", "UTC");
    command("start", campaign);
    turns(5);
    commands.pipeInput(
        campaign.toString(), json("pause", campaign).replace("}", ",\"reason\":\"ten refused\"}"));
    turns(5);
    now = Instant.parse("2027-03-11T09:00:00Z");
    turns(5);

    List<CampaignEvent> told = told(campaign);
    assertThat(told)
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.PAUSED, Event.PAUSED);
    assertThat(told.getLast().reason()).contains("ten refused");
  }

  /** Its row starts, and then it turns out to be unreadable. */
  @Test
  void aCampaignThatCannotGoOnIsPausedWithTheReason() {
    now = Instant.parse("2027-03-10T12:00:00Z");
    UUID campaign = fixture.campaign(sender, 10);
    window(campaign, "08:00", "18:00", "Atlantis/Capital");
    command("start", campaign);
    turns(15 * A_SECOND);

    List<CampaignEvent> told = told(campaign);
    assertThat(told).extracting(CampaignEvent::event).containsExactly(Event.STARTED, Event.PAUSED);
    assertThat(told.getLast().reason()).contains("it cannot go on").contains("Atlantis/Capital");

    set(campaign, CAMPAIGN.TIME_ZONE, "UTC");
    command("resume", campaign);
    turns(A_SECOND);
    assertThat(told(campaign)).extracting(CampaignEvent::event).containsExactly(Event.RESUMED);
  }

  /** The row is written, but the transaction with the event is not committed. */
  @Test
  void aStartThatACrashInterruptedIsAnnouncedByItsSuccessor() {
    UUID campaign = fixture.campaign(sender, 3);
    UUID empty = fixture.campaign(sender, 0);
    Instant at = now;
    commands.pipeInput(campaign.toString(), json("start", campaign), at);
    commands.pipeInput(empty.toString(), json("start", empty), at);
    turns(3);
    assertThat(row(campaign)).isEqualTo(CampaignStatus.SENDING);
    loseTheStore();
    commands.pipeInput(campaign.toString(), json("start", campaign), at);
    commands.pipeInput(empty.toString(), json("start", empty), at);
    turns(3);

    List<CampaignEvent> told = told();
    assertThat(told.stream().filter(event -> event.campaignId().equals(campaign)))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED);
    assertThat(told.stream().filter(event -> event.campaignId().equals(empty)))
        .extracting(CampaignEvent::event)
        .containsExactly(Event.STARTED, Event.COMPLETED);
  }

  @Test
  void aSuccessorKnowsWhatWasAnnouncedAndPassesOverWhatItCannotRead() {
    UUID campaign = fixture.campaign(sender, 3);
    command("start", campaign);
    turns(2);
    command("pause", campaign);
    turns(2);
    KeyValueStore<String, byte[]> kept = driver.getKeyValueStore(FanOutTopology.ANNOUNCED);
    kept.put(UUID.randomUUID().toString(), "{".getBytes(StandardCharsets.UTF_8));
    kept.put("nobody", Json.write(new Announced(1, false, null, null)));

    assertThat(new AnnouncedStore(kept).open())
        .containsOnlyKeys(campaign)
        .containsValue(new Announced(1, true, null, null));
  }

  /** More than are read in one statement, and each is due each second. */
  @Test
  void amongThousandsUnderWayEveryEndIsNoticed() {
    List<UUID> ended = campaigns(100, CampaignStatus.COMPLETED);
    List<UUID> underWay = campaigns(2_400, CampaignStatus.SENDING);
    AnnouncedStore announced =
        new AnnouncedStore(driver.getKeyValueStore(FanOutTopology.ANNOUNCED));
    Stream.concat(ended.stream(), underWay.stream())
        .forEach(id -> announced.put(id, new Announced(1, false, null, null)));
    CampaignRepository rows =
        FanOutRepositories.of(fixture.producer(), () -> now, () -> now, null).rows();
    DatabaseTasks tasks =
        new DatabaseTasks(
            Runnable::run,
            around.faults(),
            new DatabaseBackoff(health, () -> now),
            () -> {},
            () -> now);
    FanOutStore fanOuts =
        new FanOutStore(
            driver.getKeyValueStore(FanOutTopology.STORE),
            new ReturnedRequests(driver.getKeyValueStore(FanOutTopology.RETURNS)));
    CampaignEnds ends =
        new CampaignEnds(
            rows,
            tasks,
            new CampaignFacts(rows, tasks, fanOuts, () -> now),
            fanOuts,
            new CampaignEvents(
                announced,
                () -> now,
                new Output(
                    new MockProcessorContext<>(), () -> now, new OutputMeters(meters), Traces.OFF)),
            around.watch(),
            () -> now);
    for (int second = 0; second < 3; second++) {
      now = now.plusSeconds(1);
      ends.iterate();
      tasks.settle();
    }

    assertThat(announced.open()).hasSize(underWay.size());
    assertThat(ended).noneMatch(announced.open()::containsKey);
  }

  private List<UUID> campaigns(int count, CampaignStatus status) {
    return fixture
        .sql()
        .fetch(
            """
            INSERT INTO sluice.campaign (name, sender_id, message, status)
            SELECT 'test', ?, '{}', ? FROM generate_series(1, ?) RETURNING id
            """,
            sender,
            status.name(),
            count)
        .getValues(0, UUID.class);
  }

  private List<CampaignEvent> told(UUID campaign) {
    List<CampaignEvent> told = told();
    assertThat(told).extracting(CampaignEvent::campaignId).containsOnly(campaign);
    return told;
  }

  /** Returns what was announced since the last call. */
  private List<CampaignEvent> told() {
    List<TestRecord<String, byte[]>> records = events.readRecordsToList();
    List<CampaignEvent> told =
        records.stream().map(one -> Json.read(one.value(), CampaignEvent.class)).toList();
    assertThat(records)
        .extracting(TestRecord::key)
        .containsExactlyElementsOf(told.stream().map(one -> one.campaignId().toString()).toList());
    return told;
  }
}

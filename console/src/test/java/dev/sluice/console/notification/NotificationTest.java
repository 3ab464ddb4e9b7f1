package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignEvent.Event;
import dev.sluice.schema.Json;
import dev.sluice.schema.StatusReasons;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NotificationTest {
  private static final UUID CAMPAIGN = UUID.fromString("3fe21825-9f3a-4c0e-8f53-0f6a5f1f2b17");
  private static final Instant AT = Instant.parse("2026-11-28T05:00:00.123Z");

  @Test
  void hasTheFormOfStandardWebhooksWithTheEventOfTheTopicAsItsData() {
    String event =
        """
        {"event":"completed","campaignId":"%s","externalId":"spring-2027","round":2,"at":"%s",\
        "counts":{"total":3,"pending":0,"sent":1,"delivered":1,"read":0,"failed":1,\
        "unconfirmed":0,"suppressed":0},"ofLater":{"versions":1}}\
        """
            .formatted(CAMPAIGN, AT);

    Notification notification = Notification.of(event.getBytes(StandardCharsets.UTF_8));

    assertThat(notification.body())
        .isEqualTo(
            """
            {"type":"campaign.completed","timestamp":"%s","data":%s}\
            """
                .formatted(AT, event));
    assertThat(notification.campaignId()).isEqualTo(CAMPAIGN);
  }

  @Test
  void anEventHasOneIdAndAnotherEventAnother() {
    byte[] paused = event(Event.PAUSED, "requested by crm", AT);

    assertThat(Notification.of(paused).id())
        .matches("evt_[0-9a-f]{32}")
        .isEqualTo(Notification.of(paused.clone()).id())
        .isNotEqualTo(
            Notification.of(event(Event.PAUSED, "requested by crm", AT.plusNanos(1_000))).id())
        .isNotEqualTo(Notification.of(event(Event.RESUMED, "requested by crm", AT)).id());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PAUSED | requested by user:ana@10.0.0.7",
        "PAUSED | requested by api@0:0:0:0:0:0:0:1",
        "PAUSED | its sending hours 09:00-18:00 UTC are over",
        "PAUSED | requested by crm; waits for its sending hours",
        "PAUSED | requested by crm: now; waits for its sending hours",
        "PAUSED | ",
        "FAULT | requested by worker: ten requests in a row were refused: (#132001)",
        "FAULT | requested by the provider: the provider has paused the template spring en",
        "FAULT | requested by status-aggregator: no room: its rows are locked",
        "FAULT | it cannot go on: the time zone Mars/Base is unknown",
        "FAULT | the provider has disabled the template spring en",
      })
  void aPauseThatWasNotMerelyWantedIsAFault(Kind kind, @Nullable String reason) {
    assertThat(Notification.of(event(Event.PAUSED, reason, AT)).kind()).isEqualTo(kind);
  }

  @Test
  void theReasonsOfTheProducerAreToldApart() {
    assertThat(StatusReasons.planned(StatusReasons.requested("ana", null))).isTrue();
    assertThat(StatusReasons.planned(StatusReasons.hoursOver("09:00-18:00 UTC"))).isTrue();
    assertThat(
            StatusReasons.planned(
                StatusReasons.waitsForHours(StatusReasons.requested("ana", null))))
        .isTrue();
    assertThat(StatusReasons.planned(StatusReasons.requested("worker", "refused"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"no JSON", "{}", "null", "[]", "{\"event\":\"exploded\"}"})
  void whatIsNoEventIsSaidToBeUnreadable(String value) {
    assertThatThrownBy(() -> Notification.of(value.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(UnreadableEventException.class);
  }

  private static byte[] event(Event event, @Nullable String reason, Instant at) {
    return Json.write(new CampaignEvent(event, CAMPAIGN, null, 1, at, reason, null));
  }
}

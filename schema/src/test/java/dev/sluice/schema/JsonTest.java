package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
  private static final UUID CAMPAIGN = UUID.fromString("3f2a0000-0000-0000-0000-000000000001");

  @Test
  void readsACommandOfTheRequiredFieldsAlone() {
    CampaignCommand command =
        command("{\"command\":\"start\",\"campaignId\":\"" + CAMPAIGN + "\"}");

    assertThat(command)
        .isEqualTo(new CampaignCommand(CampaignCommand.Action.START, CAMPAIGN, null, null));
  }

  @Test
  void ignoresFieldsThatItDoesNotKnow() {
    CampaignCommand command =
        command(
            "{\"command\":\"pause\",\"campaignId\":\"" + CAMPAIGN + "\",\"colour\":{\"a\":[1]}}");

    assertThat(command.command()).isEqualTo(CampaignCommand.Action.PAUSE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "17",
        "not json",
        "{}",
        "{\"command\":\"start\"}",
        "{\"command\":\"explode\",\"campaignId\":\"3f2a0000-0000-0000-0000-000000000001\"}",
        "{\"command\":\"start\",\"campaignId\":\"seventeen\"}",
        "{\"command\":\"start\",\"campaignId\":\"3f2a0000-0000-0000-0000-000000000001\"} trailing"
      })
  void saysWhyItCannotReadARecord(String text) {
    assertThatThrownBy(() -> command(text))
        .isInstanceOf(UnreadableEventException.class)
        .hasMessageMatching("(?s).+");
  }

  @Test
  void writesTimesAsIso8601AndLeavesOutWhatIsNotThere() {
    SendResult result =
        SendResult.of(7, CAMPAIGN, 1, RecipientStatus.SENT, NOON)
            .messageId("wamid.x")
            .attempts(1)
            .build();

    assertThat(new String(Json.write(result), StandardCharsets.UTF_8))
        .contains("\"at\":\"2026-11-01T12:00:00Z\"")
        .doesNotContain("errorCode");
    assertThat(Json.read(Json.write(result), SendResult.class)).isEqualTo(result);
  }

  private static CampaignCommand command(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), CampaignCommand.class);
  }
}

package dev.sluice.producer.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FanOutStateTest {
  private static final FanOutState REQUESTED =
      FanOutState.requested(
          new FanOutState.Origin(null, new byte[0], "commands", 0, 17, null, null));
  private static final FanOutState FEEDING =
      REQUESTED
          .started("brazil", null, true)
          .advanced(new Cursor(Instant.parse("2027-03-10T12:00:00Z"), 7), 3, false);
  private static final Instant NINE_IN_TOKYO = Instant.parse("2027-03-10T00:00:00Z");
  private static final Instant NINE_ELSEWHERE = Instant.parse("2027-03-10T09:00:00Z");
  private static final FanOutState IN_ZONES =
      REQUESTED.started(
          "brazil",
          new ZonePasses(
              List.of(
                  new ZonePasses.Pass("Asia/Tokyo", NINE_IN_TOKYO),
                  new ZonePasses.Pass(null, NINE_ELSEWHERE)),
              0),
          false);
  private static final FanOutState FED = FEEDING.advanced(Cursor.START, 2, true);
  private static final FanOutState RESENDING =
      FED.told(Control.State.PAUSED, "a person")
          .resending(Set.of(RecipientStatus.FAILED), Set.of("131026"), null, 4, "trace");
  private static final FanOutState RESENDING_SELECTED =
      FED.resending(Set.of(RecipientStatus.FAILED), null, List.of(42L, 43L), 4, null);

  static Stream<FanOutState> phases() {
    return Stream.of(
        FEEDING,
        IN_ZONES,
        FEEDING.inSendingHours(false),
        FED,
        FED.recorded(),
        RESENDING,
        RESENDING_SELECTED,
        FED.faulty("f", "why"));
  }

  @ParameterizedTest
  @MethodSource("phases")
  void whatIsStoredIsReadAsItWas(FanOutState fanOut) {
    assertThat(Json.read(Json.write(fanOut), FanOutState.class)).isEqualTo(fanOut);
  }

  @Test
  void aCommandThatWasNotReadYetIsStoredToo() {
    // Arrays are equal only to themselves, so compare the JSON.
    assertThat(Json.write(Json.read(Json.write(REQUESTED), FanOutState.class)))
        .isEqualTo(Json.write(REQUESTED));
  }

  @Test
  void whatOlderVersionsHaveKeptCanBeRead() {
    FanOutState fanOut =
        Json.read(
            """
            {"phase":"RESENDING","state":"PAUSED","rowDue":false,"senderId":"s",
             "cursor":{"createdAt":"2027-03-10T12:00:00Z","id":7},"fed":3,
             "origin":{"key":"","value":"","topic":"t","partition":0,"offset":1},
             "resend":{"statuses":["FAILED"],"offset":4},"windowed":false,"quiet":false}
            """
                .getBytes(StandardCharsets.UTF_8),
            FanOutState.class);

    assertThat(fanOut.fault()).isNull();
    assertThat(fanOut.resentToNobody().state()).isEqualTo(Control.State.PAUSED);
  }

  @Test
  void aResendOfAPausedCampaignRunsItUnlessSomebodyHasSteeredItMeanwhile() {
    assertThat(RESENDING.resent(true, false).state()).isEqualTo(Control.State.RUNNING);
    assertThat(RESENDING.told(Control.State.PAUSED, "again").resent(true, false).state())
        .isEqualTo(Control.State.PAUSED);
  }

  @Test
  void zonesAreFedOneAfterAnotherFromTheirFirstRecipient() {
    Cursor cursor = new Cursor(NINE_IN_TOKYO, 7);
    FanOutState within = IN_ZONES.advanced(cursor, 3, false);
    FanOutState next = within.advanced(cursor, 2, true);

    assertThat(progress(within).isDue(NINE_IN_TOKYO)).isTrue();
    assertThat(progress(within).isAhead("Asia/Tokyo", NINE_IN_TOKYO, 7)).isFalse();
    assertThat(progress(within).isAhead("Asia/Tokyo", NINE_IN_TOKYO, 8)).isTrue();
    assertThat(progress(within).isAhead("no zone", NINE_IN_TOKYO, 1)).isTrue();
    assertThat(progress(next).cursor()).isEqualTo(Cursor.START);
    assertThat(progress(next).fed()).isEqualTo(5);
    assertThat(progress(next).isDue(NINE_IN_TOKYO)).isFalse();
    assertThat(progress(next).isDue(NINE_ELSEWHERE)).isTrue();
    assertThat(progress(next).isAhead("Asia/Tokyo", NINE_IN_TOKYO, 8)).isFalse();
    assertThat(progress(next).isAhead(null, NINE_IN_TOKYO, 1)).isTrue();
    assertThat(next.advanced(cursor, 1, true).phase()).isInstanceOf(FanOutState.Fed.class);
  }

  private static FanOutState.Progress progress(FanOutState fanOut) {
    return ((FanOutState.Feeding) fanOut.phase()).progress();
  }

  /** An older version would feed every zone from the current one's cursor on. */
  @Test
  void olderVersionsCannotReadACampaignThatIsSentInZones() {
    assertThat(new String(Json.write(IN_ZONES), StandardCharsets.UTF_8))
        .contains("\"phase\":\"FEEDING_ZONES\"");
    assertThat(new String(Json.write(FEEDING), StandardCharsets.UTF_8))
        .contains("\"phase\":\"FEEDING\"")
        .doesNotContain("zones");
  }

  /** An older version would send to everybody who failed. */
  @Test
  void olderVersionsCannotReadAResendToASelection() {
    assertThat(new String(Json.write(RESENDING_SELECTED), StandardCharsets.UTF_8))
        .contains("\"phase\":\"RESENDING_SELECTED\"");
    assertThat(new String(Json.write(RESENDING), StandardCharsets.UTF_8))
        .contains("\"phase\":\"RESENDING\"")
        .doesNotContain("recipients");
  }

  @Test
  void aSelectionThatIsMissingIsNotTakenForEverybody() {
    byte[] stored =
        new String(Json.write(RESENDING_SELECTED), StandardCharsets.UTF_8)
            .replace(",\"recipients\":[42,43]", "")
            .getBytes(StandardCharsets.UTF_8);

    assertThatExceptionOfType(UnreadableEventException.class)
        .isThrownBy(() -> Json.read(stored, FanOutState.class))
        .withMessageContaining("recipients are missing");
  }

  @Test
  void nothingIsWrittenForACampaignThatWasNotRead() {
    assertThatIllegalStateException().isThrownBy(() -> REQUESTED.advanced(Cursor.START, 1, false));
  }
}

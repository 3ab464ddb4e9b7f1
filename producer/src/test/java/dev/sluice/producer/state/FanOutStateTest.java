package dev.sluice.producer.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
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
          .started("brazil", true)
          .advanced(new Cursor(Instant.parse("2027-03-10T12:00:00Z"), 7), 3, false);
  private static final FanOutState FED = FEEDING.advanced(Cursor.START, 2, true);
  private static final FanOutState RESENDING =
      FED.told(Control.State.PAUSED, "a person")
          .resending(Set.of(RecipientStatus.FAILED), Set.of("131026"), 4, "trace");

  static Stream<FanOutState> phases() {
    return Stream.of(
        FEEDING, FEEDING.inWindow(false), FED, FED.recorded(), RESENDING, FED.faulty("f", "why"));
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
    assertThat(RESENDING.resent(true).state()).isEqualTo(Control.State.RUNNING);
    assertThat(RESENDING.told(Control.State.PAUSED, "again").resent(true).state())
        .isEqualTo(Control.State.PAUSED);
  }

  @Test
  void nothingIsWrittenForACampaignThatWasNotRead() {
    assertThatIllegalStateException().isThrownBy(() -> REQUESTED.advanced(Cursor.START, 1, false));
  }
}

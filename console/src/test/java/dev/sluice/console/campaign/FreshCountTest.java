package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshCountTest {
  private static final UUID CAMPAIGN = UUID.randomUUID();
  private static final Instant START = Instant.parse("2027-03-01T09:00:00Z");
  private static final Map<String, Long> NOTHING =
      Map.of(
          "sent",
          0L,
          "delivered",
          0L,
          "read",
          0L,
          "failed",
          0L,
          "unconfirmed",
          0L,
          "suppressed",
          0L);

  private final FreshCount count = new FreshCount(START.minusSeconds(5));

  /** Whatever the rows say meanwhile: they are written in bursts of a hundred. */
  @ParameterizedTest
  @ValueSource(doubles = {0.5, 2, 80, 1_000})
  void thePaceIsWhatIsSent(double perSecond) {
    send(START, 30, perSecond);

    for (int second = 16; second <= 30; second++) {
      assertThat(count.perSecond(START.plusSeconds(second)))
          .isCloseTo(perSecond, Offset.offset(Math.max(0.2, perSecond * 0.02)));
    }
  }

  @Test
  void thePaceIsRightFromTheSecondSecondOn() {
    assertThat(count.perSecond(START)).isZero();
    send(START, 3, 80);

    assertThat(count.perSecond(START.plusMillis(800))).isNull();
    assertThat(count.perSecond(START.plusSeconds(2))).isCloseTo(80, Offset.offset(2.0));
  }

  @Test
  void thePaceFallsToNothingAndBeginsAnewAfterALongSilence() {
    send(START, 10, 80);
    assertThat(count.perSecond(START.plusSeconds(30))).isZero();

    send(START.plusSeconds(120), 3, 80);
    assertThat(count.perSecond(START.plusSeconds(122))).isCloseTo(80, Offset.offset(2.0));
  }

  @Test
  void receiptsAreNoPace() {
    send(START, 5, 80);
    for (int i = 0; i < 400; i++) {
      count.add(result(1, RecipientStatus.DELIVERED, 0, "wamid." + i, START.plusSeconds(4)));
    }

    assertThat(count.perSecond(START.plusSeconds(5))).isCloseTo(80, Offset.offset(2.0));
    assertThat(unwritten(NOTHING)).containsEntry("sent", 400L);
  }

  @Test
  void whatTheRowsDoNotCountYetIsToldByStatus() {
    for (int i = 0; i < 12; i++) {
      count.add(result(1, RecipientStatus.SENT, 1, "wamid." + i, START));
    }
    count.add(result(1, RecipientStatus.FAILED, 1, null, START));
    count.add(result(1, RecipientStatus.FAILED, 0, null, START));
    count.add(result(1, RecipientStatus.SUPPRESSED, 0, null, START));

    assertThat(unwritten(NOTHING))
        .isEqualTo(Map.of("sent", 12L, "failed", 2L, "unconfirmed", 0L, "suppressed", 1L));
    assertThat(
            unwritten(
                Map.of(
                    "sent",
                    5L,
                    "delivered",
                    3L,
                    "read",
                    0L,
                    "failed",
                    2L,
                    "unconfirmed",
                    0L,
                    "suppressed",
                    0L)))
        .isEqualTo(Map.of("sent", 4L, "failed", 0L, "unconfirmed", 0L, "suppressed", 1L));
  }

  @Test
  void nothingIsToldWhereItIsNotKnown() {
    count.add(result(1, RecipientStatus.SENT, 1, "wamid.1", START));

    assertThat(count.unwritten(1, START.minusSeconds(60), 100, NOTHING))
        .as("it started before anybody counted")
        .isNull();
    assertThat(count.unwritten(2, START, 100, NOTHING)).as("another round").isNull();
    assertThat(count.unwritten(1, START, 0, NOTHING)).as("more than there are").isNull();
    assertThat(count.unwritten(1, null, 100, NOTHING)).as("not started").isNull();
  }

  @Test
  void anotherRoundIsCountedAnewAndOlderOnesNotAtAll() {
    count.add(result(2, RecipientStatus.SENT, 1, "wamid.1", START));
    count.add(result(1, RecipientStatus.SENT, 1, "wamid.2", START));

    assertThat(count.unwritten(1, START, 100, NOTHING)).isNull();
    assertThat(count.perSecond(START.plus(Duration.ofSeconds(2))))
        .isCloseTo(0.7, Offset.offset(0.1));
  }

  private @Nullable Map<String, Long> unwritten(Map<String, Long> counts) {
    return count.unwritten(1, START, 1_000, counts);
  }

  private void send(Instant from, int seconds, double perSecond) {
    for (int i = 0; i < seconds * perSecond; i++) {
      count.add(
          result(
              1,
              RecipientStatus.SENT,
              1,
              "wamid." + i,
              from.plusNanos(Math.round(i * 1e9 / perSecond))));
      if (i % 7 == 0) {
        assertThat(count.perSecond(from.plusNanos(Math.round(i * 1e9 / perSecond))))
            .satisfiesAnyOf(
                pace -> assertThat(pace).isNull(),
                pace -> assertThat(pace).isLessThan(perSecond * 1.6 + 0.5));
      }
    }
  }

  private static SendResult result(
      int round, RecipientStatus status, int attempts, @Nullable String messageId, Instant at) {
    return SendResult.of(1, CAMPAIGN, round, status, at)
        .messageId(messageId)
        .attempts(attempts)
        .build();
  }
}

package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.SendingHours;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendingHoursTest {

  @ParameterizedTest
  @CsvSource({
    "09:00, 20:00, 2027-01-15T11:59:59Z, false",
    "09:00, 20:00, 2027-01-15T12:00:00Z, true",
    "09:00, 20:00, 2027-01-15T22:59:59Z, true",
    "09:00, 20:00, 2027-01-15T23:00:00Z, false",
    "20:00, 02:00, 2027-01-15T22:59:59Z, false",
    "20:00, 02:00, 2027-01-15T23:00:00Z, true",
    "20:00, 02:00, 2027-01-16T04:59:59Z, true",
    "20:00, 02:00, 2027-01-16T05:00:00Z, false",
    "00:00, 00:00, 2027-01-16T05:00:00Z, true",
  })
  void isOpenByTheClockOnTheWall(LocalTime start, LocalTime end, Instant at, boolean open) {
    assertThat(new SendingHours(start, end, ZoneId.of("America/Sao_Paulo")).isOpen(at))
        .isEqualTo(open);
  }

  /** Berlin, 2027: clocks jump from 2:00 to 3:00 on March 28 and back on October 31. */
  @ParameterizedTest
  @CsvSource({
    // The hour from 2 to 3 does not exist: a window that begins in it opens at 3.
    "02:30, 12:00, 2027-03-28T00:00:00Z, 2027-03-28T01:00:00Z, 2027-03-28T10:00:00Z",
    // The hour exists twice, and the window is open in both.
    "02:00, 03:00, 2027-10-30T23:00:00Z, 2027-10-31T00:00:00Z, 2027-10-31T02:00:00Z",
    // Over midnight and the change: from 22:00 summer time to 6:00 winter time, an hour longer.
    "22:00, 06:00, 2027-10-30T12:00:00Z, 2027-10-30T20:00:00Z, 2027-10-31T05:00:00Z",
  })
  void followsTheClockWhenItChanges(
      LocalTime start, LocalTime end, Instant from, Instant opens, Instant closes) {
    SendingHours window = new SendingHours(start, end, ZoneId.of("Europe/Berlin"));
    TreeMap<Instant, Boolean> changes = new TreeMap<>();
    boolean before = window.isOpen(from);
    for (Instant at = from; !at.isAfter(closes); at = at.plusSeconds(60)) {
      boolean open = window.isOpen(at);
      if (open != before) {
        changes.put(at, open);
        before = open;
      }
    }

    assertThat(changes)
        .containsExactlyEntriesOf(new TreeMap<>(java.util.Map.of(opens, true, closes, false)));
  }

  @Test
  void saysWhatItIs() {
    assertThat(
            new SendingHours(LocalTime.of(9, 0), LocalTime.of(20, 0), ZoneId.of("Europe/Berlin")))
        .hasToString("09:00-20:00 Europe/Berlin");
  }
}

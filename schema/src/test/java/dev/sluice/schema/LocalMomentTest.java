package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalMomentTest {
  @ParameterizedTest
  @CsvSource({
    // Still to come today, exactly now, an hour late, and later than that.
    "2027-06-10T06:00:00Z, 09:00, Europe/Berlin,      2027-06-10T07:00:00Z",
    "2027-06-10T07:00:00Z, 09:00, Europe/Berlin,      2027-06-10T07:00:00Z",
    "2027-06-10T08:00:00Z, 09:00, Europe/Berlin,      2027-06-10T07:00:00Z",
    "2027-06-10T08:00:01Z, 09:00, Europe/Berlin,      2027-06-11T07:00:00Z",
    // Another date there.
    "2027-06-10T20:00:00Z, 09:00, Asia/Tokyo,         2027-06-11T00:00:00Z",
    "2027-06-10T00:10:00Z, 23:30, America/Sao_Paulo,  2027-06-10T02:30:00Z",
    "2027-06-10T03:40:00Z, 23:30, America/Sao_Paulo,  2027-06-11T02:30:00Z",
    // Skipped by summer time, and twice on a day.
    "2027-03-27T12:00:00Z, 02:30, Europe/Berlin,      2027-03-28T01:30:00Z",
    "2027-10-30T12:00:00Z, 02:30, Europe/Berlin,      2027-10-31T00:30:00Z",
  })
  void aZonesMomentIsTheFirstSuchTimeFromAnHourBeforeTheStartOn(
      Instant start, LocalTime time, ZoneId zone, Instant moment) {
    assertThat(LocalMoment.of(time, zone, start)).isEqualTo(moment);
  }
}

package dev.sluice.schema;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** When a campaign is sent at a time of day to the recipients of a time zone. */
public final class LocalMoment {
  /** How late a recipient is still sent to on the same day. */
  private static final Duration LATEST = Duration.ofHours(1);

  private LocalMoment() {}

  /**
   * Returns the first such time in the zone from an hour before the campaign's start on. A time
   * that summer time skips is that much later.
   */
  public static Instant of(LocalTime time, ZoneId zone, Instant start) {
    ZonedDateTime earliest = start.minus(LATEST).atZone(zone);
    Instant sameDay = earliest.toLocalDate().atTime(time).atZone(zone).toInstant();
    return sameDay.isBefore(earliest.toInstant())
        ? earliest.toLocalDate().plusDays(1).atTime(time).atZone(zone).toInstant()
        : sameDay;
  }
}

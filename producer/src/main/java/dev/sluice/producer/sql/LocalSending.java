package dev.sluice.producer.sql;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * The time of day at which recipients are sent to, wherever they are.
 *
 * @param time in each recipient's time zone
 * @param zone the time zone of recipients who have none
 */
public record LocalSending(LocalTime time, ZoneId zone) {
  /** How late a recipient is still sent to on the same day. */
  static final Duration LATEST = Duration.ofHours(1);

  /**
   * Returns when the recipients of a zone may be sent to: at the first such time from an hour
   * before the start on. A time that summer time skips is that much later.
   */
  public Instant moment(ZoneId its, Instant start) {
    ZonedDateTime earliest = start.minus(LATEST).atZone(its);
    Instant sameDay = earliest.toLocalDate().atTime(time).atZone(its).toInstant();
    return sameDay.isBefore(earliest.toInstant())
        ? earliest.toLocalDate().plusDays(1).atTime(time).atZone(its).toInstant()
        : sameDay;
  }
}

package dev.sluice.producer.sql;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * The hours of the day in which a campaign may send, in local time of its time zone, following
 * changes to and from summer time. They may span midnight; equal start and end mean all day.
 *
 * @param start the first time of day in which sending is allowed
 * @param end the first time of day in which it is not
 */
public record SendingHours(LocalTime start, LocalTime end, ZoneId zone) {

  public boolean isOpen(Instant at) {
    LocalTime now = at.atZone(zone).toLocalTime();
    boolean begun = !now.isBefore(start);
    boolean over = !now.isBefore(end);
    return switch (Integer.signum(start.compareTo(end))) {
      case -1 -> begun && !over;
      case 1 -> begun || !over;
      default -> true;
    };
  }

  @Override
  public String toString() {
    return start + "-" + end + " " + zone;
  }
}

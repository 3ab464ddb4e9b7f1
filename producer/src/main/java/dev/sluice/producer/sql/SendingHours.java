package dev.sluice.producer.sql;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * The hours of the day in which a campaign may send, by the clock on the wall of its time zone. It
 * may reach over midnight; one that ends when it begins is always open. By the wall, because that
 * is what the people who are written to look at: when clocks change, the window changes with them.
 *
 * @param start the first moment in which it is open
 * @param end the first moment in which it is not
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

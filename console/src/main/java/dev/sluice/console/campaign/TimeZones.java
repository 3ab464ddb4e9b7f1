package dev.sluice.console.campaign;

import dev.sluice.console.http.ProblemException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Time zones as people give them: regions, which every browser knows as well. */
final class TimeZones {
  private static final Set<String> REGIONS = ZoneId.getAvailableZoneIds();

  /** Offsets that have a region of their own. */
  private static final int EAST = 14;

  private static final int WEST = -12;

  private TimeZones() {}

  /**
   * Checks that a zone is a region.
   *
   * @throws ProblemException 400 that names the region to use instead of an offset like {@code
   *     GMT-3}
   */
  static void requireRegion(@Nullable String name) {
    if (name != null && !REGIONS.contains(name)) {
      throw ProblemException.field(
          "timeZone", "must be a name like America/Sao_Paulo" + instead(name));
    }
  }

  private static String instead(String name) {
    try {
      // A region that this Java does not know is none.
      return ZoneId.of(name).normalized() instanceof ZoneOffset offset ? etc(offset) : "";
    } catch (DateTimeException e) {
      return "";
    }
  }

  /** The names of these regions have the opposite sign. */
  private static String etc(ZoneOffset offset) {
    int seconds = offset.getTotalSeconds();
    int hours = seconds / 3_600;
    if (seconds % 3_600 != 0 || hours < WEST || hours > EAST) {
      return "";
    }
    String region = hours == 0 ? "UTC" : "Etc/GMT" + (hours < 0 ? "+" : "-") + Math.abs(hours);
    return "; " + region + " is what you have written";
  }
}

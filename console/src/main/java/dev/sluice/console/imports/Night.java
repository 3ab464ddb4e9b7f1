package dev.sluice.console.imports;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For how many recipients it is night at a moment, by the time zones of their numbers.
 *
 * @param recipients those who were looked at
 * @param asleep those of them for whom it is night
 * @param zones where most of these are, the largest first
 * @param partial whether not all recipients were looked at
 */
public record Night(long recipients, long asleep, List<Zone> zones, boolean partial) {
  private static final int BEGINS = 21;
  private static final int ENDS = 8;
  private static final int TOLD = 3;

  /** A time zone in which it is night for some. */
  public record Zone(String timeZone, long recipients) {}

  /**
   * Returns for whom it is night then.
   *
   * @param own the campaign's time zone; other programs write it, so it may be none
   */
  static Night of(Places places, @Nullable String own, Instant at) {
    NumberZones zones =
        new NumberZones(
            own != null && ZoneId.getAvailableZoneIds().contains(own) ? own : "UTC", at);
    long recipients = 0;
    Map<String, Long> asleep = new HashMap<>();
    for (Places.Place place : places.all()) {
      recipients += place.recipients();
      String zone = zones.of(place.number());
      if (zone != null && isNight(at, zone)) {
        asleep.merge(zone, place.recipients(), Long::sum);
      }
    }
    List<Zone> told =
        asleep.entrySet().stream()
            .map(one -> new Zone(one.getKey(), one.getValue()))
            .sorted(
                Comparator.comparingLong(Zone::recipients).reversed().thenComparing(Zone::timeZone))
            .limit(TOLD)
            .toList();
    long sum = asleep.values().stream().mapToLong(Long::longValue).sum();
    return new Night(recipients, sum, told, places.partial());
  }

  private static boolean isNight(Instant at, String zone) {
    int hour = at.atZone(ZoneId.of(zone)).getHour();
    return hour >= BEGINS || hour < ENDS;
  }
}

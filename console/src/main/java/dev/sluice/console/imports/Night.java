package dev.sluice.console.imports;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For how many recipients it is night when they are sent to, by the time zones of their numbers.
 *
 * @param recipients those who were looked at
 * @param asleep those of them for whom it is night when the first message is sent
 * @param zones where most of these are, the largest first
 * @param later those for whom night falls while the others are sent to; null if there are none
 * @param partial whether not all recipients were looked at
 */
public record Night(
    long recipients, long asleep, List<Zone> zones, @Nullable Later later, boolean partial) {
  private static final int BEGINS = 21;
  private static final int ENDS = 8;
  private static final int TOLD = 3;

  /** A time zone in which it is night for some. */
  public record Zone(String timeZone, long recipients) {}

  /**
   * Recipients who may be sent to at night, as it goes on for so long.
   *
   * @param timeZone where most of them are
   * @param from when it is night there, to a quarter of an hour
   */
  public record Later(long recipients, String timeZone, Instant from) {}

  static Night of(Places places, SendingSpan sending) {
    Instant begin = sending.from();
    NumberZones zones = new NumberZones(sending.zone().getId(), begin);
    List<Instant> moments = sending.later();
    long recipients = 0;
    Map<String, Long> people = new HashMap<>();
    for (Places.Place place : places.all()) {
      recipients += place.recipients();
      String zone = zones.of(place.number());
      if (zone != null) {
        people.merge(zone, place.recipients(), Long::sum);
      }
    }
    List<Zone> all =
        people.entrySet().stream()
            .map(one -> new Zone(one.getKey(), one.getValue()))
            .sorted(
                Comparator.comparingLong(Zone::recipients).reversed().thenComparing(Zone::timeZone))
            .toList();
    List<Zone> asleep = all.stream().filter(zone -> isNight(begin, zone)).toList();
    List<Later> later =
        all.stream()
            .filter(zone -> !isNight(begin, zone))
            .flatMap(zone ->
                moments.stream()
                    .filter(moment -> isNight(moment, zone))
                    .limit(1)
                    .map(moment -> new Later(zone.recipients(), zone.timeZone(), moment)))
            .toList();
    return new Night(
        recipients,
        asleep.stream().mapToLong(Zone::recipients).sum(),
        asleep.stream().limit(TOLD).toList(),
        later.isEmpty() ? null : sum(later),
        places.partial());
  }

  private static Later sum(List<Later> all) {
    Later most = all.getFirst();
    return new Later(all.stream().mapToLong(Later::recipients).sum(), most.timeZone(), most.from());
  }

  private static boolean isNight(Instant at, Zone zone) {
    int hour = at.atZone(ZoneId.of(zone.timeZone())).getHour();
    return hour >= BEGINS || hour < ENDS;
  }
}

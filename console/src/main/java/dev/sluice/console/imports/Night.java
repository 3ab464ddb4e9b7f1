package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;

import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record2;
import org.jooq.Result;
import org.jooq.Table;

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

  /** Characters of a number that tell where it is from: the plus, country and area. */
  private static final int PLACE = 8;

  /** Places that are looked up; it takes some hundredths of a second. */
  private static final int PLACES = 10_000;

  private static final int TOLD = 3;

  /** Recipients that are looked at if all are too many. */
  private static final int FIRST = 50_000;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** A time zone in which it is night for some. */
  public record Zone(String timeZone, long recipients) {}

  /** Returns for whom it is night then; empty if not even the first recipients can be read. */
  static Optional<Night> of(DSLContext sql, UUID campaignId, Instant at) {
    return of(sql, campaignId, at, PATIENCE, PATIENCE);
  }

  static Optional<Night> of(
      DSLContext sql, UUID campaignId, Instant at, Duration withAll, Duration withFirst) {
    NumberZones zones = new NumberZones(zoneOf(sql, campaignId), at);
    return Briefly.read(sql, withAll, Set.of(), inside -> places(inside, all(campaignId)))
        .map(places -> of(places, zones, at, places.size() == PLACES))
        .or(() ->
            Briefly.read(sql, withFirst, Set.of(), inside -> places(inside, first(campaignId)))
                .map(places -> of(places, zones, at, true)));
  }

  private static String zoneOf(DSLContext sql, UUID campaignId) {
    return sql.select(CAMPAIGN.TIME_ZONE)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(CAMPAIGN.TIME_ZONE)
        .filter(ZoneId.getAvailableZoneIds()::contains)
        .orElse("UTC");
  }

  private static Table<?> all(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.PHONE).from(r).where(r.CAMPAIGN_ID.eq(campaignId)).asTable("people");
  }

  private static Table<?> first(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.PHONE)
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .limit(FIRST)
        .asTable("people");
  }

  /** Returns one number of each place, and how many there are. */
  private static Result<Record2<String, Integer>> places(DSLContext sql, Table<?> people) {
    var phone = people.field(CAMPAIGN_RECIPIENT.PHONE);
    return sql.select(min(phone), count())
        .from(people)
        .groupBy(left(phone, inline(PLACE)))
        .orderBy(inline(2).desc())
        .limit(PLACES)
        .fetch();
  }

  private static Night of(
      List<Record2<String, Integer>> places, NumberZones zones, Instant at, boolean partial) {
    long recipients = 0;
    Map<String, Long> asleep = new HashMap<>();
    for (Record2<String, Integer> place : places) {
      recipients += place.value2();
      String zone = zones.of(place.value1());
      if (zone != null && isNight(at, zone)) {
        asleep.merge(zone, (long) place.value2(), Long::sum);
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
    return new Night(recipients, sum, told, partial);
  }

  private static boolean isNight(Instant at, String zone) {
    int hour = at.atZone(ZoneId.of(zone)).getHour();
    return hour >= BEGINS || hour < ENDS;
  }
}

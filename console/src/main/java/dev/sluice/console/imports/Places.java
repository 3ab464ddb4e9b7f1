package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;

import dev.sluice.console.sql.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Select;

/**
 * Where recipients who are about to be sent to are, as far as the beginnings of their numbers tell.
 *
 * @param all the places, the largest first
 * @param partial whether not all recipients were looked at: only the first ones, or the largest
 *     places
 */
public record Places(List<Place> all, boolean partial) {
  /** Characters of a number that tell where it is from: the plus, country and area. */
  private static final int BEGINNING = 7;

  /** Places that are looked up; it takes some tenths of a second. */
  private static final int MOST = 50_000;

  /** A million are read in about one second. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Set<String> SORTED = Set.of("enable_sort");

  /**
   * Recipients whose numbers begin alike.
   *
   * @param number the first of the numbers
   * @param last the last of them; it tells the country if the first is not a valid number
   */
  record Place(String number, String last, long recipients) {}

  public Places {
    all = List.copyOf(all);
  }

  /** Returns the places; empty if not even the first recipients can be read. */
  static Optional<Places> of(DSLContext sql, Audience audience, Deadline deadline) {
    return of(sql, audience, PATIENCE, PATIENCE, deadline);
  }

  static Optional<Places> of(
      DSLContext sql, Audience audience, Duration withAll, Duration withFirst, Deadline deadline) {
    return deadline
        .read(sql, withAll, SORTED, inside -> read(inside, audience.all()))
        .map(places -> new Places(places, places.size() == MOST))
        .or(() ->
            deadline
                .read(sql, withFirst, SORTED, inside -> read(inside, audience.first()))
                .map(places -> new Places(places, true)));
  }

  private static List<Place> read(DSLContext sql, Select<?> recipients) {
    var people = recipients.asTable("people");
    var phone = people.field(CAMPAIGN_RECIPIENT.PHONE);
    var beginning = left(phone, inline(BEGINNING));
    return sql.select(min(phone), max(phone), count())
        .from(people)
        .groupBy(beginning)
        .orderBy(inline(3).desc(), beginning)
        .limit(MOST)
        .fetch(place -> new Place(place.value1(), place.value2(), place.value3()));
  }
}

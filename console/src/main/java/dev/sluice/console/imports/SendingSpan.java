package dev.sluice.console.imports;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * When a campaign sends.
 *
 * @param from its first message
 * @param until its last one, as far as anybody can tell; null if nobody can
 * @param opens when its sending hours begin; null if it sends at any
 * @param closes when they end; before {@code opens} on the next day
 * @param zone the campaign's time zone
 */
public record SendingSpan(
    Instant from,
    @Nullable Instant until,
    @Nullable LocalTime opens,
    @Nullable LocalTime closes,
    ZoneId zone) {
  private static final Duration STEP = Duration.ofMinutes(15);

  /** Returns the same with a zone that other programs have written, and may be none. */
  public static SendingSpan of(
      Instant from,
      @Nullable Instant until,
      @Nullable LocalTime opens,
      @Nullable LocalTime closes,
      @Nullable String zone) {
    boolean known = zone != null && ZoneId.getAvailableZoneIds().contains(zone);
    return new SendingSpan(from, until, opens, closes, ZoneId.of(known ? zone : "UTC"));
  }

  /** Returns moments at which it sends after the first, within a day: nights come back daily. */
  List<Instant> later() {
    Instant day = from.plus(Duration.ofDays(1));
    Instant end = until == null ? from : until.isBefore(day) ? until : day;
    return Stream.iterate(from.plus(STEP), at -> at.isBefore(end), at -> at.plus(STEP))
        .filter(this::isOpen)
        .toList();
  }

  private boolean isOpen(Instant at) {
    if (opens == null || closes == null) {
      return true;
    }
    LocalTime time = at.atZone(zone).toLocalTime();
    boolean begun = !time.isBefore(opens);
    boolean ended = !time.isBefore(closes);
    return opens.isBefore(closes) ? begun && !ended : begun || !ended;
  }
}

package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRules;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The time zones of people of whom nothing but the number is known, by its country or area code. If
 * there are several, as for mobiles in Russia or Spain, the campaign's own is taken if the clocks
 * of one of them agree with it, and else the westernmost, so that nobody is sent to before the
 * time.
 */
final class NumberZones {
  private static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();

  /** After this time summer time has begun or ended where there is one. */
  private static final Duration HALF_A_YEAR = Duration.ofDays(182);

  private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
  private final PhoneNumberToTimeZonesMapper zones = PhoneNumberToTimeZonesMapper.getInstance();
  private final String own;
  private final ZoneRules ownRules;
  private final Instant sent;
  private final Comparator<String> westernmost;

  /** There are far fewer places than numbers. */
  private final Map<List<String>, Optional<String>> chosen = new HashMap<>();

  /**
   * Creates the zones for a campaign.
   *
   * @param own its time zone
   * @param sent when it is sent, as far as is known
   */
  NumberZones(String own, Instant sent) {
    this.own = own;
    this.sent = sent;
    ownRules = rules(own);
    // Those whose clocks agree now may not once the campaign is put off.
    westernmost =
        Comparator.comparingInt((String zone) -> offset(zone, sent))
            .thenComparingInt(zone -> offset(zone, sent.plus(HALF_A_YEAR)))
            .thenComparing(Comparator.naturalOrder());
  }

  /** Returns the time zone of a number in E.164, or null if it belongs to no place. */
  @Nullable String of(String phone) {
    return chosen.computeIfAbsent(possible(phone), this::choose).orElse(null);
  }

  private Optional<String> choose(List<String> possible) {
    List<String> known = possible.stream().filter(KNOWN::contains).toList();
    return known.stream().anyMatch(this::agrees)
        ? Optional.of(own)
        : known.stream().min(westernmost);
  }

  /** Names do not tell: that of Melbourne may be missing beside Sydney's. */
  private boolean agrees(String zone) {
    ZoneRules its = rules(zone);
    return its.getOffset(sent).equals(ownRules.getOffset(sent))
        && Objects.equals(its.nextTransition(sent), ownRules.nextTransition(sent));
  }

  private static int offset(String zone, Instant at) {
    return rules(zone).getOffset(at).getTotalSeconds();
  }

  /** Other programs write a campaign's zone, so it may be none; producers refuse to start it. */
  private static ZoneRules rules(String zone) {
    try {
      return ZoneId.of(zone).getRules();
    } catch (DateTimeException e) {
      return ZoneOffset.UTC.getRules();
    }
  }

  private List<String> possible(String phone) {
    try {
      return zones.getTimeZonesForNumber(numbers.parse(phone, null));
    } catch (NumberParseException e) {
      return List.of();
    }
  }
}

package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberToTimeZonesMapper;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The time zones of people of whom nothing but the number is known, by its country or area code. If
 * there are several, as for mobiles in Russia or Spain, the campaign's own is taken if it is one of
 * them, and else the westernmost, so that nobody is sent to before the time.
 */
final class NumberZones {
  private static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();

  private final PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
  private final PhoneNumberToTimeZonesMapper zones = PhoneNumberToTimeZonesMapper.getInstance();
  private final String own;
  private final Comparator<String> westernmost;

  /**
   * Creates the zones for a campaign.
   *
   * @param own its time zone
   */
  NumberZones(String own) {
    this.own = own;
    Instant now = Instant.now();
    westernmost =
        Comparator.comparingInt((String zone) ->
                ZoneId.of(zone).getRules().getStandardOffset(now).getTotalSeconds())
            .thenComparing(Comparator.naturalOrder());
  }

  /** Returns the time zone of a number in E.164, or null if it belongs to no place. */
  @Nullable String of(String phone) {
    List<String> possible = possible(phone);
    return possible.contains(own)
        ? own
        : possible.stream().filter(KNOWN::contains).min(westernmost).orElse(null);
  }

  private List<String> possible(String phone) {
    try {
      return zones.getTimeZonesForNumber(numbers.parse(phone, null));
    } catch (NumberParseException e) {
      return List.of();
    }
  }
}

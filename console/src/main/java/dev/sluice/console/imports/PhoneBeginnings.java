package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How numbers begin, in E.164, that somebody looks for in a spelling of their own. */
public final class PhoneBeginnings {
  private static final Pattern PLUS = Pattern.compile("[+＋]");
  private static final Pattern E164 = Pattern.compile("\\+(?:[1-9][0-9]{0,14})?");

  private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
  private final PhoneNumbers numbers;

  public PhoneBeginnings(PhoneNumbers numbers) {
    this.numbers = numbers;
  }

  /**
   * Returns what it may mean: without a plus, both a country code and a number of the default
   * region may come first. None is the beginning of another one.
   */
  public List<String> of(String text) {
    List<String> all =
        Stream.concat(whole(text), asWritten(text))
            .filter(E164.asMatchPredicate())
            .distinct()
            .toList();
    return all.stream()
        .filter(one -> all.stream().noneMatch(other -> !other.equals(one) && one.startsWith(other)))
        .toList();
  }

  private Stream<String> whole(String text) {
    return numbers.parse(text) instanceof PhoneNumbers.Valid(String e164)
        ? Stream.of(e164)
        : Stream.empty();
  }

  private Stream<String> asWritten(String text) {
    String digits = PhoneNumberUtil.normalizeDigitsOnly(text);
    if (PLUS.matcher(text).find()) {
      return Stream.of("+" + digits);
    }
    if (digits.startsWith("00")) {
      return Stream.of("+" + digits.substring(2));
    }
    return digits.isEmpty()
        ? Stream.empty()
        : Stream.concat(Stream.of("+" + digits), inTheRegion(digits).stream());
  }

  private Optional<String> inTheRegion(String digits) {
    return numbers
        .region()
        .map(region ->
            "+" + library.getCountryCodeForRegion(region) + withoutTrunkPrefix(region, digits));
  }

  private String withoutTrunkPrefix(String region, String digits) {
    String prefix = library.getNddPrefixForRegion(region, true);
    return prefix != null && digits.startsWith(prefix) ? digits.substring(prefix.length()) : digits;
  }
}

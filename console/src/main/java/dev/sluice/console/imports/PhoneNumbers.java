package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber.CountryCodeSource;
import dev.sluice.console.http.ProblemException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Converts what people and spreadsheets write into E.164. */
public final class PhoneNumbers {
  /** Characters of a number in E.164, with its plus, as in the tables. */
  private static final int LONGEST = 16;

  /** A country code after 00, the prefix that most of the world dials for abroad. */
  private static final Pattern ABROAD =
      Pattern.compile("[(\\s\\h\\p{Cf}]*00[)\\s\\h\\p{Cf}\\p{Pd}.]*([1-9].*)");

  private static final Pattern PLUS = Pattern.compile("[+＋]");

  private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
  private final @Nullable String defaultRegion;

  /**
   * Creates a parser.
   *
   * @param defaultRegion the region of numbers without a country code
   * @throws IllegalArgumentException if there is no such region
   */
  public PhoneNumbers(Optional<String> defaultRegion) {
    this.defaultRegion = defaultRegion.orElse(null);
    defaultRegion.ifPresent(PhoneNumbers::requireRegion);
  }

  public static void requireRegion(String name) {
    if (!PhoneNumberUtil.getInstance().getSupportedRegions().contains(name)) {
      throw new IllegalArgumentException("not a region, like BR or DE: " + name);
    }
  }

  /** Returns all known regions, like BR. */
  Set<String> regions() {
    return library.getSupportedRegions();
  }

  /** Returns the region of numbers without a country code, if there is one. */
  Optional<String> region() {
    return Optional.ofNullable(defaultRegion);
  }

  /** Returns a parser for another region, or this one if none is given. */
  PhoneNumbers in(Optional<String> region) {
    if (region.isEmpty()) {
      return this;
    }
    try {
      return new PhoneNumbers(region.map(name -> name.toUpperCase(Locale.ROOT)));
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
              "\"region\" must be a country's two letters, like BR or DE, not \""
                  + region.get()
                  + "\".")
          .with("field", "region");
    }
  }

  /** The result of parsing a number. */
  public sealed interface Parsed {}

  public record Valid(String e164) implements Parsed {}

  public record Invalid(String reason) implements Parsed {}

  public Parsed parse(String cell) {
    Optional<String> fault = PhoneCell.fault(cell);
    if (fault.isPresent()) {
      return new Invalid(fault.get());
    }
    String text = PhoneCell.number(cell);
    if (isMoreThanOne(text)) {
      return new Invalid(RowReasons.TWO_NUMBERS);
    }
    List<PhoneNumber> readings = readings(text);
    return switch (readings.size()) {
      case 0 -> new Invalid(fault(text));
      case 1 -> valid(readings.getFirst());
      default -> new Invalid(RowReasons.ambiguous(readings.stream().map(this::e164).toList()));
    };
  }

  private Parsed valid(PhoneNumber number) {
    String e164 = e164(number);
    return e164.length() > LONGEST ? new Invalid(RowReasons.TOO_MANY_DIGITS) : new Valid(e164);
  }

  private String e164(PhoneNumber number) {
    return library.format(number, PhoneNumberFormat.E164);
  }

  /** Returns why a text without a valid reading is no number. */
  private String fault(String text) {
    Matcher abroad = ABROAD.matcher(text);
    try {
      PhoneNumber number =
          abroad.matches()
              ? library.parse("+" + abroad.group(1), null)
              : library.parse(text, defaultRegion);
      return switch (library.isPossibleNumberWithReason(number)) {
        case IS_POSSIBLE, IS_POSSIBLE_LOCAL_ONLY -> RowReasons.NO_SUCH_NUMBER;
        case TOO_SHORT -> RowReasons.TOO_SHORT;
        case TOO_LONG -> RowReasons.TOO_LONG;
        case INVALID_COUNTRY_CODE -> RowReasons.NO_COUNTRY;
        case INVALID_LENGTH -> RowReasons.WRONG_LENGTH;
      };
    } catch (NumberParseException e) {
      return switch (e.getErrorType()) {
        case INVALID_COUNTRY_CODE -> RowReasons.NEEDS_COUNTRY;
        case NOT_A_NUMBER -> RowReasons.NO_NUMBER;
        case TOO_SHORT_AFTER_IDD, TOO_SHORT_NSN -> RowReasons.TOO_SHORT;
        case TOO_LONG -> RowReasons.TOO_LONG;
      };
    }
  }

  /** An area code may stand before a slash, and the end of a long number after it. */
  private boolean isMoreThanOne(String text) {
    List<String> parts = PhoneCell.parts(text);
    return PhoneCell.isSeveral(text) || (parts.size() > 1 && isValid(parts.getFirst()));
  }

  private boolean isValid(String text) {
    return !readings(text).isEmpty();
  }

  /**
   * Returns the valid numbers that a text may mean. If there are several, it is unknown whose
   * number it is.
   */
  private List<PhoneNumber> readings(String text) {
    Matcher abroad = ABROAD.matcher(text);
    if (abroad.matches()) {
      return fromAbroad(text, abroad.group(1));
    }
    Optional<PhoneNumber> usual = attempt(() -> library.parse(text, defaultRegion));
    if (defaultRegion == null || PLUS.matcher(text).find()) {
      return usual.stream().toList();
    }
    // Spreadsheets drop the plus of a number, and the zero before an area code as well.
    Optional<PhoneNumber> withoutPlus =
        attempt(() -> library.parse("+" + text, null)).filter(this::isOfTheRegion);
    List<PhoneNumber> all = distinct(usual, withoutPlus);
    List<PhoneNumber> mobile = all.stream().filter(this::isMobile).toList();
    return mobile.size() == 1 ? mobile : all;
  }

  private List<PhoneNumber> fromAbroad(String text, String afterZeros) {
    Optional<PhoneNumber> usual = attempt(() -> library.parse("+" + afterZeros, null));
    return defaultRegion == null || usual.filter(this::isOfTheRegion).isPresent()
        ? usual.stream().toList()
        : distinct(usual, dialled(text, defaultRegion));
  }

  private static List<PhoneNumber> distinct(
      Optional<PhoneNumber> one, Optional<PhoneNumber> other) {
    return Stream.of(one, other).flatMap(Optional::stream).distinct().toList();
  }

  private boolean isMobile(PhoneNumber number) {
    return library.getNumberType(number) == PhoneNumberType.MOBILE;
  }

  /**
   * Reads the number with the region's own international prefix, which may be longer than {@code
   * 00}: {@code 001} in Singapore, {@code 0011} in Australia. In Brazil a carrier's code follows,
   * which may look like Brazil's own country code; that is why the region's own numbers take
   * precedence.
   */
  private Optional<PhoneNumber> dialled(String text, String region) {
    return attempt(() -> library.parseAndKeepRawInput(text, region))
        .filter(number -> number.getCountryCodeSource() == CountryCodeSource.FROM_NUMBER_WITH_IDD)
        .flatMap(number -> attempt(() -> library.parse(e164(number), null)));
  }

  private boolean isOfTheRegion(PhoneNumber number) {
    return number.getCountryCode() == library.getCountryCodeForRegion(defaultRegion);
  }

  private interface Attempt {
    PhoneNumber read() throws NumberParseException;
  }

  private Optional<PhoneNumber> attempt(Attempt attempt) {
    try {
      return Optional.of(attempt.read()).filter(library::isValidNumber);
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }
}

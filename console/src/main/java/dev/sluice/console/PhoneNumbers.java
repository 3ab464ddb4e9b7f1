package dev.sluice.console;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber.CountryCodeSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what people and spreadsheets write into E.164. */
final class PhoneNumbers {
  /** With its plus, as E.164 and the tables have it. */
  private static final int LONGEST = 16;

  /** A country code after the sign that most of the world dials for abroad. */
  private static final Pattern ABROAD = Pattern.compile("[(\\s]*00[\\s)]*([1-9].*)");

  private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();
  private final @Nullable String defaultRegion;

  /**
   * Knows the region of numbers without a country code.
   *
   * @throws IllegalArgumentException if there is no such region
   */
  PhoneNumbers(Optional<String> defaultRegion) {
    this.defaultRegion = defaultRegion.orElse(null);
    if (defaultRegion.isPresent() && !library.getSupportedRegions().contains(defaultRegion.get())) {
      throw new IllegalArgumentException("not a region, like BR or DE: " + defaultRegion.get());
    }
  }

  /** The regions that there are, like BR. */
  Set<String> regions() {
    return library.getSupportedRegions();
  }

  /** The region of numbers without a country code, if there is one. */
  Optional<String> region() {
    return Optional.ofNullable(defaultRegion);
  }

  /** The same with another region, if one is given. */
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

  /** What came of a number. */
  sealed interface Parsed {}

  record Valid(String e164) implements Parsed {}

  record Invalid(String reason) implements Parsed {}

  Parsed parse(String cell) {
    Optional<String> fault = PhoneCell.fault(cell);
    if (fault.isPresent()) {
      return new Invalid(fault.get());
    }
    String text = PhoneCell.number(cell);
    if (isMoreThanOne(text)) {
      return new Invalid("two numbers in one cell");
    }
    try {
      return judge(read(text));
    } catch (NumberParseException e) {
      return new Invalid(
          switch (e.getErrorType()) {
            case INVALID_COUNTRY_CODE -> "it needs a country code, like +5511999990001";
            case NOT_A_NUMBER -> "not a phone number";
            case TOO_SHORT_AFTER_IDD, TOO_SHORT_NSN -> "the phone number is too short";
            case TOO_LONG -> "the phone number is too long";
          });
    }
  }

  private Parsed judge(PhoneNumber number) {
    if (library.isValidNumber(number)) {
      String e164 = library.format(number, PhoneNumberFormat.E164);
      return e164.length() > LONGEST
          ? new Invalid("the phone number has more than 15 digits")
          : new Valid(e164);
    }
    return new Invalid(
        switch (library.isPossibleNumberWithReason(number)) {
          case IS_POSSIBLE, IS_POSSIBLE_LOCAL_ONLY -> "no such phone number";
          case TOO_SHORT -> "the phone number is too short";
          case TOO_LONG -> "the phone number is too long";
          case INVALID_COUNTRY_CODE -> "no country has this code";
          case INVALID_LENGTH -> "no phone number there has this length";
        });
  }

  /** An area code may stand before a slash, and the end of a long number after it. */
  private boolean isMoreThanOne(String text) {
    List<String> parts = PhoneCell.parts(text);
    return PhoneCell.isSeveral(text) || (parts.size() > 1 && isValid(parts.getFirst()));
  }

  private boolean isValid(String text) {
    return valid(() -> read(text)).isPresent();
  }

  private PhoneNumber read(String text) throws NumberParseException {
    Matcher abroad = ABROAD.matcher(text);
    if (!abroad.matches()) {
      return library.parse(text, defaultRegion);
    }
    String plus = "+" + abroad.group(1);
    Optional<PhoneNumber> number =
        defaultRegion == null
            ? Optional.empty()
            : valid(() -> library.parse(plus, null))
                .filter(this::isOfTheRegion)
                .or(() -> dialled(text, defaultRegion));
    return number.isPresent() ? number.get() : library.parse(plus, null);
  }

  /**
   * By what the region dials for abroad, which may be longer than {@code 00}: {@code 001} in
   * Singapore, {@code 0011} in Australia. In Brazil a carrier's code follows, which may look like
   * Brazil's own; that is why the region's own numbers come first.
   */
  private Optional<PhoneNumber> dialled(String text, String region) {
    return valid(() -> library.parseAndKeepRawInput(text, region))
        .filter(number -> number.getCountryCodeSource() == CountryCodeSource.FROM_NUMBER_WITH_IDD);
  }

  private boolean isOfTheRegion(PhoneNumber number) {
    return number.getCountryCode() == library.getCountryCodeForRegion(defaultRegion);
  }

  private interface Attempt {
    PhoneNumber read() throws NumberParseException;
  }

  private Optional<PhoneNumber> valid(Attempt attempt) {
    try {
      return Optional.of(attempt.read()).filter(library::isValidNumber);
    } catch (NumberParseException e) {
      return Optional.empty();
    }
  }
}

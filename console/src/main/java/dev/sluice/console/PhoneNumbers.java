package dev.sluice.console;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
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
    try {
      return library.isValidNumber(read(text));
    } catch (NumberParseException e) {
      return false;
    }
  }

  private PhoneNumber read(String text) throws NumberParseException {
    Matcher abroad = ABROAD.matcher(text);
    return library.parse(abroad.matches() ? "+" + abroad.group(1) : text, defaultRegion);
  }
}

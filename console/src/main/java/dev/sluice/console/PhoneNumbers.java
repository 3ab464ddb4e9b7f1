package dev.sluice.console;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns what people and spreadsheets write into E.164. */
final class PhoneNumbers {
  /** Characters; nobody writes so many, and patterns would take long over a whole book. */
  private static final int LONGEST = 100;

  /** What is left of a long number in a cell that was not text. */
  private static final Pattern SHORTENED = Pattern.compile("[0-9]([.,][0-9]*)?[eE]\\+?[0-9]+");

  /** The library takes letters for the digits that they share a key with: "030-unknown" rings. */
  private static final Pattern LETTERS = Pattern.compile("[0-9].*\\p{L}");

  /**
   * A number as text by a formula, or by an apostrophe; or one that a program took for a fraction.
   */
  private static final Pattern FORMULA = Pattern.compile("=\"(.*)\"|'(.*)|(\\+?[0-9]{7,15})[.,]0");

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

  Parsed parse(String text) {
    if (text.isBlank()) {
      return new Invalid("the phone number is missing");
    }
    if (text.length() > LONGEST) {
      return new Invalid("the phone number is too long");
    }
    if (SHORTENED.matcher(text).matches()) {
      return new Invalid(
          "a spreadsheet has shortened this number; make its column text there and export it again");
    }
    if (LETTERS.matcher(text).find()) {
      return new Invalid("not a phone number, as it has letters in it");
    }
    try {
      PhoneNumber number = library.parse(international(plain(text)), defaultRegion);
      if (library.isValidNumber(number)) {
        return new Valid(library.format(number, PhoneNumberFormat.E164));
      }
      return switch (library.isPossibleNumberWithReason(number)) {
        case IS_POSSIBLE, IS_POSSIBLE_LOCAL_ONLY -> new Invalid("no such phone number");
        case TOO_SHORT -> new Invalid("the phone number is too short");
        case TOO_LONG -> new Invalid("the phone number is too long");
        case INVALID_COUNTRY_CODE -> new Invalid("no country has this code");
        case INVALID_LENGTH -> new Invalid("no phone number there has this length");
      };
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

  private static String plain(String text) {
    Matcher formula = FORMULA.matcher(text);
    return formula.matches()
        ? Stream.of(1, 2, 3).map(formula::group).filter(Objects::nonNull).findFirst().orElse(text)
        : text;
  }

  private static String international(String text) {
    Matcher abroad = ABROAD.matcher(text);
    return abroad.matches() ? "+" + abroad.group(1) : text;
  }
}

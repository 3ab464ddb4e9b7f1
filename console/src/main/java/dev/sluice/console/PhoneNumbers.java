package dev.sluice.console;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.Phonenumber.PhoneNumber;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns what people write into E.164. */
final class PhoneNumbers {
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

  /** What came of a number. */
  sealed interface Parsed {}

  record Valid(String e164) implements Parsed {}

  record Invalid(String reason) implements Parsed {}

  Parsed parse(String text) {
    if (text.isBlank()) {
      return new Invalid("the phone number is missing");
    }
    try {
      PhoneNumber number = library.parse(text, defaultRegion);
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
}

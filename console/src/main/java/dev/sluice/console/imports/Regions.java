package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;

/** The regions of numbers. */
final class Regions {
  static final String UNKNOWN = "ZZ";

  private final PhoneNumberUtil library = PhoneNumberUtil.getInstance();

  /** Returns the region of numbers that begin alike. */
  String of(Places.Place place) {
    String region = of(place.number());
    return region.equals(UNKNOWN) ? of(place.last()) : region;
  }

  /** Returns the region of a number in E.164, like BR; ZZ if it is not known. */
  String of(String number) {
    try {
      String region = library.getRegionCodeForNumber(library.parse(number, null));
      return region == null ? UNKNOWN : region;
    } catch (NumberParseException e) {
      return UNKNOWN;
    }
  }
}

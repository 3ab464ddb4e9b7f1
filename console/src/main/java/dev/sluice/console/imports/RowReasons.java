package dev.sluice.console.imports;

import java.util.List;

/**
 * Why a row of a file cannot be used. The page and {@link RowWords} know these sentences and say
 * them in their reader's language, so changing one means changing {@code rowreasons.js} and the
 * page's English texts.
 */
final class RowReasons {
  static final String MISSING = "the phone number is missing";
  static final String TOO_LONG = "the phone number is too long";
  static final String TOO_SHORT = "the phone number is too short";
  static final String TOO_MANY_DIGITS = "the phone number has more than 15 digits";
  static final String SHORTENED =
      "a spreadsheet has shortened this number; make its column text there and export it again";
  static final String DATE = "not a phone number, but a date";
  static final String LETTERS = "not a phone number, as it has letters in it";
  static final String DECIMALS = "not a phone number, as it has decimals";
  static final String NO_NUMBER = "not a phone number";
  static final String TWO_NUMBERS = "two numbers in one cell";
  static final String NO_SUCH_NUMBER = "no such phone number";
  static final String NO_COUNTRY = "no country has this code";
  static final String WRONG_LENGTH = "no phone number there has this length";
  static final String NEEDS_COUNTRY = "it needs a country code, like +5511999990001";
  static final String EXTERNAL_ID = "the external id " + ExternalId.RULE;
  static final String TIME_ZONE = "no such time zone; write it like America/Sao_Paulo";
  static final String NO_OBJECT = "it is not an object with a \"phone\"";
  static final String VARIABLES = "\"variables\" must be an object of texts";
  static final String RECIPIENT_TOO_LONG = "the recipient is too long";

  private RowReasons() {}

  static String ambiguous(List<String> numbers) {
    return "it may be " + String.join(" or ", numbers) + "; write it with a plus";
  }

  static String moreColumns(int columns, int named) {
    return columns + " columns where the first line has " + named;
  }

  static String unstorable(String column) {
    return column(column) + " holds a NUL character or an unpaired surrogate";
  }

  static String longName(String column, int longest) {
    return column(column) + " has a name of more than " + longest + " characters";
  }

  static String longValue(String column, int longest) {
    return column(column) + " has more than " + longest + " characters";
  }

  static String largeVariables(int bytes) {
    return "the variables have more than " + bytes + " bytes together";
  }

  static String noText(String field) {
    return "\"" + field + "\" must be a text";
  }

  static String noTextVariable(String name) {
    return "the variable \"" + name + "\" must be a text";
  }

  private static String column(String name) {
    return "the column \"" + name + "\"";
  }
}

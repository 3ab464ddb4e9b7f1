package dev.sluice.schema;

import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A campaign's id, or its beginning as printed in logs.
 *
 * @param text the text as given
 * @param first the lowest id with that beginning
 * @param last the highest
 */
public record ShortId(String text, UUID first, UUID last) {
  private static final String FORM = "00000000-0000-0000-0000-000000000000";
  private static final Pattern BEGINNING = Pattern.compile("[0-9a-f-]{4,36}");

  /**
   * Parses an id or the beginning of one.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static ShortId parse(String text) {
    String beginning = text.strip().toLowerCase(Locale.ROOT);
    if (!BEGINNING.matcher(beginning).matches() || !hasTheForm(beginning)) {
      throw new IllegalArgumentException(
          "'" + text + "' is no campaign's id, nor the first four or more characters of one");
    }
    String rest = FORM.substring(beginning.length());
    return new ShortId(
        beginning,
        UUID.fromString(beginning + rest),
        UUID.fromString(beginning + rest.replace('0', 'f')));
  }

  @Override
  public String toString() {
    return text;
  }

  private static boolean hasTheForm(String beginning) {
    for (int i = 0; i < beginning.length(); i++) {
      if ((beginning.charAt(i) == '-') != (FORM.charAt(i) == '-')) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether it is a complete id. */
  public boolean isWhole() {
    return first.equals(last);
  }
}

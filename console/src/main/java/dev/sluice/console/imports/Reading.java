package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import io.javalin.http.Context;
import java.nio.charset.Charset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to read a file of rows, as far as its sender says.
 *
 * @param charset its encoding, if it has no byte order mark
 * @param phoneColumn which column holds the numbers
 * @param zones whether a column {@code time_zone} holds the recipients' time zones; else it is a
 *     variable like any other
 * @param map variables that take columns of other names
 */
public record Reading(
    Optional<Charset> charset, Optional<String> phoneColumn, boolean zones, ColumnMap map) {
  private static final Pattern PARAMETER =
      Pattern.compile("(?i);\\s*charset\\s*=\\s*[\"']?([^\"';\\s]+)");

  static final Reading AS_IT_SEEMS = new Reading(Optional.empty(), Optional.empty());

  Reading(Optional<Charset> charset, Optional<String> phoneColumn) {
    this(charset, phoneColumn, false, ColumnMap.NONE);
  }

  /**
   * Reads {@code charset}, from the query or the content type, {@code phoneColumn} and {@code map}.
   */
  static Reading of(Context context, boolean zones) {
    return new Reading(
        given(context, "charset")
            .map(Reading::chosen)
            .or(() -> declared(context.header("Content-Type"))),
        given(context, "phoneColumn"),
        zones,
        ColumnMap.of(context.queryParams("map")));
  }

  /** Returns a parameter of the query that is present and not blank. */
  public static Optional<String> given(Context context, String name) {
    return Optional.ofNullable(context.queryParam(name))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  /**
   * Returns the charset of a content type; programs write anything there, so the file itself
   * decides if the name is unknown.
   */
  private static Optional<Charset> declared(@Nullable String contentType) {
    Matcher parameter = PARAMETER.matcher(contentType == null ? "" : contentType);
    return parameter.find() ? charset(parameter.group(1)) : Optional.empty();
  }

  private static Charset chosen(String name) {
    return charset(name)
        .orElseThrow(() ->
            ProblemException.badRequest(
                    "\"charset\" must be an encoding like windows-1252 or UTF-8, not \""
                        + name
                        + "\".")
                .with("field", "charset"));
  }

  private static Optional<Charset> charset(String name) {
    try {
      return Optional.of(Charset.forName(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}

package dev.sluice.console.http;

import dev.sluice.schema.StorableText;
import java.time.Instant;
import java.time.LocalTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Rejects what PostgreSQL or the pipeline could not take, with the field's name, before anything is
 * written.
 */
public final class Fields {
  private static final Instant FIRST = Instant.parse("1970-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");

  /** As deep as the producer reads messages. */
  private static final int DEEPEST = 100;

  private Fields() {}

  /** Returns a required text without surrounding white space. */
  public static String required(String field, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw ProblemException.badRequest("\"" + field + "\" is missing.").with("field", field);
    }
    return storable(field, value.strip());
  }

  /** Returns a text that PostgreSQL can store. */
  public static String storable(String field, String value) {
    if (!StorableText.isFine(value)) {
      throw ProblemException.field(field, "holds a NUL character or an unpaired surrogate");
    }
    return value;
  }

  /** Returns a text of at most {@code longest} characters. */
  public static String atMost(int longest, String field, String value) {
    if (value.length() > longest) {
      throw ProblemException.field(
          field, "has " + value.length() + " characters of at most " + longest);
    }
    return storable(field, value);
  }

  /** Returns a time that a query gives. */
  public static Instant moment(String field, String text) {
    try {
      return Objects.requireNonNull(time(field, Instant.parse(text)));
    } catch (DateTimeParseException e) {
      throw ProblemException.field(field, "is a time like 2026-01-31T09:00:00Z");
    }
  }

  /** Returns a time of day that a query gives. */
  public static LocalTime timeOfDay(String field, String text) {
    try {
      return LocalTime.parse(text);
    } catch (DateTimeParseException e) {
      throw ProblemException.field(field, "is a time of day like 09:00");
    }
  }

  /** Returns a time between the years 1970 and 9999, or null. */
  public static @Nullable Instant time(String field, @Nullable Instant value) {
    if (value != null && (value.isBefore(FIRST) || value.isAfter(LAST))) {
      throw ProblemException.field(field, "must lie between the years 1970 and 9999");
    }
    return value;
  }

  /** Returns JSON whose texts, names and numbers can all be stored. */
  public static JsonNode storable(String field, JsonNode value) {
    requireStorable(field, value, DEEPEST);
    return value;
  }

  private static void requireStorable(String field, JsonNode node, int depth) {
    if (depth < 0) {
      throw ProblemException.field(field, "is nested deeper than " + DEEPEST + " levels");
    }
    if (node.isString()) {
      storable(field, node.stringValue());
    } else if (node.isNumber() && !Double.isFinite(node.asDouble())) {
      throw ProblemException.field(field, "holds a number that is out of range");
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      storable(field, member.getKey());
    }
    for (JsonNode child : node) {
      requireStorable(field, child, depth - 1);
    }
  }
}

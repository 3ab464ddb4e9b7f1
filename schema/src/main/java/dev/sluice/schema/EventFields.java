package dev.sluice.schema;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.jdk.UUIDDeserializer;

/**
 * Reads and writes the fields of the events of which there is one a message, token by token. What a
 * field should be is read at once; anything else is left to Jackson, which coerces or refuses it as
 * it does for all other events.
 */
final class EventFields {
  private static final UUIDDeserializer UUIDS = new UUIDDeserializer();

  private EventFields() {}

  static int integer(JsonParser in, DeserializationContext context) {
    return in.currentToken() == JsonToken.VALUE_NUMBER_INT
        ? in.getIntValue()
        : context.<Integer>readValue(in, int.class);
  }

  static long longInteger(JsonParser in, DeserializationContext context) {
    return in.currentToken() == JsonToken.VALUE_NUMBER_INT
        ? in.getLongValue()
        : context.<Long>readValue(in, long.class);
  }

  static double number(JsonParser in, DeserializationContext context) {
    return switch (in.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      default -> context.<Double>readValue(in, double.class);
    };
  }

  static @Nullable String text(JsonParser in, DeserializationContext context) {
    return in.currentToken() == JsonToken.VALUE_STRING
        ? in.getString()
        : other(in, context, String.class);
  }

  static @Nullable Boolean flag(JsonParser in, DeserializationContext context) {
    return switch (in.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> other(in, context, Boolean.class);
    };
  }

  static @Nullable UUID uuid(JsonParser in, DeserializationContext context) {
    return in.currentToken() == JsonToken.VALUE_STRING
        ? UUIDS.deserialize(in, context)
        : other(in, context, UUID.class);
  }

  static @Nullable Instant time(JsonParser in, DeserializationContext context) {
    Instant time = in.currentToken() == JsonToken.VALUE_STRING ? Times.parse(in.getString()) : null;
    return time == null ? other(in, context, Instant.class) : time;
  }

  /** Reads one of an enum's constants, looked up by its name. */
  static <E extends Enum<E>> @Nullable E constant(
      JsonParser in, DeserializationContext context, Map<String, E> byName, Class<E> type) {
    E known = in.currentToken() == JsonToken.VALUE_STRING ? byName.get(in.getString()) : null;
    return known == null ? other(in, context, type) : known;
  }

  static <E extends Enum<E>> Map<String, E> byName(E[] constants) {
    return Stream.of(constants).collect(Collectors.toUnmodifiableMap(Enum::name, one -> one));
  }

  /** Reads null, or leaves an unusual value to Jackson. */
  static <T> @Nullable T other(JsonParser in, DeserializationContext context, Class<T> type) {
    return in.currentToken() == JsonToken.VALUE_NULL ? null : context.readValue(in, type);
  }

  static void text(JsonGenerator out, String name, @Nullable String text) {
    if (text != null) {
      out.writeStringProperty(name, text);
    }
  }

  static void flag(JsonGenerator out, String name, @Nullable Boolean flag) {
    if (flag != null) {
      out.writeBooleanProperty(name, flag);
    }
  }

  static void time(JsonGenerator out, String name, @Nullable Instant time) {
    if (time != null) {
      out.writeStringProperty(name, Times.format(time));
    }
  }
}

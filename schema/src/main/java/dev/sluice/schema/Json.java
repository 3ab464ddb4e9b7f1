package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of events: UTF-8, camelCase, ISO-8601 times, unknown fields ignored. */
public final class Json {
  /** The only mapper; immutable. */
  public static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .changeDefaultPropertyInclusion(
              inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
          .build();

  private Json() {}

  /** Returns the value as JSON bytes. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /**
   * Reads an event.
   *
   * @throws UnreadableEventException if the bytes are not such an event, with a readable reason
   */
  public static <T> T read(byte @Nullable [] bytes, Class<T> type) {
    if (bytes == null || bytes.length == 0) {
      throw new UnreadableEventException("empty");
    }
    try {
      T value = MAPPER.readValue(bytes, type);
      if (value == null) {
        throw new UnreadableEventException("null");
      }
      return value;
    } catch (JacksonException e) {
      throw new UnreadableEventException(Reasons.in(e.getOriginalMessage()), e);
    }
  }
}

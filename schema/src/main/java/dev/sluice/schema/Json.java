package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** The JSON of events: UTF-8, camelCase, ISO-8601 times, unknown fields ignored. */
public final class Json {
  /** The only mapper; immutable. */
  public static final JsonMapper MAPPER =
      plain()
          .addModule(
              new SimpleModule()
                  .addDeserializer(SendRequest.class, new SendRequestJson.Reader())
                  .addSerializer(SendRequest.class, new SendRequestJson.Writer())
                  .addDeserializer(SendResult.class, new SendResultJson.Reader())
                  .addSerializer(SendResult.class, new SendResultJson.Writer()))
          .build();

  private Json() {}

  /** Returns the settings of all events, without the readers and writers of single ones. */
  static JsonMapper.Builder plain() {
    return JsonMapper.builder()
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .changeDefaultPropertyInclusion(
            inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL));
  }

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

package dev.sluice.console.http;

import dev.sluice.schema.Clipped;
import java.time.Instant;
import java.time.LocalTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.MutableCoercionConfig;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** JSON bodies, read strictly: nothing is guessed or rounded, and an error names its field. */
public final class Bodies {
  private static final int LONGEST_WORDS = 120;

  private static final JsonMapper STRICT =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxDocumentLength(HeldBodies.Limits.API.longest())
                          .maxStringLength(256 * 1024)
                          .maxNameLength(1_000)
                          .maxNumberLength(1_000)
                          .maxNestingDepth(500)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(LogicalType.Textual, Bodies::onlyText)
          .build();

  private static final Pattern SETTING = Pattern.compile(", from `[^`]*`");

  private Bodies() {}

  /**
   * Reads a body.
   *
   * @throws ProblemException 400 if it is not what is expected
   */
  public static <T> T read(byte[] body, Class<T> type) {
    T value;
    try {
      value = STRICT.readValue(body, type);
    } catch (UnrecognizedPropertyException e) {
      // A misspelt limit or time would otherwise be silently left out.
      throw KnownNames.of(e).unknown(e.getPropertyName());
    } catch (DatabindException e) {
      throw problem(e);
    } catch (InputCoercionException e) {
      throw outOfRange(e);
    } catch (JacksonException e) {
      throw ProblemException.badRequest("The body is not JSON: " + words(e));
    } catch (RuntimeException e) {
      // Times beyond every calendar, for example.
      throw ProblemException.badRequest("The body is not what is expected.");
    }
    if (value == null) {
      throw ProblemException.badRequest("The body is not a JSON object.");
    }
    return value;
  }

  /** Returns the names of the fields of a body that was read, and keeps nothing else of it. */
  public static Set<String> names(byte[] body) {
    Set<String> names = new HashSet<>();
    try (JsonParser json = STRICT.createParser(body)) {
      json.nextToken();
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        names.add(name);
        json.nextToken();
        json.skipChildren();
      }
    }
    return names;
  }

  /**
   * Returns the parser's message, cut, without the names of its settings; a name that it repeats
   * may be very long.
   */
  public static String words(JacksonException e) {
    String said = SETTING.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("");
    return Clipped.to(LONGEST_WORDS, said);
  }

  private static void onlyText(MutableCoercionConfig texts) {
    texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
    texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
    texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
  }

  private static ProblemException outOfRange(InputCoercionException e) {
    String field = e.processor().currentName();
    return field == null
        ? ProblemException.badRequest("The body holds a number that is out of range.")
        : ProblemException.field(field, "must be a whole number within range");
  }

  private static ProblemException problem(DatabindException e) {
    List<JacksonException.Reference> path = e.getPath();
    String field =
        path.stream()
            .map(JacksonException.Reference::getPropertyName)
            .filter(name -> name != null)
            .collect(Collectors.joining("."));
    Class<?> type =
        e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    return field.isEmpty()
        ? ProblemException.badRequest("The body is not what is expected: " + expected(type) + ".")
        : ProblemException.field(field, "must be " + expected(type));
  }

  private static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "as the description of the API says";
    }
    if (type.isEnum()) {
      return Stream.of(type.getEnumConstants())
          .map(Object::toString)
          .collect(Collectors.joining(", ", "one of ", ""));
    }
    if (type == Integer.class || type == Long.class) {
      return "a whole number";
    }
    if (type == Double.class) {
      return "a number";
    }
    if (type == Boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a text";
    }
    if (type == Instant.class) {
      return "a time like 2030-01-31T09:00:00Z";
    }
    return type == LocalTime.class ? "a time of day like 09:00" : "an object";
  }
}

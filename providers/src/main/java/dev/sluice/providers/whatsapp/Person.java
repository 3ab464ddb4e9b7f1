package dev.sluice.providers.whatsapp;

import dev.sluice.schema.SendResult;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Somebody as the provider names them. The number is the provider's way of writing it, which is not
 * always the one that was written to; who hides it has only an id.
 *
 * @param phone in E.164, or null
 * @param userId the provider's id, or null
 */
public record Person(@Nullable String phone, @Nullable String userId) {
  static final Person NOBODY = new Person(null, null);

  private static final Pattern NUMBER = Pattern.compile("\\+?([1-9][0-9]{6,14})");

  /** Reads the fields of a number and of an id; an id may stand in the number's place. */
  static Person of(JsonNode number, JsonNode id) {
    String first = Bounded.name(number);
    String second = Bounded.name(id);
    var digits = NUMBER.matcher(first);
    if (digits.matches()) {
      return new Person("+" + digits.group(1), idOrNull(second));
    }
    return new Person(null, idOrNull(second.isEmpty() ? first : second));
  }

  /** What begins as a number does and is none would be taken for one further on. */
  private static @Nullable String idOrNull(String id) {
    return SendResult.isAlias(id) && !id.startsWith("+") ? id : null;
  }

  public boolean isKnown() {
    return phone != null || userId != null;
  }

  /** The number and the id, as far as they are known. */
  public List<String> names() {
    return Stream.of(phone, userId).filter(Objects::nonNull).toList();
  }

  /** With what the other one knows and this one lacks. */
  Person with(Person other) {
    return new Person(phone == null ? other.phone : phone, userId == null ? other.userId : userId);
  }
}

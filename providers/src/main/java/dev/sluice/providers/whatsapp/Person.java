package dev.sluice.providers.whatsapp;

import dev.sluice.schema.SendResult;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A person as identified by the provider. The number is as the provider writes it, which may differ
 * from the one that the message was sent to; a person who hides the number has only an id.
 *
 * @param phone in E.164, or null
 * @param userId the provider's id, or null
 */
public record Person(@Nullable String phone, @Nullable String userId) {
  static final Person NOBODY = new Person(null, null);

  private static final Pattern NUMBER = Pattern.compile("\\+?([1-9][0-9]{6,14})");

  /** Reads a number field and an id field; the number field may hold an id. */
  static Person of(JsonNode number, JsonNode id) {
    String first = Bounded.name(number);
    String second = Bounded.name(id);
    var digits = NUMBER.matcher(first);
    if (digits.matches()) {
      return new Person("+" + digits.group(1), idOrNull(second));
    }
    return new Person(null, idOrNull(second.isEmpty() ? first : second));
  }

  /**
   * Returns null for a text that begins like a number but is not one; it would be mistaken for a
   * number later.
   */
  private static @Nullable String idOrNull(String id) {
    return SendResult.isAlias(id) && !id.startsWith("+") ? id : null;
  }

  public boolean isKnown() {
    return phone != null || userId != null;
  }

  /** Returns the number and the id, as far as they are known. */
  public List<String> names() {
    return Stream.of(phone, userId).filter(Objects::nonNull).toList();
  }

  /** Returns this person, with what is missing taken from the other. */
  Person with(Person other) {
    return new Person(phone == null ? other.phone : phone, userId == null ? other.userId : userId);
  }
}

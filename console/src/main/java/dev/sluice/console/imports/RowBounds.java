package dev.sluice.console.imports;

import dev.sluice.schema.Json;
import java.util.Map;

/**
 * How large a recipient's variables may be.
 *
 * @param value one of them, characters
 * @param variables all of them, bytes of JSON
 */
public record RowBounds(int value, int variables) {
  /** Returns whether variables, as JSON, are too many bytes. */
  boolean exceededBy(Map<String, String> given) {
    long characters = 1;
    for (Map.Entry<String, String> variable : given.entrySet()) {
      characters += variable.getKey().length() + variable.getValue().length() + 1;
    }
    // No character takes more than six bytes: most need not be written to be measured.
    return characters * 6 > variables && Json.write(given).length > variables;
  }
}

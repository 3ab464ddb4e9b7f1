package dev.sluice.console;

import dev.sluice.schema.Json;
import java.util.Map;

/**
 * How large things may be that people send.
 *
 * @param name a campaign's name, characters
 * @param message a campaign's message, bytes of JSON
 * @param value one variable of a recipient, characters
 * @param variables a recipient's variables together, bytes of JSON
 */
public record Bounds(int name, int message, int value, int variables) {
  /** What is taken unless another bound is set. */
  public static final Bounds DEFAULT = new Bounds(200, 64 * 1024, 1_024, 16 * 1024);

  /**
   * Checks them against what the database takes.
   *
   * @throws IllegalArgumentException if one of them is out of range
   */
  public Bounds {
    require("a name's bound, in characters,", name, 1_000);
    require("a message's bound, in bytes,", message, 192 * 1024);
    require("a value's bound, in characters,", value, 48 * 1024);
    require("the variables' bound, in bytes,", variables, 48 * 1024);
  }

  /** Whether a recipient's variables, as JSON, are too many bytes. */
  boolean exceededBy(Map<String, String> given) {
    long characters = 1;
    for (Map.Entry<String, String> variable : given.entrySet()) {
      characters += variable.getKey().length() + variable.getValue().length() + 1;
    }
    // No character takes more than six bytes: most need not be written to be measured.
    return characters * 6 > variables && Json.write(given).length > variables;
  }

  private static void require(String what, int bound, int most) {
    if (bound < 1 || bound > most) {
      throw new IllegalArgumentException(what + " must be between 1 and " + most);
    }
  }
}

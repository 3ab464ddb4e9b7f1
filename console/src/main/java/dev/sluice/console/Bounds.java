package dev.sluice.console;

/**
 * Upper bounds of what people may send.
 *
 * @param name a campaign's name, in characters
 * @param message a campaign's message, in bytes of JSON
 * @param value one variable of a recipient, in characters
 * @param variables a recipient's variables together, in bytes of JSON
 */
public record Bounds(int name, int message, int value, int variables) {
  /** The bounds that apply unless others are set. */
  public static final Bounds DEFAULT = new Bounds(200, 64 * 1024, 1_024, 16 * 1024);

  /**
   * Checks the bounds against what the database takes.
   *
   * @throws IllegalArgumentException if one of them is out of range
   */
  public Bounds {
    require("a name's bound, in characters,", name, 1_000);
    require("a message's bound, in bytes,", message, 192 * 1024);
    require("a value's bound, in characters,", value, 48 * 1024);
    require("the variables' bound, in bytes,", variables, 48 * 1024);
  }

  private static void require(String what, int bound, int most) {
    if (bound < 1 || bound > most) {
      throw new IllegalArgumentException(what + " must be between 1 and " + most);
    }
  }
}

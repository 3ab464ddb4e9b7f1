package dev.sluice.schema;

import tools.jackson.databind.JsonNode;

/**
 * The parts of a message: its objects, arrays and values. A part may take three bytes in JSON, and
 * takes thirty times as much in memory.
 */
public final class MessageParts {
  /** The most that a message may have; WhatsApp's largest, a carousel, has some 300. */
  public static final int MOST = 2_000;

  /** How much memory a part takes besides its text, roughly, bytes. */
  public static final int BYTES = 100;

  private MessageParts() {}

  /** Returns the number of a message's parts, itself included. */
  public static int in(JsonNode message) {
    int parts = 1;
    for (JsonNode child : message) {
      parts += in(child);
    }
    return parts;
  }
}

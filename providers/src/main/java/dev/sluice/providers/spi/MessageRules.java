package dev.sluice.providers.spi;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A provider's rules for messages that can be checked without calling it. They are checked when a
 * campaign is created, and for each recipient when the message is rendered.
 */
@FunctionalInterface
public interface MessageRules {
  /**
   * Describes what is wrong with a message; empty if no problem is known.
   *
   * @param message the provider's body without the recipient, rendered or not
   */
  Optional<String> problem(JsonNode message);
}

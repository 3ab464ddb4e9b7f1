package dev.sluice.providers.spi;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a provider asks of a message before anybody needs to be asked: checked when a campaign is
 * created, and for each recipient when the message is rendered.
 */
@FunctionalInterface
public interface MessageRules {
  /**
   * What is wrong with a message, in words; empty if nothing is known to be.
   *
   * @param message the provider's body without the recipient, rendered or not
   */
  Optional<String> problem(JsonNode message);
}

package dev.sluice.providers.spi;

import tools.jackson.databind.JsonNode;

/**
 * A message to be sent.
 *
 * @param address the sender's address at the provider (WhatsApp: the phone number id)
 * @param to the recipient's number in E.164 with its {@code +}
 * @param message the provider's message body, rendered, without the recipient
 * @param callbackData the text returned with the provider's receipts; ASCII, at most 512
 *     characters, no personal data
 */
public record OutgoingMessage(String address, String to, JsonNode message, String callbackData) {
  @Override
  public String toString() {
    return "OutgoingMessage[" + callbackData + "]";
  }
}

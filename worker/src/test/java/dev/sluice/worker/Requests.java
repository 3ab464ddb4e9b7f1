package dev.sluice.worker;

import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.util.UUID;

/** Requests of one campaign, for tests that care only about whose they are. */
final class Requests {
  private Requests() {}

  static SendRequest of(long recipient) {
    return of("s", 80, recipient);
  }

  static SendRequest of(String sender, double rate, long recipient) {
    return of(new SendRequest.Sender(sender, "whatsapp", sender), rate, recipient);
  }

  static SendRequest of(SendRequest.Sender sender, double rate, long recipient) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        sender,
        0,
        rate,
        "+5511960000000",
        Json.MAPPER.createObjectNode(),
        OnDoubt.HOLD,
        0,
        null);
  }
}

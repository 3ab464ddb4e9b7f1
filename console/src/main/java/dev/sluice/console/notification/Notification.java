package dev.sluice.console.notification;

import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.Json;
import dev.sluice.schema.UnreadableEventException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.apache.commons.codec.digest.DigestUtils;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An event as it is posted.
 *
 * @param id the same however often the event is posted, as it comes from what the event says
 * @param body JSON
 */
record Notification(String id, Kind kind, UUID campaignId, String body) {
  private static final int ID_DIGITS = 32;

  /** The form that Standard Webhooks recommends; {@code data} is the event as on the topic. */
  private record Payload(String type, Instant timestamp, JsonNode data) {}

  /**
   * Reads an event.
   *
   * @throws UnreadableEventException if it is none
   */
  static Notification of(byte @Nullable [] value) {
    CampaignEvent event = Json.read(value, CampaignEvent.class);
    JsonNode data = Json.read(value, JsonNode.class);
    Kind kind = Kind.of(event);
    return new Notification(
        "evt_" + DigestUtils.sha256Hex(Objects.requireNonNull(value)).substring(0, ID_DIGITS),
        kind,
        event.campaignId(),
        new String(Json.write(new Payload(kind.type(), event.at(), data)), StandardCharsets.UTF_8));
  }

  /** Returns what the log says of it. */
  @Override
  public String toString() {
    return kind.type() + " of campaign " + campaignId + " (" + id + ")";
  }
}

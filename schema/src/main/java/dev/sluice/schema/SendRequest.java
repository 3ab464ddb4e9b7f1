package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One message to one recipient; a record on {@code send-requests}, keyed by its lane.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that this belongs to; a resend starts a new one
 * @param sender who sends it
 * @param lane which of the sender's lanes it goes through, from 0
 * @param permitsPerSecond the lane's rate, messages/s
 * @param to the recipient's number in E.164 with its {@code +}
 * @param message the provider's message body, rendered, without the recipient
 * @param onDoubt what to do if nobody knows whether it was sent
 * @param attempts how often it was already tried
 * @param notBefore when it may be tried again, or null for at once
 * @param firstTriedAt when it was tried for the first time, or null if it was not
 */
public record SendRequest(
    long recipientId,
    UUID campaignId,
    int round,
    Sender sender,
    int lane,
    double permitsPerSecond,
    String to,
    JsonNode message,
    OnDoubt onDoubt,
    int attempts,
    @Nullable Instant notBefore,
    @Nullable Instant firstTriedAt) {

  /** One that was not tried yet. */
  public SendRequest(
      long recipientId,
      UUID campaignId,
      int round,
      Sender sender,
      int lane,
      double permitsPerSecond,
      String to,
      JsonNode message,
      OnDoubt onDoubt,
      int attempts,
      @Nullable Instant notBefore) {
    this(
        recipientId,
        campaignId,
        round,
        sender,
        lane,
        permitsPerSecond,
        to,
        message,
        onDoubt,
        attempts,
        notBefore,
        null);
  }

  /**
   * Who sends.
   *
   * @param id the row in {@code sender}
   * @param provider the provider's name, for example {@code whatsapp}
   * @param address its address there (WhatsApp: the phone number id)
   */
  public record Sender(String id, String provider, String address) {
    public Sender {
      Objects.requireNonNull(id, "sender.id is missing");
      Objects.requireNonNull(provider, "sender.provider is missing");
      Objects.requireNonNull(address, "sender.address is missing");
    }
  }

  public SendRequest {
    Objects.requireNonNull(campaignId, "campaignId is missing");
    Objects.requireNonNull(sender, "sender is missing");
    Objects.requireNonNull(to, "to is missing");
    Objects.requireNonNull(message, "message is missing");
    if (!(permitsPerSecond > 0)) {
      throw new IllegalArgumentException("permitsPerSecond must be above 0");
    }
    if (lane < 0) {
      throw new IllegalArgumentException("lane must not be negative");
    }
    onDoubt = onDoubt == null ? OnDoubt.HOLD : onDoubt;
  }

  /** The key of its record. */
  @JsonIgnore
  public LaneKey laneKey() {
    return new LaneKey(sender.id(), lane);
  }

  /** The same request, to be tried again later. */
  public SendRequest again(
      int newAttempts,
      @Nullable Instant newNotBefore,
      @Nullable Instant newFirstTriedAt,
      double newPermitsPerSecond) {
    return new SendRequest(
        recipientId,
        campaignId,
        round,
        sender,
        lane,
        newPermitsPerSecond,
        to,
        message,
        onDoubt,
        newAttempts,
        newNotBefore,
        newFirstTriedAt);
  }
}

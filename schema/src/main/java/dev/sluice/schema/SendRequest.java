package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One message to one recipient; a record on {@code send-requests}, keyed by its lane. Its values
 * are bounded, because the requests of many senders share a partition.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that this belongs to, from 1; a resend starts a new one
 * @param sender the sender
 * @param lane which of the sender's lanes it goes through, from 0 to 999
 * @param permitsPerSecond the lane's rate, messages/s, from {@link #SLOWEST} to {@link #FASTEST}
 * @param to the recipient's number in E.164 with its {@code +}
 * @param message the provider's message body, rendered, without the recipient; of at most {@link
 *     MessageParts#MOST} parts
 * @param onDoubt what to do if it is unknown whether it was sent
 * @param attempts how often it was already tried, up to 1,000
 * @param notBefore when it may be tried again, or null for at once
 * @param firstTriedAt when it was first tried, or null if it was not
 * @param test whether it is a test of a campaign's message: it is counted nowhere, and its campaign
 *     id is its own; null for no
 * @param externalId the upstream's own key of the recipient, which comes back with the result; null
 *     if it has none
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
    @Nullable Instant firstTriedAt,
    @Nullable Boolean test,
    @Nullable String externalId) {
  /** The slowest rate of a lane, messages/s. */
  public static final double SLOWEST = 0.001;

  /** The fastest rate of a lane, messages/s. */
  public static final double FASTEST = 1_000_000;

  /** The most attempts that are counted. */
  public static final int MOST_ATTEMPTS = 1_000;

  /**
   * The age beyond which a request is not sent but goes back to the producer, which checks again
   * whether it may be sent. No check was made since it was written. The limit is far above the 10 s
   * of requests that are queued and the time of a takeover, and far below the 24 hours of the daily
   * limit.
   */
  public static final Duration SENT_WITHIN = Duration.ofHours(1);

  /**
   * How long a recipient counts towards a sender's daily limit once the request is written: 24
   * hours from the latest moment at which it may be sent, plus 5 minutes for a send that begins at
   * that moment and for clock differences.
   */
  public static final Duration COUNTS_FOR =
      Duration.ofHours(24).plus(SENT_WITHIN).plus(Duration.ofMinutes(5));

  private static final int LANES = 1_000;

  /** Creates a request that was not tried yet. */
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

  /** Creates a campaign's request for a recipient without a key of the upstream's. */
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
      @Nullable Instant notBefore,
      @Nullable Instant firstTriedAt) {
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
        firstTriedAt,
        null,
        null);
  }

  /** Returns a request for a test message. */
  public static SendRequest test(
      long number, UUID id, Sender sender, double permitsPerSecond, String to, JsonNode message) {
    return new SendRequest(
        number,
        id,
        1,
        sender,
        0,
        permitsPerSecond,
        to,
        message,
        OnDoubt.HOLD,
        0,
        null,
        null,
        true,
        null);
  }

  /**
   * The sender.
   *
   * @param id the row in {@code sender}, up to 100 characters
   * @param provider the provider's name, for example {@code whatsapp}, up to 100 characters
   * @param address its address there (WhatsApp: the phone number id), up to 500 characters
   */
  public record Sender(String id, String provider, String address) {
    public Sender {
      Objects.requireNonNull(id, "sender.id is missing");
      Objects.requireNonNull(provider, "sender.provider is missing");
      Objects.requireNonNull(address, "sender.address is missing");
      requireLength("sender.id", id, 100);
      requireLength("sender.provider", provider, 100);
      requireLength("sender.address", address, 500);
    }
  }

  public SendRequest {
    Objects.requireNonNull(campaignId, "campaignId is missing");
    Objects.requireNonNull(sender, "sender is missing");
    Objects.requireNonNull(to, "to is missing");
    Objects.requireNonNull(message, "message is missing");
    // Negated, so that NaN is refused too.
    if (!(permitsPerSecond >= SLOWEST && permitsPerSecond <= FASTEST)) {
      throw new IllegalArgumentException(
          "permitsPerSecond must be from " + SLOWEST + " to " + (long) FASTEST);
    }
    requireWithin("lane", lane, 0, LANES - 1);
    requireWithin("attempts", attempts, 0, MOST_ATTEMPTS);
    requireWithin("round", round, 1, Integer.MAX_VALUE);
    requireLength("to", to, 32);
    if (MessageParts.in(message) > MessageParts.MOST) {
      throw new IllegalArgumentException(
          "message must have at most " + MessageParts.MOST + " fields and values");
    }
    externalId = SendResult.keepableKey(externalId);
    onDoubt = onDoubt == null ? OnDoubt.HOLD : onDoubt;
  }

  private static void requireWithin(String field, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(field + " must be from " + least + " to " + most);
    }
  }

  private static void requireLength(String field, String text, int longest) {
    if (text.isEmpty() || text.length() > longest) {
      throw new IllegalArgumentException(field + " must have 1 to " + longest + " characters");
    }
  }

  /** Returns whether this is a test, which belongs to no campaign. */
  @JsonIgnore
  public boolean isForTest() {
    return Boolean.TRUE.equals(test);
  }

  /** Returns the key of its record. */
  @JsonIgnore
  public LaneKey laneKey() {
    return new LaneKey(sender.id(), lane);
  }

  /** Returns a text without the phone number and the message, which must not be logged. */
  @Override
  public String toString() {
    return "SendRequest[recipient %d of campaign %s, round %d, lane %s]"
        .formatted(recipientId, campaignId, round, laneKey());
  }

  /** Returns the same request, to be tried again later. */
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
        newFirstTriedAt,
        test,
        externalId);
  }
}

package dev.sluice.schema;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A {@link SendResult} in the making; what is not given is null, or 0. */
public final class SendResultBuilder {
  private final long recipientId;
  private final UUID campaignId;
  private final int round;
  private final RecipientStatus status;
  private final Instant at;
  private @Nullable String messageId;
  private @Nullable String errorCode;
  private @Nullable String errorDetail;
  private int attempts;
  private boolean optOut;
  private @Nullable OptOut wish;
  private @Nullable List<String> aliases;
  private boolean forTest;
  private @Nullable String externalId;
  private @Nullable StatusTimes times;

  SendResultBuilder(
      long recipientId, UUID campaignId, int round, RecipientStatus status, Instant at) {
    this.recipientId = recipientId;
    this.campaignId = campaignId;
    this.round = round;
    this.status = status;
    this.at = at;
  }

  /** Sets the provider's id of the message. */
  public SendResultBuilder messageId(@Nullable String id) {
    messageId = id;
    return this;
  }

  /** Sets why it failed. */
  public SendResultBuilder error(@Nullable String code, @Nullable String detail) {
    errorCode = code;
    errorDetail = detail;
    return this;
  }

  public SendResultBuilder attempts(int number) {
    attempts = number;
    return this;
  }

  /** Sets whether the recipient opts out by this result, with its code and at its time. */
  public SendResultBuilder optOut(boolean does) {
    optOut = does;
    return this;
  }

  /** Sets a wish to receive nothing more that may have come with another result. */
  public SendResultBuilder wish(@Nullable OptOut expressed) {
    optOut = expressed != null;
    wish = expressed;
    return this;
  }

  public SendResultBuilder aliases(@Nullable List<String> names) {
    aliases = names;
    return this;
  }

  public SendResultBuilder forTest(boolean is) {
    forTest = is;
    return this;
  }

  /** Sets the upstream's own key of the recipient. */
  public SendResultBuilder externalId(@Nullable String id) {
    externalId = id;
    return this;
  }

  /** Sets when the message reached each status, if results were merged. */
  public SendResultBuilder times(@Nullable StatusTimes reached) {
    times = reached;
    return this;
  }

  public SendResult build() {
    return new SendResult(
        recipientId,
        campaignId,
        round,
        status,
        messageId,
        errorCode,
        errorDetail,
        attempts,
        at,
        optOut ? true : null,
        wish == null ? null : wish.code(),
        wish == null ? null : wish.at(),
        aliases,
        forTest ? true : null,
        externalId,
        times);
  }
}

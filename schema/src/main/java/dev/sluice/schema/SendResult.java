package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The result of one message; a record on {@code send-results}, keyed by the campaign's id.
 *
 * <p>PostgreSQL can store any instance: the constructor brings values within their bounds, so that
 * records written by older versions are readable too.
 *
 * @param recipientId the row in {@code campaign_recipient}
 * @param campaignId the campaign
 * @param round the round of sending that this belongs to; a result of any round other than the
 *     row's is ignored
 * @param status the status that the recipient reached
 * @param providerMessageId the provider's id of the message, if it took it; one of more than 255
 *     characters is left out, because a part of it would match nothing
 * @param errorCode the provider's code, or one of ours, if it failed; at most 100 characters
 * @param errorDetail the reason in words; at most 1,000 characters
 * @param attempts how often it was tried, 0 to 32,767
 * @param at when it happened, from 1970 to 2100
 * @param optOut whether the recipient is to receive nothing more, ever; null for no
 * @param optOutCode the provider's code of that wish if it came with another result than this one;
 *     at most 100 characters
 * @param optOutAt when that wish was expressed if it came with another result than this one; null
 *     if the wish is this result's own, with {@code errorCode} and {@code at}
 * @param aliases other names by which the provider knows the recipient, including numbers in E.164;
 *     at most four, and only those that can be stored; null for none
 * @param test whether the message was a test: it is counted nowhere and has no campaign; null for
 *     no
 * @param externalId the upstream's own key of the recipient; null if it has none, and in results
 *     that come from the provider's receipts, which do not know it
 * @param times when the message reached each status if several results were merged into this one,
 *     {@code at} included; null if {@code status} and {@code at} say it all
 */
public record SendResult(
    long recipientId,
    UUID campaignId,
    int round,
    RecipientStatus status,
    @Nullable String providerMessageId,
    @Nullable String errorCode,
    @Nullable String errorDetail,
    int attempts,
    Instant at,
    @Nullable Boolean optOut,
    @Nullable String optOutCode,
    @Nullable Instant optOutAt,
    @Nullable List<String> aliases,
    @Nullable Boolean test,
    @Nullable String externalId,
    @Nullable StatusTimes times) {

  private static final int LONGEST_MESSAGE_ID = 255;

  /** 200 characters in the table, each of up to two here. */
  private static final int LONGEST_KEY = 400;

  private static final int LONGEST_CODE = 100;
  private static final int LONGEST_DETAIL = 1_000;
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
  private static final int MOST_ALIASES = 4;
  private static final Pattern ALIAS = Pattern.compile("\\+?[A-Za-z0-9][A-Za-z0-9._:@+-]{0,148}");

  /** Begins a result of a campaign's message with what every result has. */
  public static SendResultBuilder of(
      long recipientId, UUID campaignId, int round, RecipientStatus status, Instant at) {
    return new SendResultBuilder(recipientId, campaignId, round, status, at);
  }

  public SendResult {
    Objects.requireNonNull(campaignId, "campaignId is missing");
    Objects.requireNonNull(status, "status is missing");
    Objects.requireNonNull(at, "at is missing");
    if (status == RecipientStatus.PENDING) {
      throw new IllegalArgumentException("PENDING is not a result");
    }
    if (providerMessageId != null && !StorableText.isFine(providerMessageId, LONGEST_MESSAGE_ID)) {
      providerMessageId = null;
    }
    errorCode = StorableText.of(errorCode, LONGEST_CODE);
    errorDetail = StorableText.of(errorDetail, LONGEST_DETAIL);
    attempts = Math.clamp(attempts, 0, Short.MAX_VALUE);
    at = storable(at);
    optOut = Boolean.TRUE.equals(optOut) ? true : null;
    optOutCode = optOut == null ? null : StorableText.of(optOutCode, LONGEST_CODE);
    optOutAt = optOut == null || optOutAt == null ? null : storable(optOutAt);
    if (at.equals(optOutAt) && Objects.equals(errorCode, optOutCode)) {
      optOutCode = null;
      optOutAt = null;
    }
    aliases = keepable(aliases);
    externalId = keepableKey(externalId);
    if (times != null) {
      StatusTimes own = StatusTimes.of(status, at);
      StatusTimes all = StatusTimes.both(times.storable(), own);
      times = all.equals(own) ? null : all;
    }
  }

  /** Returns when the message reached each status, as far as this result tells. */
  public StatusTimes reached() {
    return times == null ? StatusTimes.of(status, at) : times;
  }

  /** Leaves out a key of which no row can have more than a part. */
  static @Nullable String keepableKey(@Nullable String key) {
    return key == null || StorableText.isFine(key, LONGEST_KEY) ? key : null;
  }

  static Instant storable(Instant at) {
    return at.isBefore(Instant.EPOCH) ? Instant.EPOCH : at.isAfter(LATEST) ? LATEST : at;
  }

  /** Returns the recipient's wish to receive nothing more, or null if there is none. */
  public @Nullable OptOut wish() {
    if (optOut == null) {
      return null;
    }
    boolean own = optOutCode == null && optOutAt == null;
    return new OptOut(own ? errorCode : optOutCode, optOutAt == null ? at : optOutAt);
  }

  private static @Nullable List<String> keepable(@Nullable List<String> aliases) {
    if (aliases == null) {
      return null;
    }
    List<String> kept =
        aliases.stream()
            .filter(alias -> alias != null && isAlias(alias))
            .distinct()
            .limit(MOST_ALIASES)
            .toList();
    return kept.isEmpty() ? null : kept;
  }

  /** Returns whether the message was a test. */
  @JsonIgnore
  public boolean isForTest() {
    return Boolean.TRUE.equals(test);
  }

  /** Returns whether a name can be stored as an alias. */
  public static boolean isAlias(String name) {
    return ALIAS.matcher(name).matches();
  }
}

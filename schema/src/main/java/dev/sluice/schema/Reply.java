package dev.sluice.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A text that a recipient wrote back, or a button pressed, for other programs; a record on {@code
 * replies}, keyed by the campaign's id and written at least once.
 *
 * @param messageId the provider's id of the reply, by which repetitions are recognized
 * @param campaignId the campaign that it answers
 * @param recipientId the recipient
 * @param externalId the upstream's own key of the recipient, or null if it has none
 * @param from the recipient's number as the campaign has it, E.164
 * @param kind what it is
 * @param text the beginning of its text, or the button's text; null if there is none
 * @param answeredMessageId the provider's id of our message that it answers; null if it names none
 * @param at when it was sent
 */
public record Reply(
    String messageId,
    UUID campaignId,
    long recipientId,
    @Nullable String externalId,
    String from,
    Kind kind,
    @Nullable String text,
    @Nullable String answeredMessageId,
    Instant at) {
  /** Characters of a text that are kept. */
  public static final int LONGEST_TEXT = 1_024;

  /** The kinds of replies. */
  public enum Kind {
    @JsonProperty("text")
    TEXT,
    /** A button or an item of a list was pressed. */
    @JsonProperty("button")
    BUTTON,
    /** A picture, a voice message, a place or the like. */
    @JsonProperty("other")
    OTHER;

    /** Returns the kind as records and rows hold it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

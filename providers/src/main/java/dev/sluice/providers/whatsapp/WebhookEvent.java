package dev.sluice.providers.whatsapp;

import dev.sluice.schema.RecipientStatus;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One thing that a webhook call tells. */
public sealed interface WebhookEvent {

  /**
   * Whom a call is about on our side.
   *
   * @param account the account's id, or empty
   * @param phoneNumberId the sender's address, or empty
   */
  record Business(String account, String phoneNumberId) {}

  /**
   * The status of a message.
   *
   * @param messageId the provider's id, or empty
   * @param callbackData ours, or empty
   * @param errorCode the code of a failure, or null
   */
  record Receipt(
      Business business,
      String messageId,
      String callbackData,
      RecipientStatus status,
      @Nullable String errorCode,
      @Nullable String errorDetail,
      Person recipient,
      Instant at)
      implements WebhookEvent {}

  /**
   * A user wrote, or pressed a button.
   *
   * @param texts what was written or pressed, in all the ways in which it is told
   */
  record Incoming(Person from, List<String> texts, Instant at) implements WebhookEvent {}

  /** A user changed whether marketing messages are welcome. */
  record Preference(Person from, boolean stop, Instant at) implements WebhookEvent {}

  /** A user's number or id is another one now. */
  record Renamed(Person before, Person now, Instant at) implements WebhookEvent {
    /** The old ones and the new ones. */
    public Stream<String> names() {
      return Stream.of(before, now).map(Person::names).flatMap(List::stream);
    }
  }

  /** An error that concerns all messages of a sender. */
  record SenderTrouble(Business business, String code, String detail, Instant at)
      implements WebhookEvent {}

  /**
   * A template may not be used any more.
   *
   * @param language as the provider writes it, or empty
   * @param reason in words
   */
  record TemplateStopped(String account, String name, String language, String reason, Instant at)
      implements WebhookEvent {}

  /** A template may be used, again or for the first time. */
  record TemplateAllowed(String account, String name, String language, Instant at)
      implements WebhookEvent {}

  /**
   * An account may not send any more.
   *
   * @param reason in words
   */
  record AccountRestricted(String account, String reason, Instant at) implements WebhookEvent {}

  /**
   * Something about templates, numbers or accounts that people may want to read.
   *
   * @param words what it is, in one line
   */
  record Notice(String words) implements WebhookEvent {}

  /** An item that is irrelevant or unreadable. */
  record Other(Kind kind) implements WebhookEvent {}

  /** Why something is left aside. */
  enum Kind {
    /** Of a kind that means nothing to campaigns. */
    IGNORED,
    /** An item that contradicts the provider's documentation. */
    UNREADABLE
  }
}

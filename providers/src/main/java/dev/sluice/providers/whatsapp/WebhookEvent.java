package dev.sluice.providers.whatsapp;

import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Reply;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One event in a webhook call. */
public sealed interface WebhookEvent {

  /**
   * The business side of an event.
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
   * A user wrote a message or pressed a button.
   *
   * @param messageId the provider's id of the message, or empty
   * @param answered the provider's id of the message that it answers, or empty
   * @param text what a person sees of it, at most {@link Reply#LONGEST_TEXT} characters, or empty
   * @param forms its text in every form that the call holds, if it is short enough for an opt-out
   */
  record Incoming(
      Business business,
      String messageId,
      String answered,
      Person from,
      Reply.Kind kind,
      String text,
      List<String> forms,
      Instant at)
      implements WebhookEvent {}

  /** A user changed whether marketing messages are welcome. */
  record Preference(Person from, boolean stop, Instant at) implements WebhookEvent {}

  /** A user's number or id has changed. */
  record Renamed(Person before, Person now, Instant at) implements WebhookEvent {
    /** Returns the old names and the new ones. */
    public Stream<String> names() {
      return Stream.of(before, now).map(Person::names).flatMap(List::stream);
    }
  }

  /** An error that concerns all messages of a sender. */
  record SenderTrouble(Business business, String code, String detail, Instant at)
      implements WebhookEvent {}

  /**
   * A template must not be used any more.
   *
   * @param language as the provider writes it, or empty
   * @param reason an explanation for people
   */
  record TemplateStopped(String account, String name, String language, String reason, Instant at)
      implements WebhookEvent {}

  /** A template may be used, again or for the first time. */
  record TemplateAllowed(String account, String name, String language, Instant at)
      implements WebhookEvent {}

  /**
   * An account may not send any more.
   *
   * @param reason an explanation for people
   */
  record AccountRestricted(String account, String reason, Instant at) implements WebhookEvent {}

  /**
   * News about templates, numbers or accounts for people to read.
   *
   * @param words the news, on one line
   */
  record Notice(String words) implements WebhookEvent {}

  /** An item that is irrelevant or unreadable. */
  record Other(Kind kind) implements WebhookEvent {}

  /** Why an item is skipped. */
  enum Kind {
    /** It is irrelevant to campaigns. */
    IGNORED,
    /** It contradicts the provider's documentation. */
    UNREADABLE
  }
}

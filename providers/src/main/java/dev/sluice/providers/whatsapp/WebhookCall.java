package dev.sluice.providers.whatsapp;

import dev.sluice.providers.whatsapp.WebhookEvent.Business;
import dev.sluice.providers.whatsapp.WebhookEvent.Kind;
import dev.sluice.providers.whatsapp.WebhookEvent.Other;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Reads a webhook call. Fields may be missing or malformed and change often, so each item is read
 * separately and a malformed one does not affect the others.
 */
public final class WebhookCall {
  private static final Logger log = LoggerFactory.getLogger(WebhookCall.class);

  /** The longest message that can be an opt-out. */
  private static final int LONGEST_OPT_OUT = 200;

  private static final int LONGEST_DETAIL = 1_000;

  private final Instant now;
  private final List<WebhookEvent> updates = new ArrayList<>();

  private WebhookCall(Instant now) {
    this.now = now;
  }

  /**
   * Returns all events in a call's body.
   *
   * @param now the latest possible time of an event
   */
  public static List<WebhookEvent> read(JsonNode body, Instant now) {
    WebhookCall call = new WebhookCall(now);
    for (JsonNode entry : body.path("entry")) {
      for (JsonNode change : entry.path("changes")) {
        call.read(entry, change);
      }
    }
    return call.updates;
  }

  private void read(JsonNode entry, JsonNode change) {
    JsonNode value = change.path("value");
    String account = Bounded.name(entry.path("id"));
    Business business =
        new Business(account, Bounded.name(value.path("metadata").path("phone_number_id")));
    Map<String, Person> contacts = new HashMap<>();
    for (JsonNode contact : value.path("contacts")) {
      Person person = Person.of(contact.path("wa_id"), contact.path("user_id"));
      person.names().forEach(name -> contacts.put(name, person));
    }
    each(value.path("statuses"), status -> receipt(status, business));
    each(value.path("errors"), error -> trouble(error, business, entry));
    each(value.path("messages"), message -> message(message, business, contacts));
    each(value.path("user_preferences"), choice -> preference(choice, contacts));
    String field = Bounded.name(change.path("field"));
    if (!field.isEmpty() && !field.equals("messages") && !field.equals("user_preferences")) {
      one(
          value,
          event ->
              AccountEvents.read(field, event, account, Bounded.time(entry.path("time"), now)));
    }
  }

  private void each(JsonNode items, Function<JsonNode, WebhookEvent> reader) {
    if (items.isArray()) {
      items.forEach(item -> one(item, reader));
    } else if (!items.isMissingNode() && !items.isNull()) {
      updates.add(new Other(Kind.UNREADABLE));
    }
  }

  private void one(JsonNode item, Function<JsonNode, WebhookEvent> reader) {
    try {
      updates.add(reader.apply(item));
    } catch (RuntimeException e) {
      // Unexpected; a retry would not help.
      log.warn("an item of a webhook call is unreadable: {}", e.toString());
      updates.add(new Other(Kind.UNREADABLE));
    }
  }

  private WebhookEvent receipt(JsonNode status, Business business) {
    RecipientStatus reached =
        switch (Bounded.name(status.path("status"))) {
          case "sent" -> RecipientStatus.SENT;
          case "delivered" -> RecipientStatus.DELIVERED;
          case "read", "played" -> RecipientStatus.READ;
          case "failed" -> RecipientStatus.FAILED;
          default -> null;
        };
    if (reached == null) {
      return new Other(status.path("status").isString() ? Kind.IGNORED : Kind.UNREADABLE);
    }
    JsonNode error = status.path("errors").path(0);
    // Sometimes a string.
    Long code = Bounded.number(error.path("code"));
    return new WebhookEvent.Receipt(
        business,
        Bounded.name(status.path("id")),
        Bounded.name(status.path("biz_opaque_callback_data")),
        reached,
        code == null ? null : code.toString(),
        detail(error),
        Person.of(status.path("recipient_id"), status.path("recipient_user_id")),
        Bounded.time(status.path("timestamp"), now));
  }

  private WebhookEvent trouble(JsonNode error, Business business, JsonNode entry) {
    Long code = Bounded.number(error.path("code"));
    String detail = detail(error);
    return code == null
        ? new Other(Kind.UNREADABLE)
        : new WebhookEvent.SenderTrouble(
            business,
            code.toString(),
            detail == null ? "" : detail,
            Bounded.time(entry.path("time"), now));
  }

  private static @Nullable String detail(JsonNode error) {
    return Stream.of(error.path("error_data").path("details"), error.path("title"))
        .map(words -> Bounded.words(words, LONGEST_DETAIL))
        .filter(words -> !words.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private WebhookEvent message(JsonNode message, Business business, Map<String, Person> contacts) {
    String type = Bounded.name(message.path("type"));
    JsonNode content = message.path(type);
    return switch (type) {
      case "text" -> incoming(message, business, contacts, Reply.Kind.TEXT, content.path("body"));
      case "button" ->
          incoming(
              message,
              business,
              contacts,
              Reply.Kind.BUTTON,
              content.path("payload"),
              content.path("text"));
      case "interactive" ->
          incoming(
              message,
              business,
              contacts,
              Reply.Kind.BUTTON,
              content.path("button_reply").path("id"),
              content.path("button_reply").path("title"),
              content.path("list_reply").path("id"),
              content.path("list_reply").path("title"));
      case "image", "video", "audio", "document", "sticker", "location", "contacts" ->
          incoming(message, business, contacts, Reply.Kind.OTHER, content.path("caption"));
      case "system" -> renamed(message, message.path("system"));
      default -> new Other(message.isObject() ? Kind.IGNORED : Kind.UNREADABLE);
    };
  }

  /**
   * Reads what a person sent.
   *
   * @param fields its text in every form, the last of which people see
   */
  private WebhookEvent incoming(
      JsonNode message,
      Business business,
      Map<String, Person> contacts,
      Reply.Kind kind,
      JsonNode... fields) {
    List<String> texts =
        Stream.of(fields)
            .map(field -> Bounded.words(field, Reply.LONGEST_TEXT))
            .filter(text -> !text.isEmpty())
            .toList();
    return texts.isEmpty() && kind != Reply.Kind.OTHER
        ? new Other(Kind.IGNORED)
        : new WebhookEvent.Incoming(
            business,
            Bounded.name(message.path("id")),
            Bounded.name(message.path("context").path("id")),
            known(Person.of(message.path("from"), message.path("from_user_id")), contacts),
            kind,
            texts.isEmpty() ? "" : texts.getLast(),
            texts.stream().filter(text -> text.length() <= LONGEST_OPT_OUT).toList(),
            Bounded.time(message.path("timestamp"), now));
  }

  /**
   * Reads a change of identity. A new number comes with a new id; a user who hides the number has
   * only a new id.
   */
  private WebhookEvent renamed(JsonNode message, JsonNode system) {
    if (!Bounded.name(system.path("type")).startsWith("user_changed_")) {
      return new Other(Kind.IGNORED);
    }
    JsonNode previous = system.path("previous_user_id");
    JsonNode id = Bounded.name(previous).isEmpty() ? message.path("from_user_id") : previous;
    Person before = Person.of(message.path("from"), id);
    Person now = Person.of(system.path("wa_id"), system.path("user_id"));
    return now.isKnown() && before.isKnown()
        ? new WebhookEvent.Renamed(before, now, Bounded.time(message.path("timestamp"), this.now))
        : new Other(Kind.UNREADABLE);
  }

  private WebhookEvent preference(JsonNode choice, Map<String, Person> contacts) {
    Person from = known(Person.of(choice.path("wa_id"), choice.path("user_id")), contacts);
    Instant at = Bounded.time(choice.path("timestamp"), now);
    return switch (Bounded.name(choice.path("value"))) {
      case "stop" -> new WebhookEvent.Preference(from, true, at);
      case "resume" -> new WebhookEvent.Preference(from, false, at);
      default -> new Other(Kind.UNREADABLE);
    };
  }

  /** Completes a person from the call's contacts. */
  private static Person known(Person person, Map<String, Person> contacts) {
    if (!person.isKnown()) {
      List<Person> some = contacts.values().stream().distinct().limit(2).toList();
      return some.size() == 1 ? some.getFirst() : person;
    }
    return person.names().stream()
        .map(contacts::get)
        .filter(Objects::nonNull)
        .findFirst()
        .map(person::with)
        .orElse(person);
  }
}

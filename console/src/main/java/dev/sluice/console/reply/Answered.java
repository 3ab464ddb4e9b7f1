package dev.sluice.console.reply;

import dev.sluice.providers.whatsapp.WebhookEvent.Incoming;
import dev.sluice.providers.whatsapp.WhatsAppProvider;
import dev.sluice.schema.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds the campaigns that incoming messages answer: by the message that they name, or else the
 * newest campaign of the sender that reached the person within 72 hours. The named message may be
 * unknown because its row is not written yet, so it may have been sent to who is still pending. A
 * campaign that was found for a message once stays.
 */
final class Answered {
  /** OFFSET 0 keeps the planner from reading a table from end to end. */
  private static final String BY_MESSAGE =
      """
      SELECT DISTINCT ON (told.message_id) told.message_id,
        recipient.id, recipient.campaign_id, recipient.external_id, recipient.phone
      FROM unnest({0}, {1}, {2}) AS told (message_id, answered, recent)
      CROSS JOIN LATERAL (
        SELECT 1 AS rank, id FROM (
          SELECT recipient_id AS id FROM sluice.reply
          WHERE reply.message_id = told.message_id OFFSET 0) AS known
        UNION ALL
        SELECT 2, id FROM (
          SELECT id FROM sluice.campaign_recipient
          WHERE provider_message_id = told.answered OFFSET 0) AS written
        UNION ALL
        SELECT 3, told.recent
      ) AS found
      CROSS JOIN LATERAL (
        SELECT id, campaign_id, external_id, phone FROM sluice.campaign_recipient
        WHERE campaign_recipient.id = found.id OFFSET 0) AS recipient
      ORDER BY told.message_id, found.rank, recipient.id
      """;

  private static final String BY_PERSON =
      """
      WITH told AS MATERIALIZED (
        SELECT * FROM unnest({0}, {1}, {2}, {3}, {4})
          AS told (message_id, answered, name, address, at)
      ), candidate AS MATERIALIZED (
        SELECT sender.address, newest.id, newest.started_at, newest.status
        FROM sluice.sender CROSS JOIN LATERAL (
          SELECT campaign.id, campaign.started_at, campaign.status FROM sluice.campaign
          WHERE campaign.sender_id = sender.id
            AND campaign.started_at > now() - interval '30 days'
          ORDER BY campaign.started_at DESC LIMIT 50) AS newest
        WHERE sender.provider = {5} AND sender.address IN (SELECT address FROM told)
      )
      SELECT DISTINCT ON (told.message_id) told.message_id,
        recipient.id, recipient.campaign_id, recipient.external_id, recipient.phone
      FROM told
      JOIN candidate ON candidate.address = told.address AND candidate.started_at <= told.at
      CROSS JOIN LATERAL (
        SELECT told.name AS phone
        UNION ALL
        SELECT alias.phone FROM sluice.alias WHERE alias.name = told.name
      ) AS known
      CROSS JOIN LATERAL (
        SELECT id, campaign_id, external_id, phone FROM sluice.campaign_recipient
        WHERE campaign_recipient.campaign_id = candidate.id
          AND campaign_recipient.phone = known.phone
          AND (status IN ('SENT', 'DELIVERED', 'READ')
              AND updated_at >= told.at - interval '72 hours'
            OR status = 'PENDING' AND candidate.status <> 'CANCELLED' AND told.answered <> '')
        OFFSET 0) AS recipient
      ORDER BY told.message_id, candidate.started_at DESC, recipient.id
      """;

  private final DSLContext sql;
  private final SentMessages sent;

  Answered(DSLContext sql, SentMessages sent) {
    this.sql = sql;
    this.sent = sent;
  }

  private record Recipient(UUID campaignId, long id, @Nullable String externalId, String phone) {}

  /** One of the names of the person who sent a message. */
  record Named(Incoming message, String name) {}

  /** Returns the replies among the messages, each once. */
  List<Reply> by(List<Incoming> messages) {
    Map<String, Incoming> told = new LinkedHashMap<>();
    messages.stream()
        .filter(message -> !message.messageId().isEmpty())
        .forEach(message -> told.putIfAbsent(message.messageId(), message));
    Map<String, Recipient> found = byMessage(List.copyOf(told.values()));
    found.putAll(
        byPerson(
            told.values().stream()
                .filter(message -> !found.containsKey(message.messageId()))
                .toList()));
    return told.values().stream()
        .flatMap(message ->
            Optional.ofNullable(found.get(message.messageId())).stream()
                .map(recipient -> reply(message, recipient)))
        .toList();
  }

  private Map<String, Recipient> byMessage(List<Incoming> messages) {
    return messages.isEmpty()
        ? new HashMap<>()
        : recipients(
            sql.fetch(
                BY_MESSAGE,
                Columns.texts(messages, Incoming::messageId),
                Columns.texts(messages, Incoming::answered),
                Columns.numbers(messages, this::recent)));
  }

  /** No row has the id 0. */
  private long recent(Incoming message) {
    Long recipient = sent.recipientOf(message.answered());
    return recipient == null ? 0 : recipient;
  }

  private Map<String, Recipient> byPerson(List<Incoming> messages) {
    List<Named> told = new ArrayList<>();
    messages.stream()
        .filter(message -> !message.business().phoneNumberId().isEmpty())
        .flatMap(Answered::names)
        .forEach(told::add);
    return told.isEmpty() ? Map.of() : recipients(people(sql, told).fetch());
  }

  static ResultQuery<Record> people(DSLContext sql, List<Named> told) {
    return sql.resultQuery(
        BY_PERSON,
        Columns.texts(told, named -> named.message().messageId()),
        Columns.texts(told, named -> named.message().answered()),
        Columns.texts(told, Named::name),
        Columns.texts(told, named -> named.message().business().phoneNumberId()),
        Columns.times(told, named -> named.message().at()),
        DSL.inline(WhatsAppProvider.NAME));
  }

  private static Stream<Named> names(Incoming message) {
    return message.from().names().stream().map(name -> new Named(message, name));
  }

  private static Map<String, Recipient> recipients(Result<Record> rows) {
    Map<String, Recipient> found = new HashMap<>();
    for (Record row : rows) {
      found.put(
          row.get("message_id", String.class),
          new Recipient(
              row.get("campaign_id", UUID.class),
              row.get("id", long.class),
              row.get("external_id", String.class),
              row.get("phone", String.class)));
    }
    return found;
  }

  private static Reply reply(Incoming message, Recipient recipient) {
    return new Reply(
        message.messageId(),
        recipient.campaignId(),
        recipient.id(),
        recipient.externalId(),
        recipient.phone(),
        message.kind(),
        message.text().isEmpty() ? null : message.text(),
        message.answered().isEmpty() ? null : message.answered(),
        message.at());
  }
}

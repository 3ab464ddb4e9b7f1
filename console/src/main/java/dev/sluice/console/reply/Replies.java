package dev.sluice.console.reply;

import dev.sluice.console.output.KafkaOutput;
import dev.sluice.providers.whatsapp.WebhookEvent.Incoming;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.Reply;
import dev.sluice.schema.Topics;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.DSLContext;

/** Stores what recipients write back, and publishes it. */
public final class Replies {
  private final DSLContext sql;
  private final KafkaOutput output;
  private final Topics topics;
  private final Answered answered;

  /**
   * Creates the intake.
   *
   * @param sent knows the messages whose rows are not written yet
   */
  public Replies(DSLContext sql, SentMessages sent, KafkaOutput output, Topics topics) {
    this.sql = sql;
    this.output = output;
    this.topics = topics;
    answered = new Answered(sql, sent);
  }

  /**
   * Takes the replies among the messages of one call. A message that comes again is not stored
   * again, but it is published again, as the first time may have failed after it was stored.
   *
   * @return the ids of the messages that are replies
   */
  public Set<String> take(List<Incoming> messages) {
    List<Reply> replies = answered.by(messages);
    if (!replies.isEmpty()) {
      store(replies);
      output.write(
          replies.stream()
              .map(reply ->
                  KafkaOutput.record(topics.replies(), reply.campaignId(), EventType.REPLY, reply))
              .toList());
    }
    return replies.stream().map(Reply::messageId).collect(Collectors.toUnmodifiableSet());
  }

  private void store(List<Reply> replies) {
    sql.execute(
        """
        INSERT INTO sluice.reply
          (message_id, campaign_id, recipient_id, kind, text, answered_message_id, at)
        SELECT message_id, campaign_id::uuid, recipient_id, kind, nullif(text, ''),
          nullif(answered, ''), at
        FROM unnest({0}, {1}, {2}, {3}, {4}, {5}, {6})
          AS told (message_id, campaign_id, recipient_id, kind, text, answered, at)
        ORDER BY message_id
        ON CONFLICT (message_id) DO NOTHING
        """,
        Columns.texts(replies, Reply::messageId),
        Columns.texts(replies, reply -> reply.campaignId().toString()),
        Columns.numbers(replies, Reply::recipientId),
        Columns.texts(replies, reply -> reply.kind().text()),
        Columns.texts(replies, reply -> Objects.requireNonNullElse(reply.text(), "")),
        Columns.texts(replies, reply -> Objects.requireNonNullElse(reply.answeredMessageId(), "")),
        Columns.times(replies, Reply::at));
  }
}

package dev.sluice.console.reply;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.REPLY;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record8;
import org.jooq.Records;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** A campaign's replies, page by page, each read by an index from where the last one ended. */
public final class ReplyPages {
  private static final int PAGE = 100;

  /** No number in E.164 is longer than this, or sorts after it among those with the same prefix. */
  private static final String LAST = "9".repeat(15);

  private final DSLContext sql;

  /**
   * A reply as it is listed.
   *
   * @param id rises with the time of arrival
   */
  record Listed(
      long id,
      String phone,
      @Nullable String externalId,
      String kind,
      @Nullable String text,
      Instant at,
      String messageId,
      @Nullable String answeredMessageId) {}

  public ReplyPages(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Returns the next older replies than the given one.
   *
   * @param beginnings only of those whose number begins like one of these, each with a plus; null
   *     for all
   * @param after the id of the last one seen, or {@link Long#MAX_VALUE}
   * @return {@code replies}, and {@code next}, the {@code after} of the next page, if there is one
   */
  public Map<String, @Nullable Object> page(
      UUID campaignId, @Nullable List<String> beginnings, long after) {
    List<Listed> page =
        of(campaignId)
            .and(REPLY.ID.lt(after))
            .and(beginnings == null ? DSL.noCondition() : anyOf(beginnings))
            .orderBy(REPLY.ID.desc())
            .limit(PAGE)
            .fetch(Records.mapping(Listed::new));
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("replies", page);
    answer.put("next", page.size() < PAGE ? null : page.getLast().id());
    return answer;
  }

  /** Returns the next younger replies than the given one. */
  List<Listed> after(UUID campaignId, long id, int limit) {
    return of(campaignId)
        .and(REPLY.ID.gt(id))
        .orderBy(REPLY.ID)
        .limit(limit)
        .fetch(Records.mapping(Listed::new));
  }

  private SelectConditionStep<
          Record8<Long, String, String, String, String, Instant, String, String>>
      of(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(
            REPLY.ID,
            r.PHONE,
            r.EXTERNAL_ID,
            REPLY.KIND,
            REPLY.TEXT,
            REPLY.AT,
            REPLY.MESSAGE_ID,
            REPLY.ANSWERED_MESSAGE_ID)
        .from(REPLY)
        .join(r)
        .on(r.ID.eq(REPLY.RECIPIENT_ID))
        .where(REPLY.CAMPAIGN_ID.eq(campaignId));
  }

  private static Condition anyOf(List<String> beginnings) {
    return beginnings.stream()
        .map(one ->
            CAMPAIGN_RECIPIENT.PHONE.between(one, (one + LAST).substring(0, LAST.length() + 1)))
        .reduce(DSL.falseCondition(), Condition::or);
  }
}

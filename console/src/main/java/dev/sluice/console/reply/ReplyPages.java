package dev.sluice.console.reply;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.REPLY;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record8;
import org.jooq.Records;
import org.jooq.ResultQuery;
import org.jooq.SelectConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's replies, page by page, each read by an index from where the last one ended; or those
 * of the people whose numbers are searched.
 */
public final class ReplyPages {
  private static final int PAGE = 100;

  /** No number in E.164 is longer than this, or sorts after it among those with the same prefix. */
  private static final String LAST = "9".repeat(15);

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * Numbers with the same prefix are adjacent in the index of the campaign's numbers. OFFSET 0
   * keeps the planner from reading the campaign's replies instead, in their order, until a page is
   * full.
   */
  private static final String SEARCH =
      """
      SELECT reply.id, recipient.phone, recipient.external_id, reply.kind, reply.text, reply.at,
        reply.message_id, reply.answered_message_id
      FROM sluice.campaign_recipient AS recipient CROSS JOIN LATERAL (
        SELECT * FROM sluice.reply
        WHERE reply.campaign_id = {0} AND reply.recipient_id = recipient.id AND reply.id < {3}
        OFFSET 0) AS reply
      WHERE recipient.campaign_id = {0} AND recipient.phone BETWEEN {1} AND {2}
      ORDER BY reply.id DESC LIMIT {4}
      """;

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
   * @throws ProblemException 503 if so many numbers begin so that searching them takes too long
   */
  public Map<String, @Nullable Object> page(
      UUID campaignId, @Nullable List<String> beginnings, long after) {
    List<Listed> page =
        beginnings == null
            ? of(campaignId)
                .and(REPLY.ID.lt(after))
                .orderBy(REPLY.ID.desc())
                .limit(PAGE)
                .fetch(Records.mapping(Listed::new))
            : found(campaignId, beginnings, after);
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

  private List<Listed> found(UUID campaignId, List<String> beginnings, long after) {
    return Briefly.read(
            sql,
            PATIENCE,
            Set.of(),
            inside ->
                beginnings.stream()
                    .flatMap(one ->
                        search(inside, campaignId, one, after)
                            .fetch(Records.mapping(Listed::new))
                            .stream())
                    .sorted(Comparator.comparingLong(Listed::id).reversed())
                    .limit(PAGE)
                    .toList())
        .orElseThrow(() ->
            ProblemException.unavailable(
                "Looking for what so many people wrote takes too long; give more of the number."));
  }

  static ResultQuery<Record8<Long, String, String, String, String, Instant, String, String>> search(
      DSLContext inside, UUID campaignId, String beginning, long after) {
    var r = CAMPAIGN_RECIPIENT;
    return inside
        .resultQuery(
            SEARCH,
            DSL.val(campaignId),
            DSL.val(beginning),
            DSL.val((beginning + LAST).substring(0, LAST.length() + 1)),
            DSL.val(after),
            DSL.inline(PAGE))
        .coerce(
            REPLY.ID,
            r.PHONE,
            r.EXTERNAL_ID,
            REPLY.KIND,
            REPLY.TEXT,
            REPLY.AT,
            REPLY.MESSAGE_ID,
            REPLY.ANSWERED_MESSAGE_ID);
  }
}

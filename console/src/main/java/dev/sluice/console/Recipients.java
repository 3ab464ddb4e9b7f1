package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.trueCondition;

import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/** A campaign's recipients, page by page in the order of their ids (keyset). */
final class Recipients {
  private static final int PAGE = 100;

  private final DSLContext sql;

  Recipients(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * The next recipients after the given id.
   *
   * @param status only those, or null for all
   * @param phone only those whose number begins so, or null for all
   * @return {@code recipients}, and {@code next}, the {@code after} of the next page, if there is
   *     one
   */
  Map<String, @Nullable Object> page(
      UUID campaignId, @Nullable RecipientStatus status, @Nullable String phone, long after) {
    var r = CAMPAIGN_RECIPIENT;
    Condition wanted = status == null ? trueCondition() : r.STATUS.eq(status);
    if (phone != null && !phone.isBlank()) {
      // A plus in a query string that nobody encoded is a space.
      wanted = wanted.and(r.PHONE.startsWith(phone.replace(' ', '+')));
    }
    List<Map<String, @Nullable Object>> page =
        sql.selectFrom(r)
            .where(r.CAMPAIGN_ID.eq(campaignId))
            .and(wanted)
            .and(r.ID.gt(after))
            .orderBy(r.ID)
            .limit(PAGE)
            .fetch(Recipients::view);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("recipients", page);
    answer.put("next", page.size() < PAGE ? null : page.getLast().get("id"));
    return answer;
  }

  /** Why recipients failed or are in doubt, the most frequent first. */
  List<Map<String, @Nullable Object>> errors(UUID campaignId) {
    var r = CAMPAIGN_RECIPIENT;
    return sql.select(r.ERROR_CODE, r.STATUS, count(), min(r.ERROR_DETAIL))
        .from(r)
        .where(r.CAMPAIGN_ID.eq(campaignId))
        .and(r.STATUS.in(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED))
        .groupBy(r.ERROR_CODE, r.STATUS)
        .orderBy(count().desc(), r.ERROR_CODE)
        .fetch(row -> {
          Map<String, @Nullable Object> view = new LinkedHashMap<>();
          view.put("code", row.value1());
          view.put("status", row.value2());
          view.put("count", row.value3());
          view.put("words", ErrorWords.of(row.value1()));
          view.put("detail", row.value4());
          return view;
        });
  }

  private static Map<String, @Nullable Object> view(Record row) {
    var r = CAMPAIGN_RECIPIENT;
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.get(r.ID));
    view.put("phone", row.get(r.PHONE));
    view.put("variables", Json.MAPPER.readTree(row.get(r.VARIABLES).data()));
    view.put("status", row.get(r.STATUS));
    view.put("round", row.get(r.ROUND));
    view.put("providerMessageId", row.get(r.PROVIDER_MESSAGE_ID));
    view.put("errorCode", row.get(r.ERROR_CODE));
    view.put("errorDetail", row.get(r.ERROR_DETAIL));
    view.put("attempts", row.get(r.ATTEMPTS));
    view.put("createdAt", row.get(r.CREATED_AT));
    view.put("updatedAt", row.get(r.UPDATED_AT));
    return view;
  }
}

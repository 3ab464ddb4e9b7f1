package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import dev.sluice.schema.RecipientStatus;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;

/** Recipients of a campaign whom somebody has selected, each found by an index. */
public final class SelectedRecipients {
  private static final Field<Boolean> SUPPRESSED =
      // OFFSET 0 keeps the planner from reading all suppressed numbers.
      field(
          exists(
              selectOne()
                  .from(SUPPRESSED_PHONE)
                  .where(SUPPRESSED_PHONE.PHONE.eq(CAMPAIGN_RECIPIENT.PHONE))
                  .offset(inline(0))));

  private final DSLContext sql;

  /**
   * One of them.
   *
   * @param suppressed whether they would get nothing, as their number is suppressed
   */
  public record One(long id, RecipientStatus status, boolean suppressed) {}

  public SelectedRecipients(DSLContext sql) {
    this.sql = sql;
  }

  /** Returns those of the campaign who have one of these ids. */
  public List<One> withIds(UUID campaignId, Collection<Long> ids) {
    return found(campaignId, CAMPAIGN_RECIPIENT.ID.eq(any(ids.toArray(Long[]::new))));
  }

  /** Returns those who have one of these numbers. */
  public List<One> withPhones(UUID campaignId, Collection<String> phones) {
    var r = CAMPAIGN_RECIPIENT;
    return found(
        campaignId,
        r.CAMPAIGN_ID.eq(campaignId).and(r.PHONE.eq(any(phones.toArray(String[]::new)))));
  }

  /** A condition on the campaign beside one on ids might have all its recipients read. */
  private List<One> found(UUID campaignId, Condition condition) {
    var r = CAMPAIGN_RECIPIENT;
    return sql
        .select(r.CAMPAIGN_ID, r.ID, r.STATUS, SUPPRESSED)
        .from(r)
        .where(condition)
        .fetch()
        .stream()
        .filter(row -> row.value1().equals(campaignId))
        .map(row -> new One(row.value2(), row.value3(), row.value4()))
        .toList();
  }
}

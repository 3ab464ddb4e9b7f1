package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import dev.sluice.schema.RecipientStatus;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Record1;
import org.jooq.Select;
import org.jspecify.annotations.Nullable;

/**
 * Recipients of a campaign who are about to be sent to.
 *
 * @param statuses those that they have now
 * @param reason the code that they have, or null for any
 * @param ids those who were selected, or null for all
 */
public record Audience(
    UUID campaignId,
    Set<RecipientStatus> statuses,
    @Nullable String reason,
    @Nullable Collection<Long> ids) {
  /** Recipients that are looked at if all are too many. */
  private static final int FIRST = 50_000;

  public Audience {
    statuses = Set.copyOf(statuses);
  }

  /** Creates an audience of everybody with the statuses and the code. */
  public Audience(UUID campaignId, Set<RecipientStatus> statuses, @Nullable String reason) {
    this(campaignId, statuses, reason, null);
  }

  /** Returns those who have not been sent to yet. */
  public static Audience pending(UUID campaignId) {
    return new Audience(campaignId, Set.of(RecipientStatus.PENDING), null);
  }

  /** Returns whether they are sent to for the first time. */
  public boolean isPending() {
    return statuses.equals(Set.of(RecipientStatus.PENDING)) && reason == null && ids == null;
  }

  /** Selects the numbers of all. */
  Select<Record1<String>> all() {
    return select(CAMPAIGN_RECIPIENT.PHONE).from(CAMPAIGN_RECIPIENT).where(isIn());
  }

  /** Selects those of the first to be sent to, so that they are the same ones each time. */
  Select<Record1<String>> first() {
    var r = CAMPAIGN_RECIPIENT;
    return select(r.PHONE).from(r).where(isIn()).orderBy(r.CREATED_AT, r.ID).limit(FIRST);
  }

  private Condition isIn() {
    var r = CAMPAIGN_RECIPIENT;
    return r.CAMPAIGN_ID
        .eq(campaignId)
        .and(statuses.size() == 1 ? r.STATUS.eq(statuses.iterator().next()) : r.STATUS.in(statuses))
        .and(reason == null ? noCondition() : r.ERROR_CODE.eq(reason))
        .and(ids == null ? noCondition() : r.ID.eq(any(ids.toArray(Long[]::new))));
  }
}

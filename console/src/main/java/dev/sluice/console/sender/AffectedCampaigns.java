package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.left;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.jooq.tables.records.SenderRecord;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.impl.DSL;

/**
 * A sender's campaigns that are scheduled, sending or paused. Another provider or account may not
 * have their templates.
 *
 * @param campaigns how many there are, as far as they were counted
 * @param partial whether there may be more
 * @param names of the first ones
 */
record AffectedCampaigns(int campaigns, boolean partial, List<String> names) {
  private static final int COUNTED = 1_000;
  private static final int NAMED = 5;

  /** Other programs give their campaigns names of any length. */
  private static final int LONGEST_NAME = 200;

  static AffectedCampaigns of(DSLContext sql, String senderId) {
    List<String> found = query(sql, senderId).fetch(Record1::value1);
    return new AffectedCampaigns(
        Math.min(found.size(), COUNTED),
        found.size() > COUNTED,
        found.stream().limit(NAMED).toList());
  }

  static Select<Record1<String>> query(DSLContext sql, String senderId) {
    return sql.select(left(CAMPAIGN.NAME, LONGEST_NAME))
        .from(CAMPAIGN)
        .where(CAMPAIGN.SENDER_ID.eq(senderId))
        .and(isAnyOf(CampaignStatus.SCHEDULED, CampaignStatus.SENDING, CampaignStatus.PAUSED))
        .orderBy(CAMPAIGN.SCHEDULED_AT.asc().nullsLast(), CAMPAIGN.ID)
        .limit(COUNTED + 1);
  }

  /** Returns a condition by which PostgreSQL knows that its index has all of them. */
  static Condition isAnyOf(CampaignStatus... statuses) {
    return CAMPAIGN.STATUS.in(
        Stream.of(statuses).map(status -> DSL.inline(status, CAMPAIGN.STATUS)).toList());
  }

  /**
   * Returns whether a changed sender may have other templates. An account that was unknown is only
   * named, unless the address becomes another one, too.
   *
   * @param after what of it is set
   */
  static boolean isMoved(SenderRecord before, SenderRecord after) {
    boolean isOnlyNamed =
        before.getAccount() == null && before.getAddress().equals(after.getAddress());
    return !before.getProvider().equals(after.getProvider())
        || (after.touched(SENDER.ACCOUNT)
            && !isOnlyNamed
            && !Objects.equals(before.getAccount(), after.getAccount()));
  }

  ProblemException problem() {
    return ProblemException.conflict(
            "Another provider or account may not have the templates of its campaigns that are"
                + " scheduled, sending or paused, "
                + (partial ? "at least " : "")
                + String.format(Locale.ROOT, "%,d: ", campaigns)
                + names.stream()
                    .map(name -> "\"" + name + "\"")
                    .collect(Collectors.joining(", ", "", campaigns > NAMED ? ", …" : ""))
                + ". Repeat it with acceptScheduled=true if it has them.")
        .with("affectedCampaigns", this);
  }
}

package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.jooq.impl.DSL.noCondition;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Which campaigns the list shows.
 *
 * @param archived whether archived campaigns are included
 * @param search text that their names contain, in any case, or null for all
 * @param status their status, or null for all
 */
public record CampaignFilter(
    boolean archived, @Nullable String search, @Nullable CampaignStatus status) {
  public static final CampaignFilter IN_SIGHT = new CampaignFilter(false, null, null);
  private static final int LONGEST = 200;

  /** A campaign that is sending or about to is shown even if it is archived. */
  private static final Condition SEEN =
      CAMPAIGN
          .ARCHIVED_AT
          .isNull()
          .or(
              CAMPAIGN.STATUS.in(
                  CampaignStatus.SCHEDULED, CampaignStatus.SENDING, CampaignStatus.PAUSED));

  static CampaignFilter of(Context context) {
    String search = context.queryParam("search");
    String status = context.queryParam("status");
    return new CampaignFilter(
        "true".equals(context.queryParam("archived")),
        search == null || search.isBlank()
            ? null
            : Fields.atMost(LONGEST, "search", search.strip()),
        status == null || status.isBlank() ? null : status(status));
  }

  private static CampaignStatus status(String text) {
    String name = text.strip().toUpperCase(Locale.ROOT);
    return Arrays.stream(CampaignStatus.values())
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            ProblemException.badRequest(
                "\"status\" is one of "
                    + List.of(CampaignStatus.values())
                    + ", not \""
                    + text
                    + "\"."));
  }

  Condition condition() {
    return (archived ? noCondition() : SEEN)
        .and(search == null ? noCondition() : CAMPAIGN.NAME.containsIgnoreCase(search))
        .and(status == null ? noCondition() : CAMPAIGN.STATUS.eq(status));
  }
}

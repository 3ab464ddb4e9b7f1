package dev.sluice.console.campaign;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.jooq.impl.DSL.noCondition;

import dev.sluice.console.http.Fields;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.CampaignStatus;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Which campaigns the list shows.
 *
 * @param archived whether archived campaigns are included
 * @param search text that their names contain, in any case, or null for all
 * @param status their status, or null for all
 * @param senderId their sender, or null for all
 * @param from when the oldest was created, or null for all
 * @param until before when the newest was created, or null for all
 */
public record CampaignFilter(
    boolean archived,
    @Nullable String search,
    @Nullable CampaignStatus status,
    @Nullable String senderId,
    @Nullable Instant from,
    @Nullable Instant until) {
  public static final CampaignFilter IN_SIGHT =
      new CampaignFilter(false, null, null, null, null, null);
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
    return new CampaignFilter(
        "true".equals(context.queryParam("archived")),
        given(context, "search", text -> Fields.atMost(LONGEST, "search", text)),
        given(context, "status", CampaignFilter::status),
        given(context, "senderId", text -> Fields.atMost(LONGEST, "senderId", text)),
        given(context, "createdFrom", text -> time("createdFrom", text)),
        given(context, "createdUntil", text -> time("createdUntil", text)));
  }

  private static <T> @Nullable T given(Context context, String name, Function<String, T> reading) {
    String text = context.queryParam(name);
    return text == null || text.isBlank() ? null : reading.apply(text.strip());
  }

  private static Instant time(String name, String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw ProblemException.badRequest(
          "\"" + name + "\" must be a time like 2027-03-01T09:00:00Z.");
    }
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
        .and(status == null ? noCondition() : CAMPAIGN.STATUS.eq(status))
        .and(senderId == null ? noCondition() : CAMPAIGN.SENDER_ID.eq(senderId))
        .and(from == null ? noCondition() : CAMPAIGN.CREATED_AT.ge(from))
        .and(until == null ? noCondition() : CAMPAIGN.CREATED_AT.lt(until));
  }
}

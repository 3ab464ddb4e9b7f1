package dev.sluice.console.reply;

import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.impl.DSL;

/** How many people answered a campaign, and what they pressed. */
public final class ReplyCounts {
  /** Buttons that are counted. A template has at most ten; other messages may have had others. */
  private static final int BUTTONS = 20;

  /** The people, without a button's text, are counted by an index alone. */
  private static final String SQL =
      """
      SELECT NULL AS button, count(*) AS times FROM (
        SELECT DISTINCT recipient_id FROM sluice.reply WHERE campaign_id = {0}) AS people
      UNION ALL (
        SELECT text, count(*) FROM sluice.reply
        WHERE campaign_id = {0} AND kind = 'button' AND text IS NOT NULL
        GROUP BY text ORDER BY count(*) DESC, text LIMIT {1})
      """;

  private final DSLContext sql;

  public ReplyCounts(DSLContext sql) {
    this.sql = sql;
  }

  /** A button, and how often it was pressed. */
  public record Click(String button, long count) {}

  /**
   * The counts of one campaign.
   *
   * @param replied recipients who wrote or pressed something
   * @param clicks the buttons that were pressed, the most frequent first
   */
  public record Counts(long replied, List<Click> clicks) {
    public static final Counts NONE = new Counts(0, List.of());
  }

  /** Counts a campaign's replies. */
  public Counts of(UUID campaignId) {
    Result<Record> rows = sql.fetch(SQL, DSL.val(campaignId), DSL.val(BUTTONS));
    long replied =
        rows.stream()
            .filter(row -> row.get("button") == null)
            .mapToLong(row -> row.get("times", long.class))
            .sum();
    return new Counts(
        replied,
        rows.stream()
            .filter(row -> row.get("button") != null)
            .map(row -> new Click(row.get("button", String.class), row.get("times", long.class)))
            .toList());
  }
}

package dev.sluice.console.reply;

import dev.sluice.console.http.KeptAnswers;
import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;

/**
 * How many people answered campaigns, and what they pressed. There may be millions of replies, so
 * they are counted only as far as that is quick, and once in a few seconds for all readers.
 */
public final class ReplyCounts {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration KEPT = Duration.ofSeconds(5);

  /** Forces index-only scans, whatever PostgreSQL knows of the table. */
  static final Set<String> BY_INDEX = Set.of("enable_seqscan", "enable_bitmapscan");

  /** Buttons that are counted. A template has at most ten; other messages may have had others. */
  private static final int BUTTONS = 20;

  /** The people are counted by one index alone, and the buttons by another that has this bound. */
  private static final String SQL =
      """
      SELECT NULL AS button, count(*) AS times FROM (
        SELECT DISTINCT recipient_id FROM sluice.reply WHERE campaign_id = {0}) AS people
      UNION ALL (
        SELECT text, count(*) FROM sluice.reply
        WHERE campaign_id = {0} AND kind = 'button' AND length(text) <= 200
        GROUP BY text ORDER BY count(*) DESC, text LIMIT {1})
      """;

  private final KeptAnswers<Optional<Counts>> kept;

  public ReplyCounts() {
    this(System::nanoTime);
  }

  ReplyCounts(LongSupplier nanoTime) {
    kept = new KeptAnswers<>(KEPT, nanoTime);
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

  /** Returns a campaign's counts, up to five seconds old; empty if counting takes too long. */
  public Optional<Counts> of(DSLContext sql, UUID campaignId) {
    return kept.of(
        campaignId,
        () ->
            Briefly.read(
                sql, PATIENCE, BY_INDEX, inside -> counts(query(inside, campaignId).fetch())));
  }

  static ResultQuery<Record> query(DSLContext inside, UUID campaignId) {
    return inside.resultQuery(SQL, DSL.val(campaignId), DSL.val(BUTTONS));
  }

  private static Counts counts(Result<Record> rows) {
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

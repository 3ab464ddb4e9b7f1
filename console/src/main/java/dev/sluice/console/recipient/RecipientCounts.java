package dev.sluice.console.recipient;

import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * How many recipients campaigns have whose rows do not hold the number because they have not
 * started. The recipients are counted on every read, so only as far as that is quick.
 */
public final class RecipientCounts {
  /**
   * In a list, a campaign with this many recipients is not counted, as the others would then not be
   * counted either.
   */
  public static final long TOO_MANY = 1_000_000;

  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Forces an index-only scan for each, whatever PostgreSQL knows of the table. */
  private static final Set<String> BY_INDEX = Set.of("enable_seqscan", "enable_bitmapscan");

  private static final String COUNT =
      """
      SELECT wanted.id, counted.recipients
      FROM unnest({0}) AS wanted (id) CROSS JOIN LATERAL (
        SELECT count(*) FROM (
          SELECT FROM sluice.campaign_recipient WHERE campaign_id = wanted.id LIMIT {1}) AS one
      ) AS counted (recipients)
      WHERE counted.recipients < {1}
      """;

  private final DSLContext sql;

  public RecipientCounts(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Returns the counts by campaign id, without the campaigns that have {@code tooMany} recipients
   * or more; empty if the counting takes too long.
   */
  public Map<UUID, Long> below(long tooMany, Collection<UUID> campaigns) {
    return campaigns.isEmpty()
        ? Map.of()
        : Briefly.read(sql, PATIENCE, BY_INDEX, inside -> count(inside, tooMany, campaigns))
            .orElse(Map.of());
  }

  private static Map<UUID, Long> count(
      DSLContext inside, long tooMany, Collection<UUID> campaigns) {
    return inside
        .fetch(
            COUNT,
            DSL.val(campaigns.toArray(UUID[]::new), SQLDataType.UUID.array()),
            DSL.inline(tooMany))
        .stream()
        .collect(Collectors.toMap(row -> row.get(0, UUID.class), row -> row.get(1, Long.class)));
  }
}

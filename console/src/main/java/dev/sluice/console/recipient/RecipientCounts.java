package dev.sluice.console.recipient;

import dev.sluice.console.sql.Briefly;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * How many recipients campaigns have whose rows do not hold the number because they have not
 * started. The recipients are counted when they are read, so only as far as that is quick, and
 * where it is not, once in a few seconds for all readers.
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

  private final KeptCounts kept = new KeptCounts(System::nanoTime);

  private record Counted(Map<UUID, Long> counts, Duration took) {}

  /**
   * Returns the counts by campaign id, without the campaigns that have {@code tooMany} recipients
   * or more; if the counting takes too long, those that are known.
   */
  public Map<UUID, Long> below(DSLContext sql, long tooMany, Collection<UUID> campaigns) {
    KeptCounts.Counting counting = kept.begin(tooMany, campaigns);
    Map<UUID, Long> counts = new HashMap<>(counting.told());
    if (counting.open().isEmpty()) {
      return counts;
    }
    Optional<Counted> counted =
        Briefly.read(sql, PATIENCE, BY_INDEX, inside -> count(inside, tooMany, counting.open()));
    counted.ifPresentOrElse(
        made -> {
          kept.end(counting, made.counts(), made.took());
          counts.putAll(made.counts());
        },
        () -> kept.giveUp(counting));
    return counts;
  }

  /** Counts a campaign's recipients anew when they are read next, as some were added. */
  public void added(UUID campaign) {
    kept.forget(campaign);
  }

  /**
   * Counts a campaign's recipients for somebody who needs to know their number at this moment;
   * empty if that takes too long.
   */
  public static Optional<Long> now(DSLContext sql, UUID campaign) {
    return Briefly.read(
            sql, PATIENCE, BY_INDEX, inside -> count(inside, Long.MAX_VALUE, Set.of(campaign)))
        .map(made -> made.counts().getOrDefault(campaign, 0L));
  }

  private static Counted count(DSLContext inside, long tooMany, Collection<UUID> campaigns) {
    long begun = System.nanoTime();
    Map<UUID, Long> counts =
        inside
            .fetch(
                COUNT,
                DSL.val(campaigns.toArray(UUID[]::new), SQLDataType.UUID.array()),
                DSL.inline(tooMany))
            .stream()
            .collect(
                Collectors.toMap(row -> row.get(0, UUID.class), row -> row.get(1, Long.class)));
    return new Counted(counts, Duration.ofNanos(System.nanoTime() - begun));
  }
}

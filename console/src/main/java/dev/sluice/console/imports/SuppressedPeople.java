package dev.sluice.console.imports;

import static dev.sluice.schema.jooq.Tables.SUPPRESSED_PHONE;

import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Lists;
import dev.sluice.console.sql.Deadline;
import dev.sluice.runtime.database.Database;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many of a file's people would get nothing, because they have opted out or are suppressed
 * otherwise. A file can be looked at without that, so what cannot be read in time is unknown.
 */
public final class SuppressedPeople {
  private static final Logger log = LoggerFactory.getLogger(SuppressedPeople.class);

  /** Numbers that are looked up in one statement. */
  private static final int BATCH = 10_000;

  /** For all batches together; a user waits for them. */
  private static final Duration LONGEST = Duration.ofSeconds(4);

  /** Each number is looked up, however little PostgreSQL knows of the tables. */
  private static final Set<String> LOOKED_UP = Set.of("enable_seqscan");

  private final DSLContext sql;
  private final Lists lists;

  /** Fewer places than lists have. */
  private final Bulkhead looking =
      new Bulkhead(1, Duration.ofSeconds(1), "Other files are being compared.");

  /**
   * Creates the count.
   *
   * @param lists places of readers
   */
  public SuppressedPeople(DSLContext sql, Lists lists) {
    this.sql = sql;
    this.lists = lists;
  }

  /** Counts them, each once; empty if there are too many numbers, or too little time. */
  Optional<Long> among(NumbersSeen numbers) {
    return numbers
        .distinct()
        .flatMap(phones ->
            looking
                .runIfFree(() -> lists.runIfFree(() -> count(phones, Deadline.in(LONGEST))))
                .flatMap(answer -> answer)
                .flatMap(answer -> answer));
  }

  private Optional<Long> count(Stream<String> phones, Deadline deadline) {
    long found = 0;
    try {
      Iterator<List<String>> batches = phones.gather(Gatherers.windowFixed(BATCH)).iterator();
      while (batches.hasNext()) {
        Optional<Long> some = count(batches.next(), deadline);
        if (some.isEmpty()) {
          return some;
        }
        found += some.get();
      }
    } catch (DataAccessException e) {
      log.info("cannot count a file's suppressed recipients: {}", Database.reason(e));
      return Optional.empty();
    }
    return Optional.of(found);
  }

  private Optional<Long> count(List<String> phones, Deadline deadline) {
    return deadline.read(
        sql,
        LONGEST,
        LOOKED_UP,
        inside ->
            inside
                .select(DSL.countDistinct(SUPPRESSED_PHONE.PHONE))
                .from(SUPPRESSED_PHONE)
                .where(
                    SUPPRESSED_PHONE.PHONE.eq(
                        DSL.any(DSL.val(phones.toArray(String[]::new), SQLDataType.CLOB.array()))))
                .fetchSingle(0, Long.class));
  }
}

package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Json;
import java.io.StringReader;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.DSLContext;
import org.jooq.Name;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Streams a campaign's recipients through COPY, in portions. A portion with a duplicate goes
 * through a temporary table, which belongs to this connection and is dropped at the end. While
 * PostgreSQL takes one portion, the next is read.
 */
final class RecipientCopy implements AutoCloseable {
  /** Characters of a portion: large enough that few are needed, small enough to hold several. */
  private static final int PORTION = 2 * 1024 * 1024;

  private static final String COLUMNS = "campaign_id, phone, variables, external_id, time_zone";

  /** How COPY writes null. */
  private static final String NULL = "\\N";

  /** PostgreSQL's SQLSTATE for a number or a key that the campaign has already. */
  private static final String UNIQUE_VIOLATION = "23505";

  private static final Name RECIPIENTS = DSL.name("sluice", "campaign_recipient");

  private final DSLContext inside;
  private final UUID campaignId;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("import").factory());
  private Future<Integer> writing = CompletableFuture.completedFuture(0);
  private StringBuilder portion = new StringBuilder();
  private int portionRows;
  private int portions;
  private long copied;
  private long added;

  RecipientCopy(DSLContext inside, UUID campaignId) {
    this.inside = inside;
    this.campaignId = campaignId;
  }

  /**
   * How many recipients there were.
   *
   * @param added recipients that are new
   * @param duplicates recipients that existed already
   */
  record Counts(long added, long duplicates) {}

  /**
   * Adds a recipient.
   *
   * @param timeZone null if unknown
   */
  void add(RowRules.Usable recipient, @Nullable String timeZone) {
    String externalId = recipient.externalId();
    portion.append(campaignId).append('\t').append(recipient.phone()).append('\t');
    portion.append(escaped(Json.MAPPER.writeValueAsString(recipient.variables()))).append('\t');
    portion.append(externalId == null ? NULL : escaped(externalId)).append('\t');
    portion.append(timeZone == null ? NULL : timeZone).append('\n');
    portionRows++;
    if (portion.length() >= PORTION) {
      handOver();
    }
  }

  /** Waits until PostgreSQL has all of them. */
  Counts finish() {
    handOver();
    added += written();
    return new Counts(added, copied - added);
  }

  /** Submits the portion once the one before it is written. */
  private void handOver() {
    String full = portion.toString();
    portion = new StringBuilder();
    added += written();
    int number = ++portions;
    int rows = portionRows;
    copied += rows;
    portionRows = 0;
    writing = writer.submit(() -> write(full, number, rows));
  }

  private int written() {
    try {
      return writing.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ProblemException.unavailable("The console is stopping; nobody was added.");
    }
  }

  /** Writes a portion; one in which every recipient is new, as in most, goes in at once. */
  private int write(String full, int number, int rows) {
    try {
      // Within the request's transaction this is a savepoint.
      inside.transaction(nested -> copy(nested.dsl(), RECIPIENTS, full));
      return rows;
    } catch (DataAccessException e) {
      if (!UNIQUE_VIOLATION.equals(e.sqlState())) {
        throw e;
      }
      return writeNewOnes(full, number);
    }
  }

  private int writeNewOnes(String full, int number) {
    Name table = DSL.name("pg_temp", "imported_" + number);
    inside.execute(
        "CREATE TEMPORARY TABLE {0} (campaign_id uuid, phone text, variables jsonb,"
            + " external_id text, time_zone text) ON COMMIT DROP",
        DSL.name("imported_" + number));
    copy(inside, table, full);
    return inside.execute(
        "INSERT INTO sluice.campaign_recipient ("
            + COLUMNS
            + ") SELECT "
            + COLUMNS
            + " FROM {0} ON CONFLICT DO NOTHING",
        table);
  }

  private static void copy(DSLContext sql, Name table, String rows) {
    sql.connection(connection ->
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                sql.render(DSL.sql("COPY {0} (" + COLUMNS + ") FROM STDIN", table)),
                new StringReader(rows)));
  }

  /**
   * Neither JSON nor external ids contain raw tabs and new lines, so only backslashes mean
   * something to COPY.
   */
  private static String escaped(String text) {
    return text.indexOf('\\') < 0 ? text : text.replace("\\", "\\\\");
  }

  @Override
  public void close() {
    writer.close();
  }
}

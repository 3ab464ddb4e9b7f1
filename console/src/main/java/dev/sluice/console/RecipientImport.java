package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Json;
import java.io.StringReader;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
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
 * Adds recipients to a campaign that has not started. Rows stream in portions through COPY; a
 * portion that repeats somebody goes through a temporary table, which is this connection's own and
 * gone at the end. While PostgreSQL takes one portion, the next is read. The good rows of a request
 * are committed together or not at all.
 */
final class RecipientImport {
  /** Characters of a portion: large enough that few are needed, small enough to hold several. */
  private static final int PORTION = 2 * 1024 * 1024;

  /** PostgreSQL's SQLSTATE for a number that the campaign has already. */
  private static final String UNIQUE_VIOLATION = "23505";

  /** Characters of a column's name that a reason repeats. */
  private static final int LONGEST_NAME = 100;

  private static final Name RECIPIENTS = DSL.name("sluice", "campaign_recipient");

  private final DSLContext sql;
  private final PhoneNumbers phoneNumbers;
  private final Bounds bounds;

  RecipientImport(DSLContext sql, PhoneNumbers phoneNumbers, Bounds bounds) {
    this.sql = sql;
    this.phoneNumbers = phoneNumbers;
    this.bounds = bounds;
  }

  /**
   * A row as it was read.
   *
   * @param line where it began, from 1
   * @param fault why it cannot be used whatever its number, or null
   */
  record Row(long line, String phone, Map<String, String> variables, @Nullable String fault) {
    static Row of(long line, String phone, Map<String, String> variables) {
      return new Row(line, phone, variables, null);
    }

    static Row unusable(long line, String fault) {
      return new Row(line, "", Map.of(), fault);
    }
  }

  /**
   * What came of an import.
   *
   * @param accepted recipients added
   * @param duplicates rows whose number the file or the campaign already had
   * @param rejectedCount rows that were not taken
   * @param rejected the first of them
   */
  record Report(
      long accepted, long duplicates, long rejectedCount, List<Rejections.Rejected> rejected) {}

  Report run(UUID campaignId, Iterator<Row> rows) {
    return sql.transactionResult(transaction -> {
      requireOpen(transaction.dsl(), campaignId);
      try (Running running = new Running(transaction.dsl(), campaignId)) {
        return running.consume(rows);
      }
    });
  }

  /** Holds the row, so that the campaign cannot start while recipients are added. */
  private static void requireOpen(DSLContext inside, UUID campaignId) {
    CampaignStatus status =
        inside
            .select(CAMPAIGN.STATUS)
            .from(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(campaignId))
            .forShare()
            .fetchOptional(CAMPAIGN.STATUS)
            .orElseThrow(
                () -> ProblemException.notFound("There is no campaign " + campaignId + "."));
    if (status != CampaignStatus.DRAFT && status != CampaignStatus.SCHEDULED) {
      throw ProblemException.conflict(
          "The campaign is " + status + ": its recipients are fixed once it has started.");
    }
  }

  private final class Running implements AutoCloseable {
    private final DSLContext inside;
    private final UUID campaignId;
    private final ExecutorService writer =
        Executors.newSingleThreadExecutor(Thread.ofVirtual().name("import").factory());
    private final Rejections rejections = new Rejections();
    private Future<Integer> writing = CompletableFuture.completedFuture(0);
    private StringBuilder portion = new StringBuilder();
    private int portionRows;
    private int portions;
    private long copied;
    private long added;

    private Running(DSLContext inside, UUID campaignId) {
      this.inside = inside;
      this.campaignId = campaignId;
    }

    private Report consume(Iterator<Row> rows) {
      while (rows.hasNext()) {
        take(rows.next());
        if (portion.length() >= PORTION) {
          handOver();
        }
      }
      handOver();
      added += written();
      return rejections.report(added, copied - added);
    }

    private void take(Row row) {
      String fault = row.fault() == null ? fault(row.variables()) : row.fault();
      if (fault != null) {
        rejections.add(row.line(), fault);
        return;
      }
      switch (phoneNumbers.parse(row.phone())) {
        case PhoneNumbers.Valid(String e164) -> add(row.line(), e164, row.variables());
        case PhoneNumbers.Invalid(String reason) -> rejections.add(row.line(), reason);
      }
    }

    private void add(long line, String e164, Map<String, String> variables) {
      String json = Json.MAPPER.writeValueAsString(variables);
      if (bounds.exceededBy(json)) {
        rejections.add(
            line, "the variables have more than " + bounds.variables() + " bytes together");
        return;
      }
      portion.append(campaignId).append('\t').append(e164).append('\t');
      portion.append(escaped(json)).append('\n');
      portionRows++;
    }

    /** Lets the portion be written once the one before it is. */
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

    /** A portion in which everybody is new, as most are, goes in at once. */
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
          "CREATE TEMPORARY TABLE {0} (campaign_id uuid, phone text, variables jsonb)"
              + " ON COMMIT DROP",
          DSL.name("imported_" + number));
      copy(inside, table, full);
      return inside.execute(
          """
          INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
          SELECT campaign_id, phone, variables FROM {0}
          ON CONFLICT (campaign_id, phone) DO NOTHING
          """,
          table);
    }

    private static void copy(DSLContext sql, Name table, String rows) {
      sql.connection(connection ->
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn(
                  sql.render(DSL.sql("COPY {0} (campaign_id, phone, variables) FROM STDIN", table)),
                  new StringReader(rows)));
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  /** PostgreSQL's text cannot hold the character 0, and no message needs a book. */
  private @Nullable String fault(Map<String, String> variables) {
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      if (name.indexOf(0) >= 0 || variable.getValue().indexOf(0) >= 0) {
        return "the column \"" + name.replace('\0', ' ') + "\" holds a NUL character";
      }
      if (variable.getValue().length() > bounds.value()) {
        return "the column \""
            + Clipped.to(LONGEST_NAME, name)
            + "\" has more than "
            + bounds.value()
            + " characters";
      }
    }
    return null;
  }

  /** JSON has no raw tabs and new lines: only backslashes mean something to COPY. */
  private static String escaped(String json) {
    return json.indexOf('\\') < 0 ? json : json.replace("\\", "\\\\");
  }
}

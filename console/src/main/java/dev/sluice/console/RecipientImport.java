package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import java.io.StringReader;
import java.util.ArrayList;
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
  /** Rejected rows that are listed; more are only counted. */
  private static final int LISTED = 10_000;

  /** Characters of a portion: large enough that few are needed, small enough to hold two. */
  private static final int PORTION = 8 * 1024 * 1024;

  /** PostgreSQL's SQLSTATE for a number that the campaign has already. */
  private static final String UNIQUE_VIOLATION = "23505";

  private static final Name RECIPIENTS = DSL.name("sluice", "campaign_recipient");

  private final DSLContext sql;
  private final PhoneNumbers phoneNumbers;

  RecipientImport(DSLContext sql, PhoneNumbers phoneNumbers) {
    this.sql = sql;
    this.phoneNumbers = phoneNumbers;
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

  /** A row that was not taken. */
  record Rejected(long line, String reason) {}

  /**
   * What came of an import.
   *
   * @param accepted recipients added
   * @param duplicates rows whose number the file or the campaign already had
   * @param rejectedCount rows that were not taken
   * @param rejected the first of them
   */
  record Report(long accepted, long duplicates, long rejectedCount, List<Rejected> rejected) {}

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
    private final List<Rejected> rejected = new ArrayList<>();
    private Future<Integer> writing = CompletableFuture.completedFuture(0);
    private StringBuilder portion = new StringBuilder();
    private int portionRows;
    private int portions;
    private long rejectedCount;
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
      return new Report(added, copied - added, rejectedCount, rejected);
    }

    private void take(Row row) {
      String fault = row.fault() == null ? unstorable(row.variables()) : row.fault();
      if (fault != null) {
        reject(row.line(), fault);
        return;
      }
      switch (phoneNumbers.parse(row.phone())) {
        case PhoneNumbers.Valid(String e164) -> {
          String variables = escaped(Json.MAPPER.writeValueAsString(row.variables()));
          portion.append(campaignId).append('\t').append(e164).append('\t');
          portion.append(variables).append('\n');
          portionRows++;
        }
        case PhoneNumbers.Invalid(String reason) -> reject(row.line(), reason);
      }
    }

    private void reject(long line, String reason) {
      rejectedCount++;
      if (rejected.size() < LISTED) {
        rejected.add(new Rejected(line, reason));
      }
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

  /** PostgreSQL's text cannot hold the character 0. */
  private static @Nullable String unstorable(Map<String, String> variables) {
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      if (variable.getKey().indexOf(0) >= 0 || variable.getValue().indexOf(0) >= 0) {
        return "the column \"" + variable.getKey().replace('\0', ' ') + "\" holds a NUL character";
      }
    }
    return null;
  }

  /** JSON has no raw tabs and new lines: only backslashes mean something to COPY. */
  private static String escaped(String json) {
    return json.indexOf('\\') < 0 ? json : json.replace("\\", "\\\\");
  }
}

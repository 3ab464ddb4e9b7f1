package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Adds recipients to a campaign that has not started. Rows stream through COPY into a temporary
 * table, which is this connection's own and gone at the end, and from there into the campaign in
 * one statement: the good rows of a request are committed together or not at all.
 */
final class RecipientImport {
  /** Rejected rows that are listed; more are only counted. */
  private static final int LISTED = 10_000;

  private static final int BUFFER = 256 * 1024;

  /** A statement that adds ten million rows is silent for minutes. */
  private static final Duration LONGEST_STATEMENT = Duration.ofHours(1);

  private static final Executor SAME_THREAD = Runnable::run;

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
      DSLContext inside = transaction.dsl();
      requireOpen(inside, campaignId);
      inside.execute(
          "CREATE TEMPORARY TABLE imported (phone text, variables jsonb) ON COMMIT DROP");
      Running running = new Running();
      inside.connection(connection -> {
        int before = connection.getNetworkTimeout();
        connection.setNetworkTimeout(SAME_THREAD, Math.toIntExact(LONGEST_STATEMENT.toMillis()));
        try {
          running.copy(connection, rows);
          running.added =
              inside.execute(
                  """
                  INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
                  SELECT ?, phone, variables FROM pg_temp.imported
                  ON CONFLICT (campaign_id, phone) DO NOTHING
                  """,
                  campaignId);
        } finally {
          connection.setNetworkTimeout(SAME_THREAD, before);
        }
      });
      return running.report();
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

  private final class Running {
    private final List<Rejected> rejected = new ArrayList<>();
    private long rejectedCount;
    private long copied;
    private long added;

    private Report report() {
      return new Report(added, copied - added, rejectedCount, rejected);
    }

    private void copy(Connection connection, Iterator<Row> rows) throws SQLException {
      try (Writer out =
          new OutputStreamWriter(
              new PGCopyOutputStream(
                  connection.unwrap(PGConnection.class),
                  "COPY pg_temp.imported (phone, variables) FROM STDIN",
                  BUFFER),
              StandardCharsets.UTF_8)) {
        while (rows.hasNext()) {
          take(rows.next(), out);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the rows do not reach the database", e);
      }
    }

    private void take(Row row, Writer out) throws IOException {
      String fault = row.fault() == null ? unstorable(row.variables()) : row.fault();
      if (fault != null) {
        reject(row.line(), fault);
        return;
      }
      switch (phoneNumbers.parse(row.phone())) {
        case PhoneNumbers.Valid(String e164) -> {
          out.write(e164);
          out.write('\t');
          out.write(escaped(Json.MAPPER.writeValueAsString(row.variables())));
          out.write('\n');
          copied++;
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

package dev.sluice.console.sql;

import dev.sluice.console.http.Uploads;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.Database.Timeouts;
import dev.sluice.runtime.database.DatabaseConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;

/**
 * Pools of connections to PostgreSQL, one for each kind of work: however many lists are read, files
 * imported or drafts changed, a pause finds a free connection, and so does a webhook.
 *
 * @param commands for starts, pauses, resumes, cancels and resends alone: none of them waits for a
 *     lock
 * @param changes for changes of campaigns and senders, which may wait for locks, in turn
 * @param webhooks for the provider's calls
 * @param lists for what users and pages read
 * @param feeds for live views
 * @param checks for looking through a campaign's recipients before it starts
 * @param imports for files of recipients, one each
 * @param suppressions for numbers that are suppressed, one each file
 * @param upkeep one, for background work
 */
public record Connections(
    Database commands,
    Database changes,
    Database webhooks,
    Database lists,
    Database feeds,
    Database checks,
    Database imports,
    Database suppressions,
    Database upkeep)
    implements AutoCloseable {
  private static final Duration LOCK = Duration.ofSeconds(2);

  private static final Timeouts SHORT = timeouts(Duration.ofSeconds(5));
  private static final Timeouts READING = timeouts(Duration.ofSeconds(10));

  /**
   * Covers a portion's COPY, or the insert around existing rows. Between portions any number of
   * rows may be skipped, for as long as a file's turn lasts.
   */
  private static final Timeouts IMPORTING =
      new Timeouts(Duration.ofMinutes(1), LOCK, Uploads.Limits.DEFAULT.turnTakes().plusMinutes(1));

  /** The sizes of the pools. */
  public record Sizes(int commands, int changes, int webhooks, int lists, int feeds, int checks) {
    public static final Sizes DEFAULT = new Sizes(2, 2, 3, 4, 2, 2);
  }

  public static Connections open(DatabaseConfig config, Sizes sizes, MeterRegistry meters) {
    return new Connections(
        new Database(config, sizes.commands(), "console", meters, SHORT),
        new Database(config, sizes.changes(), "console", meters, SHORT),
        new Database(config, sizes.webhooks(), "console", meters, SHORT),
        new Database(config, sizes.lists(), "console", meters, READING),
        new Database(config, sizes.feeds(), "console", meters, READING),
        new Database(config, sizes.checks(), "console", meters, READING),
        new Database(config, Uploads.Use.IMPORT.atOnce(), "console", meters, IMPORTING),
        new Database(config, Uploads.Use.SUPPRESSION.atOnce(), "console", meters, IMPORTING),
        new Database(config, 1, "console", meters, SHORT));
  }

  private static Timeouts timeouts(Duration statement) {
    return new Timeouts(statement, LOCK, statement);
  }

  @Override
  public void close() {
    List.of(commands, changes, webhooks, lists, feeds, checks, imports, suppressions, upkeep)
        .forEach(Database::close);
  }
}

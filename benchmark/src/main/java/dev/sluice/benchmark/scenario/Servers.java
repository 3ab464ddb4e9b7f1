package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A scenario's own broker and PostgreSQL server, as processes, and their activity. */
final class Servers implements AutoCloseable {
  private final SeparateInfrastructure processes =
      new SeparateInfrastructure(1, List.of("-XX:TieredStopAtLevel=4"));
  private final TestEnvironment environment;
  private final Connection audit;

  Servers(int lanes) throws SQLException {
    environment = TestEnvironment.create(processes, lanes);
    DatabaseConfig administrator = processes.administrator();
    // As an administrator, because other roles cannot see what all have written.
    audit =
        DriverManager.getConnection(
            environment.owner().url(), administrator.user(), administrator.password());
  }

  TestEnvironment environment() {
    return environment;
  }

  /** Opens a connection in the services' role. */
  Connection connect() throws SQLException {
    DatabaseConfig app = environment.database();
    return DriverManager.getConnection(app.url(), app.user(), app.password());
  }

  /**
   * Brings the database to a settled state: statistics are up to date and nothing is left to vacuum
   * or write out.
   */
  void settle() throws SQLException {
    try (var statement = audit.createStatement()) {
      statement.execute("VACUUM ANALYZE");
      statement.execute("CHECKPOINT");
    }
  }

  void execute(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values)) {
      statement.execute();
    }
  }

  long number(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = prepare(sql, values);
        var rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private PreparedStatement prepare(String sql, Object... values) throws SQLException {
    PreparedStatement statement = audit.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  /** Returns the broker's CPU time so far. */
  Duration brokerCpuTime() {
    return cpuTime(processes.kafka().processes());
  }

  /** Returns the CPU time so far of PostgreSQL's current processes. */
  Duration databaseCpuTime() throws SQLException {
    ProcessHandle server =
        ProcessHandle.of(number("SELECT pg_backend_pid()"))
            .flatMap(ProcessHandle::parent)
            .orElseThrow();
    return cpuTime(Stream.concat(Stream.of(server), server.children()));
  }

  private static Duration cpuTime(Stream<ProcessHandle> processes) {
    return processes
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  /** Returns the bytes of write-ahead log so far. */
  long walBytes() throws SQLException {
    return number("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint");
  }

  /**
   * Returns the updates of recipients since {@code before}, once there are at least this many;
   * sessions report them late.
   */
  Updates updatesFrom(Updates before, long atLeast) {
    return await()
        .atMost(Duration.ofMinutes(1))
        .until(this::updates, now -> now.all() - before.all() >= atLeast)
        .minus(before);
  }

  Updates updates() throws SQLException {
    return new Updates(
        number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'campaign_recipient'"),
        number(
            "SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'campaign_recipient'"));
  }

  /**
   * The number of updates of recipients.
   *
   * @param hot those that changed no index
   */
  record Updates(long all, long hot) {
    Updates minus(Updates other) {
      return new Updates(all - other.all, hot - other.hot);
    }

    double hotShare() {
      return (double) hot / all;
    }
  }

  @Override
  public void close() throws SQLException {
    audit.close();
    processes.close();
  }
}

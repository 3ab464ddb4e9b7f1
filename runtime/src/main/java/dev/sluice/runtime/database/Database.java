package dev.sluice.runtime.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import javax.sql.DataSource;
import org.jooq.DSLContext;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.jspecify.annotations.Nullable;

/**
 * A small pool of connections and jOOQ on top of it. Counts every statement in the meter {@code
 * sluice.sql.statements}. It connects when it is first used, so that a service starts, and reports
 * its health, while PostgreSQL is unavailable.
 */
public final class Database implements AutoCloseable {
  /**
   * How long one statement may take and how long it may wait for a lock. Beyond that it fails, so
   * that a blocked row delays only its own campaign.
   *
   * @param statement the longest time of a statement
   * @param lock the longest wait for a lock
   * @param idle how long a transaction may be idle; 0 for no bound
   */
  public record Timeouts(Duration statement, Duration lock, Duration idle) {
    /** For short statements: 30 s, and 2 s for a lock. */
    public static final Timeouts SHORT =
        new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(2));

    /** Without a bound on the idle time within a transaction. */
    public Timeouts(Duration statement, Duration lock) {
      this(statement, lock, Duration.ZERO);
    }

    private String sql() {
      return "SET statement_timeout = "
          + statement.toMillis()
          + "; SET lock_timeout = "
          + lock.toMillis()
          + "; SET idle_in_transaction_session_timeout = "
          + idle.toMillis();
    }
  }

  /** The name of the counter of statements. */
  public static final String STATEMENTS = "sluice.sql.statements";

  private final HikariDataSource pool;
  private final DSLContext sql;

  /**
   * Prepares a pool.
   *
   * @param connections its greatest size
   * @param service the role's name, shown in {@code pg_stat_activity} and as a meter's tag
   */
  public Database(DatabaseConfig config, int connections, String service, MeterRegistry meters) {
    this(config, connections, service, meters, null);
  }

  /**
   * Prepares a pool whose statements end in time.
   *
   * @param timeouts how long statements may take, or null for no bound
   */
  public Database(
      DatabaseConfig config,
      int connections,
      String service,
      MeterRegistry meters,
      @Nullable Timeouts timeouts) {
    HikariConfig settings = new HikariConfig();
    settings.setJdbcUrl(config.url());
    settings.setUsername(config.user());
    settings.setPassword(config.password());
    settings.setMaximumPoolSize(connections);
    settings.setMinimumIdle(1);
    if (timeouts != null) {
      settings.setConnectionInitSql(timeouts.sql());
    }
    settings.setPoolName("sluice-" + service);
    settings.setInitializationFailTimeout(-1);
    settings.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
    settings.addDataSourceProperty("ApplicationName", "sluice-" + service);
    settings.addDataSourceProperty("tcpKeepAlive", "true");
    // A hanging database must become an error, or its caller would hang too.
    settings.addDataSourceProperty("connectTimeout", "3");
    settings.addDataSourceProperty("socketTimeout", "120");
    pool = new HikariDataSource(settings);
    Counter statements =
        Counter.builder(STATEMENTS)
            .description("SQL statements executed")
            .tag("service", service)
            .register(meters);
    sql =
        DSL.using(
            new DefaultConfiguration()
                .set(pool)
                .set(SQLDialect.POSTGRES)
                .set(new Settings().withExecuteLogging(false))
                .set(new DefaultExecuteListenerProvider(new StatementCount(statements))));
  }

  /** Why a statement failed, in one line: jOOQ's message begins with the statement. */
  public static String reason(DataAccessException failure) {
    return Reasons.of(failure.getCause() == null ? failure : failure.getCause());
  }

  /** jOOQ on the pool; each statement is a transaction of its own unless told otherwise. */
  public DSLContext sql() {
    return sql;
  }

  /** The pool itself, for what jOOQ does not cover. */
  public DataSource dataSource() {
    return pool;
  }

  @Override
  public void close() {
    pool.close();
  }

  private record StatementCount(Counter statements) implements ExecuteListener {
    private static final long serialVersionUID = 1;

    @Override
    public void executeStart(ExecuteContext context) {
      statements.increment();
    }
  }
}

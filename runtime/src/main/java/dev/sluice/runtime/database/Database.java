package dev.sluice.runtime.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.schema.Reasons;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
 * A small connection pool with jOOQ on top. Counts every statement in the meter {@code
 * sluice.sql.statements}. It connects on first use, so that a service can start and report its
 * health while PostgreSQL is unavailable.
 */
public final class Database implements AutoCloseable {
  /**
   * Limits on statements and locks. A statement that exceeds one fails, so that a blocked row
   * delays only its own campaign.
   *
   * @param statement the longest time a statement may take
   * @param lock the longest time it may wait for a lock
   * @param idle the longest time a transaction may be idle; 0 for no limit
   */
  public record Timeouts(Duration statement, Duration lock, Duration idle) {
    /** For short statements: 30 s, and 2 s for a lock. */
    public static final Timeouts SHORT =
        new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(2));

    /** Creates timeouts without a limit on idle transactions. */
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

  /** The name of the statement counter. */
  public static final String STATEMENTS = "sluice.sql.statements";

  private final HikariDataSource pool;
  private final DSLContext sql;

  /** The pool's own threads. */
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  /**
   * Creates a pool without timeouts.
   *
   * @param connections its maximum size
   * @param service the service's name, shown in {@code pg_stat_activity} and as the meter's tag
   */
  public Database(DatabaseConfig config, int connections, String service, MeterRegistry meters) {
    this(config, connections, service, meters, null);
  }

  /**
   * Creates a pool.
   *
   * @param connections its maximum size
   * @param service the service's name, shown in {@code pg_stat_activity} and as the meter's tag
   * @param timeouts limits on statements, or null for none
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
    settings.setThreadFactory(this::thread);
    settings.setInitializationFailTimeout(-1);
    settings.setConnectionTimeout(Duration.ofSeconds(3).toMillis());
    settings.addDataSourceProperty("ApplicationName", "sluice-" + service);
    settings.addDataSourceProperty("tcpKeepAlive", "true");
    // A database that hangs must cause an error, or the caller would hang too.
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

  /** Returns why a statement failed, in one line. jOOQ's own message begins with the statement. */
  public static String reason(DataAccessException failure) {
    return Reasons.of(failure.getCause() == null ? failure : failure.getCause());
  }

  /** Returns jOOQ on the pool; without an explicit transaction each statement is its own. */
  public DSLContext sql() {
    return sql;
  }

  /** Returns the pool, for what jOOQ does not cover. */
  public DataSource dataSource() {
    return pool;
  }

  private Thread thread(Runnable task) {
    return Thread.ofPlatform()
        .daemon()
        .name("connections")
        .unstarted(() -> {
          threads.add(Thread.currentThread());
          try {
            task.run();
          } finally {
            threads.remove(Thread.currentThread());
          }
        });
  }

  @Override
  public void close() {
    // While PostgreSQL is away, one of them waits for seconds before it tries again, and the pool
    // would wait for it.
    threads.forEach(Thread::interrupt);
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

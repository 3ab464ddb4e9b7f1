package dev.sluice.console;

import dev.sluice.schema.Database;
import dev.sluice.schema.Health;
import dev.sluice.schema.Probe;
import dev.sluice.schema.WarmUp;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The console: the HTTP API for people and for services that do not speak Kafka. */
public final class Console implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Console.class);

  private final Database database;
  private final Commands commands;
  private final Probe databaseProbe;
  private final Probe kafkaProbe;
  private final Javalin server;

  /**
   * Starts listening.
   *
   * @param extra adds the process's own routes, such as health and metrics
   */
  public Console(
      ConsoleConfig config, Health health, MeterRegistry meters, Consumer<JavalinConfig> extra) {
    PhoneNumbers phoneNumbers = new PhoneNumbers(config.defaultRegion());
    database = new Database(config.database(), 8, "console", meters);
    databaseProbe = Probe.of(database, config.database(), health);
    kafkaProbe = Probe.of(config.kafka(), health);
    commands = new Commands(config.kafka());
    WarmUp.of("console", health, commands::warmUp);
    server =
        Javalin.create(settings -> {
          settings.startup.showJavalinBanner = false;
          settings.concurrency.useVirtualThreads = true;
          settings.http.maxRequestSize = 1_000_000;
          // Without a token nobody but this machine may command campaigns.
          settings.jetty.host = config.token().isPresent() ? "0.0.0.0" : "localhost";
          settings.jetty.port = config.port();
          config
              .token()
              .map(BearerToken::new)
              .ifPresent(token -> settings.routes.before("/api/*", token::require));
          new CampaignRoutes(
                  new Campaigns(database.sql()),
                  new RecipientImport(database.sql(), phoneNumbers),
                  commands)
              .add(settings.routes);
          new SenderRoutes(database.sql()).add(settings.routes);
          explainErrors(settings);
          extra.accept(settings);
        });
    server.start();
  }

  private static void explainErrors(JavalinConfig settings) {
    settings.routes.exception(ProblemException.class, (e, context) -> Answer.problem(context, e));
    settings.routes.exception(
        HttpResponseException.class,
        (e, context) -> {
          context.status(e.getStatus()).contentType("application/problem+json");
          context.result(
              dev.sluice.schema.Json.write(
                  ProblemException.body(
                      e.getStatus(), "Request failed", String.valueOf(e.getMessage()))));
        });
    settings.routes.exception(
        DataAccessException.class,
        (e, context) -> {
          log.warn("{} {} failed: {}", context.method(), context.path(), e.getMessage());
          Answer.problem(
              context,
              ProblemException.unavailable("The database did not answer; nothing was changed."));
        });
  }

  /** Where it listens. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.stop();
    commands.close();
    kafkaProbe.close();
    databaseProbe.close();
    database.close();
  }
}

package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.TestLoggers;
import dev.sluice.producer.sql.CampaignRepository;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.WarmUp;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.DatabaseConfig;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RehearsalTest {
  private static final TestEnvironment ENVIRONMENT = TestEnvironment.create(1);
  private static final KafkaConfig NO_KAFKA = KafkaConfig.of("localhost:1");
  private static final String WARM_UP = "fan-out warm-up";

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    warmUps().setLevel(Level.INFO);
    warmUps().addAppender(log);
  }

  @AfterEach
  void end() {
    warmUps().detachAppender(log);
    warmUps().setLevel(null);
  }

  private static Logger warmUps() {
    return (Logger) TestLoggers.of(WarmUp.class);
  }

  @Test
  void itFeedsUntilCodeIsCompiledAndWritesNothing() {
    DatabaseConfig all = ENVIRONMENT.as(ServiceRole.PRODUCER);
    String readOnly = all.url() + "?options=-c%20default_transaction_read_only=on";

    assertThat(run(new DatabaseConfig(readOnly, all.user(), all.password())))
        .isGreaterThanOrEqualTo(10_000);
  }

  @Test
  void oneThatTheDatabaseEndsFailsAndSaysNothingInTheNameOfTheProducer() {
    Logger healths = (Logger) TestLoggers.of(Health.class);
    healths.addAppender(log);
    try {
      assertThatThrownBy(() -> run(ENVIRONMENT.as(ServiceRole.PRODUCER), RehearsalTest::failing))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("nothing answers here");
    } finally {
      healths.detachAppender(log);
    }
    assertThat(List.copyOf(log.list))
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains("nothing answers here"));
  }

  @Test
  void itEndsAtOnceWhenTheProducerStops() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> run(ENVIRONMENT.as(ServiceRole.PRODUCER)))
          .isInstanceOf(IllegalStateException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static FanOutRepositories failing(FanOutRepositories sql) {
    CampaignRepository rows =
        (CampaignRepository)
            Proxy.newProxyInstance(
                RehearsalTest.class.getClassLoader(),
                new Class<?>[] {CampaignRepository.class},
                (_, _, _) -> {
                  throw new DataAccessException(
                      "a query failed",
                      new SQLTransientConnectionException("nothing answers here"));
                });
    return new FanOutRepositories(
        rows,
        sql.starts(),
        sql.recipients(),
        sql.zones(),
        sql.resends(),
        sql.dailyLimit(),
        sql.caps());
  }

  private static long run(DatabaseConfig config) {
    return run(config, sql -> sql);
  }

  private static long run(DatabaseConfig config, UnaryOperator<FanOutRepositories> change) {
    try (Database database = new Database(config, 1, "test", new SimpleMeterRegistry())) {
      FanOutRepositories sql =
          FanOutRepositories.of(
              database.sql(), InstantSource.system(), InstantSource.system(), null);
      return new Rehearsal(FanOutConfig.of(NO_KAFKA, config), change.apply(sql)).run();
    }
  }

  @Test
  void aNewProducerHasRehearsedWhenItIsReady() {
    Health health = new Health();
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (FanOut _ =
        new FanOut(
            FanOutConfig.of(ENVIRONMENT.kafka(), ENVIRONMENT.as(ServiceRole.PRODUCER)),
            health,
            meters)) {
      await().atMost(Duration.ofMinutes(1)).until(() -> !health.problems().containsKey(WARM_UP));

      assertThat(meters.get(Database.STATEMENTS).counter().count())
          .as("statements, of which a task without campaigns needs few")
          .isGreaterThan(30);
      assertThat(meters.find("sluice.producer.requests").counters())
          .allSatisfy(counter -> assertThat(counter.count()).isZero());
    }
  }

  @Test
  void withoutADatabaseANewProducerStartsNonethelessAndSaysOnceWhatIsWrong() {
    Health health = new Health();
    try (FanOut producer =
        new FanOut(
            FanOutConfig.of(
                ENVIRONMENT.kafka(),
                new DatabaseConfig("jdbc:postgresql://localhost:1/none", "nobody", "")),
            health,
            new SimpleMeterRegistry())) {
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> producer.running() && !health.problems().containsKey(WARM_UP));

      // Other tests' producers may be warming up at the same time.
      assertThat(List.copyOf(log.list))
          .extracting(ILoggingEvent::getFormattedMessage)
          .filteredOn(line -> line.contains("failed and is repeated"))
          .filteredOn(line -> line.contains("localhost:1 refused"))
          .singleElement()
          .asString()
          .contains("fan-out warm-up");
    }
  }
}

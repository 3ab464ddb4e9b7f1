package dev.sluice.console;

import static dev.sluice.console.ConsoleFixture.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.FailedStart;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The console as a whole. */
class ConsoleTest {
  private static final ConsoleFixture CONSOLE = ConsoleFixture.create();

  @AfterAll
  static void stop() {
    CONSOLE.close();
  }

  @Test
  void whatDoesNotExistIsNotFound() {
    String nobody = UUID.randomUUID().toString();

    assertProblem(CONSOLE.send("GET", "/api/campaigns/" + nobody, "", ""), 404, nobody);
    assertProblem(CONSOLE.send("POST", "/api/campaigns/" + nobody + "/start", "", ""), 404, nobody);
    assertProblem(CONSOLE.send("GET", "/api/campaigns/seventeen", "", ""), 404, "seventeen");
    assertProblem(CONSOLE.send("GET", "/api/senders/nobody", "", ""), 404, "nobody");
    assertProblem(CONSOLE.send("GET", "/api/nothing", "", ""), 404, "");
  }

  @Test
  void withATokenTheApiAsksForIt() {
    try (Console guarded = CONSOLE.another(Optional.of("0123456789abcdef"))) {
      String url = "http://localhost:" + guarded.port() + "/api/campaigns";

      assertThat(CONSOLE.get(url, null).statusCode()).isEqualTo(401);
      assertThat(CONSOLE.get(url, "Bearer wrong").statusCode()).isEqualTo(401);
      assertThat(CONSOLE.get(url, "Bearer 0123456789abcdef").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aStartThatFailsLeavesNothingOpen() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    KafkaConfig kafka = environment.kafka();
    ConsoleConfig onATakenPort =
        new ConsoleConfig(
            kafka,
            environment.as(ServiceRole.CONSOLE),
            CONSOLE.port(),
            Optional.empty(),
            Optional.empty(),
            WebhookConfig.NONE);
    SimpleMeterRegistry meters = new SimpleMeterRegistry();

    FailedStart failed =
        FailedStart.of(() -> new Console(onATakenPort, new Health(), meters, settings -> {}));

    assertThat(failed.failure()).hasStackTraceContaining("in use");

    try (Database database = new Database(environment.owner(), 1, "test", meters)) {
      await().untilAsserted(() -> assertThat(clients(database.sql())).isZero());
    }
    await().untilAsserted(() -> assertThat(failed.threads()).isEmpty());
  }

  /** Returns how many connections the console has; of others' only little can be seen. */
  private static int clients(DSLContext sql) {
    return sql.fetchSingle(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND usename = ?",
            ServiceRole.CONSOLE.roleName())
        .get(0, int.class);
  }
}
